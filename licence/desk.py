"""The officer's desk 发证台: what is known before a licence is issued. Nothing is taken, and nothing written.

Which seals may be used for a type, whom a code names, and how the licence would look: by the rules that issuing it
follows, so that what is shown here can be issued, and what cannot is told with its field.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from identity.duties import Actor
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.service import IdentityService
from identity.subject import Organisation, Person
from licence.catalogue import Catalogue
from licence.errors import HolderNotRegistered
from licence.lifecycle import TypeState
from licence.ordering import IssueLicence
from licence.paper import text_of_mark
from licence.pictures.showing import as_inputs
from licence.preparing import ISSUE_PURPOSE, Examined, Preparing
from licence.template.previews import preview_pdf
from licence.types.kind import LicenceType
from licence.types.validity import day_of
from licence.types.versions import version_on
from seal.ledger.entries import Purpose
from seal.repository import Seal
from seal.stamping.permitting import Use
from trust.errors import Conflict, Denied
from trust.store import Reading, Store

__all__ = ["DeskView", "IssuingDesk", "UsableSeal"]

LATER: Final = "签发时生成"
"""Stands on a preview where the licence will have what is taken only when it is issued."""


@dataclass(frozen=True, kw_only=True)
class UsableSeal:
    """A seal that the actor may put on licences of a type now."""

    seal: Seal
    owner: Organisation


@dataclass(frozen=True, kw_only=True)
class DeskView:
    """A type as its officer issues it today."""

    kind: LicenceType
    seals: tuple[UsableSeal, ...]


class IssuingDesk:
    """The use cases before issuing."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        catalogue: Catalogue,
        preparing: Preparing,
    ) -> None:
        self.store = store
        self.identity = identity
        self.catalogue = catalogue
        self.preparing = preparing

    def types(self, actor: Actor) -> tuple[LicenceType, ...]:
        """Return the types of which the actor may issue licences today, each in its version in effect."""
        with self.store.reading() as view:
            today = day_of(view.now)
            every = (version_on(versions, today) for versions in self.catalogue.repository.all(view))
            published = (one for one in every if one is not None and one.state is TypeState.PUBLISHED)
            return self.preparing.entitling.among(view, actor, published)

    def look(self, actor: Actor, kind: str) -> DeskView:
        """Return the version of a type in effect today, and the seals that the actor may use for it.

        Raise `TypeUnknown`, `TypeNotPublished` or `DutyMissing`.
        """
        with self.store.reading() as view:
            found = self.in_effect(view, actor, kind)
            return DeskView(kind=found, seals=self.usable(view, actor, found))

    def holder(self, actor: Actor, kind: str, code: str) -> Person | Organisation:
        """Return whom a code names, who may hold licences of a type now.

        Raise what `look` raises, `HolderNotRegistered`, and what is wrong with the code.
        """
        with self.store.reading() as view:
            found = self.in_effect(view, actor, kind)
            try:
                return self.identity.require_holder(view, found.holder_kind(code), code)
            except (SubjectUnknown, SubjectNotActive):
                raise HolderNotRegistered from None

    def specimen(self, actor: Actor, command: IssueLicence) -> bytes:
        """Return how a licence would look, as PDF, marked as a specimen. Raise what asking to issue it would raise."""
        with self.store.reading() as view:
            kind = self.catalogue.require(view, command.type)
            found = self.preparing.examine(view, actor, kind, command)
        bundle = self.catalogue.renderer.bundle(found.kind.template)
        return preview_pdf(bundle, page_of(found, command), workers=self.catalogue.workers)

    # --- building blocks

    def in_effect(self, view: Reading, actor: Actor, kind: str) -> LicenceType:
        """Return the version of a type in effect today, for who issues licences of it."""
        name = self.catalogue.require(view, kind).id
        found = self.catalogue.in_effect(view, name, day_of(view.now))
        self.preparing.entitling.require(view, actor, found)
        return found

    def usable(self, view: Reading, actor: Actor, kind: LicenceType) -> tuple[UsableSeal, ...]:
        """Return the seals that an actor may use for licences of a type now, newest first.

        They are found by what lets the actor use them: of an authority with thousands of seals none is missed.
        """
        permitting, owners = self.preparing.permitting, self.preparing.entitling.authorities(view, actor, kind)
        purpose = Purpose(purpose=ISSUE_PURPOSE, document_kind=kind.code)
        usable = []
        for name in sorted(permitting.named(view, actor, ISSUE_PURPOSE), reverse=True):
            seal = permitting.seal(view, name)
            if seal.owner not in owners or not kind.lets(seal.owner, name):
                continue
            with suppress(Conflict, Denied):  # why this one may not be used now is told to who asks for its use
                permitting.require(view, actor, Use(seal=name, purpose=purpose))
                usable.append(UsableSeal(seal=seal, owner=self.identity.require_organisation(view, seal.owner)))
        return tuple(usable)


def page_of(found: Examined, command: IssueLicence) -> Mapping[str, Any]:
    """Return what a template shows of a licence that is not issued yet."""
    first = found.today if found.first_day is None else found.first_day
    paper = command.paper
    return {
        "fields": found.kind.fields.printed(found.data),
        "licence": {
            "identifier": LATER,
            "number": found.number or LATER,
            "authority": found.issuer.name,
            "issued_on": found.today.isoformat(),
            "valid_from": first.isoformat(),
            "valid_until": "" if found.last_day is None else found.last_day.isoformat(),
            "mark": text_of_mark(None if paper is None else paper.issued_on),
        },
        "pictures": as_inputs(found.pictures),
    }

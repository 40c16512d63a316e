"""What a holder sees 我的证照: their licences, the files of those, and who asked about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from identity.duties import Actor
from identity.holding import may_look
from licence.errors import LicenceUnknown
from licence.records import Licence
from licence.sharing.entries import LicenceUse
from licence.sharing.errors import NotTheHolder
from licence.sharing.repository import NEVER_ISSUED
from licence.sharing.sources import Sources
from licence.types.fields import Field, Value
from licence.verification import Standing, VerificationService
from trust.blobs import BlobStore
from trust.store import Reading

__all__ = ["HolderService", "OwnLicenceSeen", "UseSeen"]


@dataclass(frozen=True, kw_only=True)
class UseSeen:
    """A call about a holder, with the names that the holder needs to understand it."""

    use: LicenceUse
    client_name: str
    organisation_name: str
    identifier: str | None
    """Of the licence, where the call was about one."""

    purpose_words: str
    """The words of the purpose, where the call named one that was granted."""

    law: str
    """The law that it rested on, where it rested on one."""

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.use.at


@dataclass(frozen=True, kw_only=True)
class OwnLicenceSeen:
    """A licence as its holder reads it: how it stands, and what it says, field by field."""

    standing: Standing
    fields: tuple[Field, ...]
    """In the order of the schema."""

    printed: Mapping[str, Value] = field(repr=False)
    """What is printed for each."""

    at: datetime
    """When it stood so."""


class HolderService:
    """The use cases of holders."""

    def __init__(self, sources: Sources, *, verification: VerificationService, blobs: BlobStore) -> None:
        self.store, self.repository = sources.store, sources.repository
        self.identity, self.licences = sources.identity, sources.licences
        self.verification = verification
        self.blobs = blobs

    def list(
        self, actor: Actor, holder: str, *, before: str | None = None, limit: int | None = None
    ) -> tuple[Standing, ...]:
        """Return a holder's licences as they stand now, newest first. Raise `NotTheHolder`.

        `before` is the last one of the page before.
        """
        with self.store.reading() as view:
            self.require_voice(view, actor, holder)
            names = self.repository.licences_of(view, self.identity.names_of(view, holder), before=before, limit=limit)
            found = (self.licences.get(view, name) for name in names)
            return tuple(self.verification.standing(view, one) for one in found if one is not None)

    def find(self, actor: Actor, holder: str, licence: str) -> Standing:
        """Return one licence of a holder as it stands now. Raise `NotTheHolder` or `LicenceUnknown`."""
        with self.store.reading() as view:
            self.require_voice(view, actor, holder)
            return self.verification.standing(view, self.own(view, holder, licence))

    def read(self, actor: Actor, holder: str, licence: str) -> OwnLicenceSeen:
        """Return one licence of a holder with what it says. Raise as `find` does."""
        with self.store.reading() as view:
            self.require_voice(view, actor, holder)
            standing = self.verification.standing(view, self.own(view, holder, licence))
            found = standing.licence
            schema = self.verification.catalogue.version(view, found.type, found.type_version).fields
            return OwnLicenceSeen(
                standing=standing, fields=schema.fields, printed=schema.printed(found.data), at=view.now
            )

    def file(self, actor: Actor, holder: str, licence: str) -> bytes:
        """Return the signed file of a holder's licence, in whatever state that is. Raise as `find` does."""
        found = self.find(actor, holder, licence).licence
        if found.file is None:
            raise LicenceUnknown
        return self.blobs.get(found.file)

    def uses(
        self, actor: Actor, holder: str, *, consent: str | None = None, before: str | None, limit: int
    ) -> tuple[UseSeen, ...]:
        """Return a page of the calls about a holder, newest first, those too that were refused.

        `consent` is the one that they rested on; None: every call.
        """
        with self.store.reading() as view:
            self.require_voice(view, actor, holder)
            names = self.identity.names_of(view, holder)
            found = self.repository.uses_of(view, names, consent=consent, before=before, limit=limit)
            return tuple(self.seen(view, one) for one in found)

    # --- building blocks

    def require_voice(self, view: Reading, actor: Actor, holder: str) -> None:
        """Return if the actor may see what there is of a holder, else raise `NotTheHolder`."""
        if not may_look(self.identity, view, actor, holder):
            raise NotTheHolder

    def own(self, view: Reading, holder: str, licence: str) -> Licence:
        """Return a licence of a holder, or raise `LicenceUnknown`."""
        found = self.licences.get(view, licence) or self.licences.by_identifier(view, licence)
        if found is None or found.holder not in self.identity.names_of(view, holder) or found.state in NEVER_ISSUED:
            raise LicenceUnknown
        return found

    def seen(self, view: Reading, use: LicenceUse) -> UseSeen:
        """Return a call with its names."""
        client = self.identity.repository.client(view, use.client)
        organisation = None if client is None else self.identity.require_organisation(view, client.organisation)
        licence = None if use.licence is None else self.licences.get(view, use.licence)
        grant = None if use.grant is None else self.repository.grant(view, use.grant)
        return UseSeen(
            use=use,
            client_name="" if client is None else client.name,
            organisation_name="" if organisation is None else organisation.name,
            identifier=None if licence is None else licence.identifier,
            purpose_words="" if grant is None else grant.purpose_words.get(use.purpose, ""),
            law="" if grant is None or grant.basis is None else grant.basis.law,
        )

"""The catalogue of licence types 证照目录: each version drafted by one officer, reviewed by another, then published.

A published version is in effect from a day on, until the next one is, and never changes. What is issued on a day
follows the version in effect on that day (China Standard Time); the licence says which, and keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from identity.duties import Actor, Duty
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import SubjectId
from licence.errors import TemplateRefused, TypeExists, TypeNotPublished, TypeUnknown
from licence.exchange import ExchangedType
from licence.lifecycle import TYPE_LIFECYCLE, TypeEvent, TypeState
from licence.template.bundle import TemplateBundle
from licence.template.checks import check_template
from licence.template.previews import preview_pdf, preview_png
from licence.template.rendering import Renderer
from licence.types.differences import Difference, differences
from licence.types.errors import TypeVersionUnknown
from licence.types.kind import IssuingAuthority, LicenceType, TypeNaming
from licence.types.particulars import TypeParticulars
from licence.types.repository import TypeRepository
from licence.types.search import TypeFound, TypePage, TypeSearch
from licence.types.validity import day_of
from licence.types.versions import OPEN, effective_day, is_retired, may_be_drafted, next_version, present, version_on
from trust.blobs import BlobStore
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact, canonical
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import LostRace, Reading, Store, Transaction
from trust.workers import IN_PROCESS, Workers

__all__ = ["Catalogue", "DraftType"]

PUBLISHED_ONCE: Final = frozenset({TypeState.PUBLISHED, TypeState.RETIRED})
"""States in which a version says for ever what it says."""

MOST_REMEMBERED: Final = 1000
"""Checks that were passed. One takes a second, and is asked for at review and again at publication."""


@dataclass(frozen=True, kw_only=True)
class DraftType:
    """A version of a type that is to be drafted: its first, or the next one."""

    issuer: str
    """The authority in charge of the type here."""

    particulars: TypeParticulars
    template: str | TemplateBundle
    """The name of a ready template, a reference to one that is kept already, or a bundle."""

    issuing: tuple[IssuingAuthority, ...] = ()
    """Who issues licences of it; nobody named: the authority in charge."""


class Catalogue:
    """The use cases of licence types."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        repository: TypeRepository,
        renderer: Renderer,
        blobs: BlobStore,
        workers: Workers = IN_PROCESS,
    ) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository
        self.renderer = renderer
        self.blobs = blobs
        self.workers = workers
        self.passed: dict[bytes, None] = {}
        """Digests of what passed the checks, the oldest first."""

        self.names: dict[tuple[str, int | None], TypeNaming] = {}
        """How versions are called that were published: they never change."""

    # --- drafting

    def draft(self, actor: Actor, command: DraftType, *, upon: LicenceType | None = None) -> LicenceType:
        """Draft the next version of a type, or anew one that is still a draft or was returned to be one.

        `upon` is the version that it was made from, where it was made from one: it must still be the newest. Raise
        `DutyMissing`, `TypeCodeMalformed`, `ParticularsInvalid`, `SchemaInvalid`, `CharacterNotCovered`,
        `TemplateUnknown`, `TemplateMalformed`, `TypeExists` for one that is under review, retired, or another
        authority's, or `LostRace`.
        """
        actor.require(Duty.LICENCE_OFFICER, command.issuer)  # before anything of it is kept
        command.particulars.require()
        template = self.kept(command.template)
        with self.store.transaction() as tx:
            issuer = self.identity.require_organisation(tx, command.issuer, use=SubjectUse.ACT)
            issuing = self.issuing(tx, command, issuer.id)
            code = command.particulars.code
            known = self.repository.hold(tx, code)
            versions = () if known is None else self.repository.versions(tx, known)
            if versions and not may_be_drafted(versions, issuer.id):
                raise TypeExists(code=code)
            if upon is not None and upon != versions[-1]:
                raise LostRace
            kind = LicenceType(
                id=new_id("type", at=tx.now) if known is None else known,
                version=next_version(versions),
                state=TYPE_LIFECYCLE.initial,
                last_actor=actor.id,
                issuer=issuer.id,
                issuing=issuing,
                template=template,
                effective_from=None,
                particulars=command.particulars,
            )
            if len(versions) == kind.version:
                self.repository.redraft(tx, kind)
            else:
                self.repository.add(tx, kind)
            record(tx, actor, kind, "draft", {"template": kind.template})
            return kind

    def import_(
        self, actor: Actor, issuer: str, file: bytes, *, issuing: tuple[IssuingAuthority, ...] = ()
    ) -> LicenceType:
        """Draft a version out of a file that `export` has written, here or elsewhere.

        Raise `TypeFileMalformed`, and what `draft` raises.
        """
        told = ExchangedType.from_file(file)
        command = DraftType(issuer=issuer, particulars=told.particulars, template=told.template, issuing=issuing)
        return self.draft(actor, command)

    def replace_template(self, actor: Actor, kind: str, bundle: TemplateBundle) -> LicenceType:
        """Draft the open version anew, or the next one, as the newest is but with another template.

        Raise `TypeUnknown`, and what `draft` raises.
        """
        newest = self.newest(kind)
        command = DraftType(
            issuer=newest.issuer, particulars=newest.particulars, template=bundle, issuing=newest.issuing
        )
        return self.draft(actor, command, upon=newest)

    def kept(self, template: str | TemplateBundle) -> str:
        """Return the reference to a template, which is kept. Raise `TemplateUnknown` or `TemplateBroken`."""
        if isinstance(template, TemplateBundle):
            self.blobs.put(template.to_archive())
            return template.reference
        self.renderer.manifest(template)
        return template

    def issuing(self, view: Reading, command: DraftType, issuer: SubjectId) -> tuple[IssuingAuthority, ...]:
        """Return who issues licences of a type, each an organisation that may act, and none twice."""
        wanted = {one.authority: one for one in command.issuing} or {issuer: IssuingAuthority(authority=issuer)}
        for name in wanted:
            self.identity.require_organisation(view, name, use=SubjectUse.ACT)
        return tuple(wanted.values())

    # --- the way to publication

    def review(self, actor: Actor, kind: str) -> LicenceType:
        """Review a draft: by another officer than the one who drafted it. Its template is checked.

        Raise `TemplateRefused`.
        """
        return self.move(actor, self.checked(kind), TypeEvent.REVIEW, Duty.LICENCE_REVIEWER)

    def refuse(self, actor: Actor, kind: str, *, reason: str) -> LicenceType:
        """Refuse a draft: by another than the one who drafted it, who drafts it anew. Raise `ReasonMissing`."""
        reviewer, told = Duty.LICENCE_REVIEWER, require_reason(reason)
        return self.move(actor, self.newest(kind), TypeEvent.REFUSE, reviewer, remark=told)

    def return_(self, actor: Actor, kind: str) -> LicenceType:
        """Return a reviewed version to be drafted anew: else who drafted it could review it after this step."""
        return self.move(actor, self.newest(kind), TypeEvent.RETURN, Duty.LICENCE_OFFICER)

    def publish(self, actor: Actor, kind: str, *, effective_from: date | None = None) -> LicenceType:
        """Publish a reviewed version: licences are issued after it from a day on, today if none is named.

        Its template is checked once more: the house may have changed since. Raise `EffectiveDayInvalid` or
        `TemplateRefused`.
        """
        return self.move(
            actor, self.checked(kind), TypeEvent.PUBLISH, Duty.LICENCE_OFFICER, effective_from=effective_from
        )

    def retire(self, actor: Actor, kind: str) -> LicenceType:
        """Retire a type with all its versions: nothing new is issued under it, what was issued stays."""
        with self.store.transaction() as tx:
            versions = self.hold_versions(tx, kind)
            published = [one for one in versions if one.state is TypeState.PUBLISHED]
            newest = published[-1] if published else versions[-1]
            actor.require(Duty.LICENCE_REVIEWER, newest.issuer)
            state = TYPE_LIFECYCLE.step(newest.state, TypeEvent.RETIRE, actor=actor.id, before=newest.last_actor)
            for one in published:
                retired = replace(one, state=state, last_actor=actor.id)
                self.repository.move(tx, retired, effective_from=one.effective_from)
            record(tx, actor, newest, TypeEvent.RETIRE.value, {"state": state.value})
            tx.flush()
            return present(self.repository.versions(tx, newest.id), day_of(tx.now))

    def checked(self, kind: str) -> LicenceType:
        """Return the newest version of a type if its template passes the checks before publication."""
        newest = self.newest(kind)
        if newest.state in OPEN:  # of others the step is refused anyway
            self.require_template(self.renderer.bundle(newest.template), newest.schema)
        return newest

    def require_template(self, template: TemplateBundle, schema: Mapping[str, Any]) -> None:
        """Return if a template passes the checks with a schema, else raise `TemplateRefused`."""
        both = sm3(template.digest.encode() + canonical(schema))
        if both in self.passed:
            return
        check_template(template, schema, workers=self.workers)
        self.passed[both] = None
        for oldest in list(self.passed)[:-MOST_REMEMBERED]:
            self.passed.pop(oldest, None)  # another thread may have been faster

    def move(
        self,
        actor: Actor,
        looked_at: LicenceType,
        event: TypeEvent,
        duty: Duty,
        *,
        effective_from: date | None = None,
        remark: str = "",
    ) -> LicenceType:
        """Move the version that was looked at along its life."""
        with self.store.transaction() as tx:
            versions = self.hold_versions(tx, looked_at.id)
            newest = versions[-1]
            actor.require(duty, newest.issuer)
            current = TypeState.RETIRED if is_retired(versions) else newest.state
            state = TYPE_LIFECYCLE.step(current, event, actor=actor.id, before=newest.last_actor)
            if newest != looked_at:  # moved, or drafted anew, while its template was checked
                raise LostRace
            day = None
            facts: dict[str, Fact] = {"reason": remark} if remark else {}
            if event is TypeEvent.PUBLISH:
                day = effective_day(versions, effective_from, today=day_of(tx.now))
                facts["effective_from"] = day.isoformat()
            moved = replace(newest, state=state, last_actor=actor.id, effective_from=day, remark=remark)
            self.repository.move(tx, moved, effective_from=day)
            record(tx, actor, moved, event.value, facts)
            return moved

    # --- looking

    def find(self, kind: str) -> LicenceType:
        """Return a type as `require` does."""
        with self.store.reading() as view:
            return self.require(view, kind)

    def all(self) -> tuple[LicenceType, ...]:
        """Return the whole catalogue, each type as `require` does."""
        with self.store.reading() as view:
            return tuple(present(versions, day_of(view.now)) for versions in self.repository.all(view))

    def search(self, search: TypeSearch) -> TypePage:
        """Return a page of the catalogue."""
        with self.store.reading() as view:
            found, total = self.repository.page(view, search)
            today = day_of(view.now)
        types = tuple(TypeFound(present=present(versions, today), newest=versions[-1]) for versions in found)
        return TypePage(types=types, total=total)

    def versions(self, kind: str) -> tuple[LicenceType, ...]:
        """Return every version of a type, oldest first, or raise `TypeUnknown`."""
        with self.store.reading() as view:
            return self.require_versions(view, kind)

    def newest(self, kind: str) -> LicenceType:
        """Return the newest version of a type, or raise `TypeUnknown`."""
        return self.versions(kind)[-1]

    def find_version(self, kind: str, number: int) -> LicenceType:
        """Return one version of a type. Raise `TypeUnknown` or `TypeVersionUnknown`."""
        with self.store.reading() as view:
            return self.version(view, kind, number)

    def differences(self, kind: str, number: int) -> tuple[Difference, ...]:
        """Return what a version changes against the one before. Raise `TypeUnknown` or `TypeVersionUnknown`."""
        with self.store.reading() as view:
            after = self.version(view, kind, number)
            before = None if number == 1 else self.version(view, kind, number - 1)
            return differences(before, after)

    def export(self, kind: str, number: int) -> bytes:
        """Return a version as a file that another instance can import. Raise as `find_version` does."""
        found = self.find_version(kind, number)
        bundle = self.renderer.bundle(found.template)
        return ExchangedType(particulars=found.particulars, template=bundle).to_file()

    def preview_png(self, kind: str, number: int, fields: Mapping[str, Any], *, page: int, dpi: int) -> bytes:
        """Return a page of a specimen as PNG, with the values in `fields` over those of the sample.

        Raise as `find_version` does, `TemplateUnknown`, and what licence/template/previews.py raises.
        """
        found = self.find_version(kind, number)
        bundle, data = self.renderer.bundle(found.template), {"fields": fields}
        if page > bundle.manifest.pages:
            raise TemplateRefused(check="pages", place=str(bundle.manifest.pages))
        return preview_png(bundle, data, page=page, dpi=dpi, workers=self.workers)

    def preview_pdf(self, kind: str, number: int, fields: Mapping[str, Any]) -> bytes:
        """Return a specimen as PDF. Raise as `preview_png` does."""
        found = self.find_version(kind, number)
        return preview_pdf(self.renderer.bundle(found.template), {"fields": fields}, workers=self.workers)

    # --- building blocks for issuing, and for whoever looks at a licence

    def hold(self, tx: Transaction, kind: str) -> LicenceType:
        """Return a type as `require` does, and keep others who hold it waiting until the commit."""
        held = (self.hold, kind)
        if held not in tx.known:
            tx.known[held] = present(self.hold_versions(tx, kind), day_of(tx.now))
        found: LicenceType = tx.known[held]
        return found

    def require(self, view: Reading, kind: str) -> LicenceType:
        """Return a type by its identifier or its type code, or raise `TypeUnknown`.

        Of its versions it is the one in effect now; else the first that will be; else the newest draft.
        """
        return present(self.require_versions(view, kind), day_of(view.now))

    def in_effect(self, view: Reading, kind: str, on: date) -> LicenceType:
        """Return the version after which licences are issued on a day. Raise `TypeUnknown` or `TypeNotPublished`."""
        asked = (self.in_effect, kind, on)
        if asked not in view.known:
            versions = self.require_versions(view, kind)
            found = version_on(versions, on)
            if found is None or found.state is not TypeState.PUBLISHED:
                state = present(versions, on).state
                told = "not_in_effect" if state is TypeState.PUBLISHED else state.value
                raise TypeNotPublished(type=versions[0].id, state=told)
            view.known[asked] = found
        known: LicenceType = view.known[asked]
        return known

    def version(self, view: Reading, kind: str, number: int | None) -> LicenceType:
        """Return the version that a licence names: its first one where it names none, as licences of before do.

        Raise `TypeUnknown` or `TypeVersionUnknown`.
        """
        asked = (self.version, kind, number)
        if asked not in view.known:
            wanted = 1 if number is None else number
            found = next((one for one in self.require_versions(view, kind) if one.version == wanted), None)
            if found is None:
                raise TypeVersionUnknown
            view.known[asked] = found
        known: LicenceType = view.known[asked]
        return known

    def naming(self, kind: str, number: int | None) -> TypeNaming | None:
        """Return how a version is called that was asked for before, where that never changes."""
        return self.names.get((kind, number))

    def named(self, view: Reading, kind: str, number: int | None) -> TypeNaming:
        """Return how the version that a licence names is called. Raise as `version` does.

        What is told of a version that was published never changes, so that it is read once.
        """
        asked = kind, number
        known = self.names.get(asked)
        if known is None:
            found = self.version(view, kind, number)
            known = TypeNaming(name=found.name, name_en=found.name_en, code=found.code)
            if found.state in PUBLISHED_ONCE:
                self.names[asked] = known
        return known

    def require_versions(self, view: Reading, kind: str) -> tuple[LicenceType, ...]:
        """Return every version of a type, oldest first, or raise `TypeUnknown`."""
        name = self.repository.identify(view, kind)
        if name is None:
            raise TypeUnknown
        return self.repository.versions(view, name)

    def hold_versions(self, tx: Transaction, kind: str) -> tuple[LicenceType, ...]:
        """Return every version of a type as `require_versions` does, and hold the type until the commit."""
        name = self.repository.hold(tx, kind)
        if name is None:
            raise TypeUnknown
        return self.repository.versions(tx, name)


def record(tx: Transaction, actor: Actor, kind: LicenceType, event: str, facts: Mapping[str, Fact]) -> None:
    """Put what happened to a version into the audit trail."""
    told: dict[str, Fact] = {"code": kind.code, "version": kind.version, "state": kind.state.value, **facts}
    tx.record(AuditEvent(tag=f"licence_type:{event}:done", actor=actor.id, subject=kind.id, facts=told))

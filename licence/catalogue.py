"""The catalogue of licence types 证照目录: drafted by one officer, reviewed by another, then published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.duties import Actor, Duty
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import SubjectKind
from licence.errors import TypeExists, TypeUnknown
from licence.kinds import LicenceType, require_schema
from licence.lifecycle import TYPE_LIFECYCLE, TypeEvent
from licence.number import require_type_code
from licence.rendering import Renderer
from licence.repository import LicenceRepository
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction
from trust.typefaces import require_coverage

__all__ = ["Catalogue", "DraftType"]


@dataclass(frozen=True, kw_only=True)
class DraftType:
    """A type that is to be drafted."""

    code: str
    name: str
    issuer: str
    template: str
    holder_kind: SubjectKind
    schema: Mapping[str, Any]
    lifetime_days: int | None = None


class Catalogue:
    """The use cases of licence types."""

    def __init__(
        self, *, store: Store, identity: IdentityService, repository: LicenceRepository, renderer: Renderer
    ) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository
        self.renderer = renderer

    def draft(self, actor: Actor, command: DraftType) -> LicenceType:
        """Draft a type, or draft one anew that is still a draft or was returned to be one.

        Raise `TypeCodeMalformed`, `SchemaInvalid`, `TemplateUnknown` or `TypeExists`.
        """
        require_type_code(command.code)
        require_schema(command.schema)
        require_coverage(command.name, field="name")
        self.renderer.manifest(command.template)
        with self.store.transaction() as tx:
            issuer = self.identity.require_organisation(tx, command.issuer, use=SubjectUse.ACT)
            actor.require(Duty.LICENCE_OFFICER, issuer.id)
            known = self.repository.hold_type(tx, command.code)
            if known is not None and (known.state is not TYPE_LIFECYCLE.initial or known.issuer != issuer.id):
                raise TypeExists(code=command.code)
            kind = LicenceType(
                id=new_id("type", at=tx.now) if known is None else known.id,
                state=TYPE_LIFECYCLE.initial,
                last_actor=actor.id,
                code=command.code,
                name=command.name,
                issuer=issuer.id,
                template=command.template,
                holder_kind=command.holder_kind,
                schema=command.schema,
                lifetime_days=command.lifetime_days,
            )
            if known is None:
                self.repository.add_type(tx, kind)
            else:
                self.repository.redraft_type(tx, kind)
            facts: dict[str, Fact] = {"code": kind.code, "state": kind.state.value}
            tx.record(AuditEvent(tag="licence_type:draft:done", actor=actor.id, subject=kind.id, facts=facts))
            return kind

    def review(self, actor: Actor, kind: str) -> LicenceType:
        """Review a draft: by another officer than the one who drafted it."""
        return self.move(actor, kind, TypeEvent.REVIEW, Duty.LICENCE_REVIEWER)

    def return_(self, actor: Actor, kind: str) -> LicenceType:
        """Return a reviewed type to be drafted anew."""
        return self.move(actor, kind, TypeEvent.RETURN, Duty.LICENCE_OFFICER)

    def publish(self, actor: Actor, kind: str) -> LicenceType:
        """Publish a reviewed type: from now on licences are issued under it."""
        return self.move(actor, kind, TypeEvent.PUBLISH, Duty.LICENCE_OFFICER)

    def retire(self, actor: Actor, kind: str) -> LicenceType:
        """Retire a type: nothing new is issued under it, what was issued stays."""
        return self.move(actor, kind, TypeEvent.RETIRE, Duty.LICENCE_REVIEWER)

    def move(self, actor: Actor, kind: str, event: TypeEvent, duty: Duty) -> LicenceType:
        """Move a type along its life."""
        with self.store.transaction() as tx:
            found = self.hold(tx, kind)
            actor.require(duty, found.issuer)
            state = TYPE_LIFECYCLE.step(found.state, event, actor=actor.id, before=found.last_actor)
            self.repository.move_type(tx, found.id, state, actor=actor.id)
            facts: dict[str, Fact] = {"code": found.code, "state": state.value}
            tx.record(AuditEvent(tag=f"licence_type:{event.value}:done", actor=actor.id, subject=found.id, facts=facts))
            tx.flush()
            return self.require(tx, kind)

    def find(self, kind: str) -> LicenceType:
        """Return a type, or raise `TypeUnknown`."""
        with self.store.reading() as view:
            return self.require(view, kind)

    def all(self) -> tuple[LicenceType, ...]:
        """Return the whole catalogue."""
        with self.store.reading() as view:
            return self.repository.types(view)

    def hold(self, tx: Transaction, kind: str) -> LicenceType:
        """Return a type as `require` does, and keep others who hold it waiting until the commit."""
        found = self.repository.hold_type(tx, kind)
        if found is None:
            raise TypeUnknown
        return found

    def require(self, view: Reading, kind: str) -> LicenceType:
        """Return a type by its identifier or its type code, or raise `TypeUnknown`."""
        found = self.repository.type(view, kind) or self.repository.type_by_code(view, kind)
        if found is None:
            raise TypeUnknown
        return found

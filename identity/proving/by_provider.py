"""Proving oneself through a provider 自助核验: a person raises or renews the level without coming to a counter."""

import re
from dataclasses import dataclass, field
from typing import Final

from identity import recording
from identity.duties import Actor
from identity.errors import AccountUnknown
from identity.levels import Level
from identity.lifecycle import SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.proofing import repository as proofings
from identity.proofing.errors import PhoneMalformed, ProofingUnknown
from identity.proofing.proofing import Method, Proofing
from identity.proofing.provider import Claimed, Outcome, ProviderAnswer
from identity.proving.asking import ProviderDesk, facts_of
from identity.proving.orders import Order, OrderState, Purpose
from identity.service import IdentityService
from trust import requests
from trust.events import AuditEvent, Fact
from trust.store import Reading, Store

__all__ = ["ProveOneself", "ProvingByProvider", "StandingProofings"]

PHONE: Final = re.compile(r"\+?[0-9]{5,15}")
PHONES: Final = "proofing phone"
MOST_ORDERS: Final = 20


@dataclass(frozen=True, kw_only=True)
class ProveOneself:
    """What a person asks for: `Method.MATCH` with a telephone number, or `Method.REMOTE`."""

    method: Method
    phone: str = field(default="", repr=False)
    request_key: str

    def __post_init__(self) -> None:
        is_told = PHONE.fullmatch(self.phone) is not None
        if is_told is not (self.method is Method.MATCH):
            raise PhoneMalformed


@dataclass(frozen=True, kw_only=True)
class StandingProofings:
    """What a person can see of being proven."""

    level: Level
    """What counts now."""

    proofings: tuple[Proofing, ...]
    orders: tuple[Order, ...]


class ProvingByProvider:
    """The use cases of persons who prove themselves."""

    def __init__(self, *, store: Store, identity: IdentityService, desk: ProviderDesk) -> None:
        self.store = store
        self.identity = identity
        self.desk = desk

    def begin(self, actor: Actor, command: ProveOneself) -> Order:
        """Ask the provider about the actor. A repeated request under the same key gets the same order.

        Raise `AccountUnknown` for a business system, `NoProvider`, `TooManyProofings`, `ProviderUnavailable`,
        `ProviderAnswerRefused`.
        """
        protection = self.desk.repository.protection
        # Keyed: a plain hash of a telephone number is found by trying them all.
        told = [command.method.value, protection.index(command.phone, kind=PHONES)]
        fingerprint = requests.fingerprint("proofing:begin", told)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                return self.desk.require(tx, known, applicant=actor.id, purpose=Purpose.PROOFING)
            claimed = self.claimed(tx, actor, phone=command.phone)
            order = self.desk.ask(
                tx, applicant=actor.id, purpose=Purpose.PROOFING, method=command.method, claimed=claimed
            )
            requests.remember(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint, result=order.id)
            tx.record(AuditEvent(tag="proofing:begin:asked", actor=actor.id, subject=order.id, facts=facts_of(order)))
        if command.method is Method.REMOTE:
            return self.desk.begin(order, actor=actor.id)
        return self.settle(actor, order, self.desk.match(order, actor=actor.id))

    def claimed(self, view: Reading, actor: Actor, *, phone: str) -> Claimed:
        """Return who the actor is on record. Raise `AccountUnknown`."""
        if actor.is_client:
            raise AccountUnknown
        person = self.identity.require_person(view, actor.id)
        person.require(SubjectUse.ACT)
        return Claimed(name=person.name.value, number=person.code, phone=phone)

    def complete(self, actor: Actor, name: str) -> Order:
        """Ask what came of an order, and let it count. One that waits for the person is returned as it is.

        Raise `ProofingUnknown`, `ProofingClosed`, `ProviderUnavailable`, `ProviderAnswerRefused`.
        """
        with self.store.reading() as view:
            order = self.desk.require(view, name, applicant=actor.id, purpose=Purpose.PROOFING)
        answer = self.desk.result(order)
        return order if answer.outcome is Outcome.PENDING else self.settle(actor, order, answer)

    def settle(self, actor: Actor, order: Order, answer: ProviderAnswer) -> Order:
        """Let an answer count."""
        with self.store.transaction() as tx:
            answered = self.desk.settle(tx, order, answer)
            ended = answered.order
            facts: dict[str, Fact] = {**facts_of(ended), "level": answered.level.value}
            if ended.state is OrderState.DONE:
                person = self.identity.require_person(tx, actor.id)
                made = answered.proofing(person.id, lifetimes=self.identity.lifetimes)
                recording.record(self.identity.repository, tx, person, made, by=actor.id)
                tell(tx, person.id, NoticeKind.PROOFING_DONE, {"level": made.level.value, "method": made.source})
            tag = f"proofing:end:{'done' if ended.state is OrderState.DONE else 'refused'}"
            tx.record(AuditEvent(tag=tag, actor=actor.id, subject=ended.id, facts=facts))
            return ended

    def of(self, actor: Actor) -> StandingProofings:
        """Return what is proven of somebody, and what they have asked for. Raise `ProofingUnknown` for a system."""
        if actor.is_client:
            raise ProofingUnknown
        with self.store.reading() as view:
            return StandingProofings(
                level=proofings.level_of(view, actor.id),
                proofings=proofings.of_subject(view, actor.id),
                orders=self.desk.repository.of_applicant(view, actor.id, limit=MOST_ORDERS),
            )

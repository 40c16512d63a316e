"""Asking a provider 向核验服务询问: on record before it is asked, with no transaction open while it is, and once.

A provider that does not answer leaves everything as it was.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from identity.levels import Level
from identity.proofing import repository as proofings
from identity.proofing.errors import (
    NoProvider,
    ProofingUnknown,
    ProviderAnswerRefused,
    TooManyProofings,
)
from identity.proofing.proofing import Evidence, EvidenceKind, Method, Proofing
from identity.proofing.provider import Claimed, Outcome, ProofingProvider, ProviderAnswer, require_answer
from identity.proofing.rules import Lifetimes, level_of
from identity.proving.orders import LIFECYCLE, Order, OrderEvent, Purpose
from identity.proving.repository import OrderRepository
from identity.subject import SubjectKind
from trust.errors import Unavailable
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["MOST_A_DAY", "OPEN_FOR", "Answered", "ProviderDesk"]

OPEN_FOR: Final = timedelta(minutes=15)
"""How long a person has to finish at the provider's."""

DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 10
"""Questions about one person within a day: each costs money, and ten telephone numbers are as many as one may guess."""

NONCE_BYTES: Final = 16


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An order that has ended, and the level that it has proven; none where the person was not matched."""

    order: Order
    answer: ProviderAnswer
    level: Level

    def proofing(self, person: str, *, lifetimes: Lifetimes) -> Proofing:
        """Return the proofing that it makes of a person."""
        return Proofing(
            id=new_id("prf", at=self.answer.at),
            subject=person,
            method=self.order.method,
            sources=self.answer.sources,
            level=self.level,
            provider=self.order.provider,
            transaction=self.answer.transaction,
            evidence=(Evidence(EvidenceKind.PROVIDER_ANSWER, self.answer.evidence),),
            at=self.answer.at,
            expires_at=self.answer.at + lifetimes.of(self.level),
        )


class ProviderDesk:
    """Puts questions to the provider that the settings name."""

    def __init__(self, *, store: Store, repository: OrderRepository, provider: ProofingProvider | None) -> None:
        self.store = store
        self.repository = repository
        self.provider = provider

    def require_provider(self) -> ProofingProvider:
        """Return the provider, or raise `NoProvider`."""
        if self.provider is None:
            raise NoProvider
        return self.provider

    # --- within a use case of somebody else

    def ask(
        self,
        tx: Transaction,
        *,
        applicant: str,
        purpose: Purpose,
        method: Method,
        claimed: Claimed,
        origins: Sequence[str] = ("",),
    ) -> Order:
        """Put a question on record. Raise `NoProvider`, `TooManyProofings`.

        Of who is not logged in those from one origin are counted: whoever knows somebody's number keeps nobody out.
        It counts for the first of its origins of which there were not too many.
        """
        provider = self.require_provider()
        origin = self.origin_with_room(tx, applicant, origins)
        order = Order(
            id=new_id("prfo", at=tx.now),
            applicant=applicant,
            origin=origin,
            purpose=purpose,
            method=method,
            provider=provider.name,
            nonce=secrets.token_hex(NONCE_BYTES),
            begun_at=tx.now,
            expires_at=tx.now + OPEN_FOR,
            claimed=claimed,
        )
        self.repository.add(tx, order)
        return order

    def origin_with_room(self, view: Reading, applicant: str, origins: Sequence[str]) -> str:
        """Return the first origin from which an applicant may ask once more. Raise `TooManyProofings`."""
        waits = []
        for origin in origins:
            begun = self.repository.begun_since(view, applicant, view.now - DAY, origin=origin)
            if len(begun) < MOST_A_DAY:
                return origin
            waits.append(begun[len(begun) - MOST_A_DAY] + DAY - view.now)
        raise TooManyProofings(seconds=int(min(waits).total_seconds()) + 1)

    def require(self, view: Reading, name: str, *, applicant: str, purpose: Purpose) -> Order:
        """Return an applicant's own order, or raise `ProofingUnknown`."""
        found = self.repository.find(view, name)
        if found is None or (found.applicant, found.purpose) != (applicant, purpose):
            raise ProofingUnknown
        return found

    def settle(self, tx: Transaction, order: Order, answer: ProviderAnswer) -> Answered:
        """Write down what the provider said. The same answer counts once. The caller records the event.

        Raise `EventNotPossible` where the order has ended meanwhile, `ProviderAnswerRefused` for an answer that was
        used for another one.
        """
        held = self.repository.find(tx, order.id) or order
        if proofings.used(tx, provider=order.provider, transaction=answer.transaction):
            raise ProviderAnswerRefused(fault="replay")
        level = Level.NONE
        if answer.outcome is Outcome.MATCHED:
            level = level_of(SubjectKind.PERSON, order.method, answer.sources)
        event = OrderEvent.REFUSE if level is Level.NONE else OrderEvent.CONFIRM
        ended = replace(held, state=LIFECYCLE.after(held.state, event), transaction=answer.transaction)
        self.repository.put(tx, ended)
        return Answered(order=ended, answer=answer, level=level)

    # --- with no transaction open

    def begin(self, order: Order, *, actor: str) -> Order:
        """Let the person come to the provider, and return the order with the address. Raise as the provider does."""
        try:
            started = self.require_provider().begin(order.question)
        except (Unavailable, ProviderAnswerRefused):
            self.fail(order, actor=actor)
            raise
        state = LIFECYCLE.after(order.state, OrderEvent.OPEN)
        opened = replace(order, state=state, transaction=started.transaction, address=started.address)
        with self.store.transaction() as tx:
            self.repository.put(tx, opened)
            tx.record(AuditEvent(tag="proofing:begin:done", actor=actor, subject=order.id, facts=facts_of(opened)))
        return opened

    def result(self, order: Order) -> ProviderAnswer:
        """Return what came of an order. Raise as the provider does, and `ProofingClosed`."""
        now = self.store.clock.now()
        order.require_open(now)
        answer = self.require_provider().result(order.question, order.transaction)
        require_answer(answer, order.question, transaction=order.transaction, now=now)
        return answer

    def match(self, order: Order, *, actor: str) -> ProviderAnswer:
        """Return what the records say. Raise as the provider does."""
        try:
            answer = self.require_provider().match(order.question)
            require_answer(answer, order.question, transaction="", now=self.store.clock.now())
        except (Unavailable, ProviderAnswerRefused):
            self.fail(order, actor=actor)
            raise
        return answer

    def fail(self, order: Order, *, actor: str) -> None:
        """Put on record that a provider did not answer."""
        failed = replace(order, state=LIFECYCLE.after(order.state, OrderEvent.FAIL))
        with self.store.transaction() as tx:
            self.repository.put(tx, failed)
            tx.record(AuditEvent(tag="proofing:begin:failed", actor=actor, subject=order.id, facts=facts_of(failed)))


def facts_of(order: Order) -> dict[str, Fact]:
    """Return what the audit trail holds of an order."""
    return {"method": order.method.value, "provider": order.provider, "purpose": order.purpose.value}

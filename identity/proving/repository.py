"""Reads and writes questions to providers of proofing. Whom they are about is enciphered on its way in."""

import json
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import delete
from sqlmodel import col, select

from identity.proofing.proofing import Method
from identity.proofing.provider import Claimed
from identity.proofing.tables import ProofingOrderRow
from identity.proving.orders import Order, OrderState, Purpose
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["OrderRepository"]

APPLICANT: Final = "proofing applicant"
ORIGIN: Final = "proofing origin"


class OrderRepository:
    """The table of questions to providers."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def applicant(self, number: str) -> str:
        """Return under which name a number applies that may belong to nobody here."""
        return self.protection.index(number, kind=APPLICANT)

    def origin(self, network: str) -> str:
        """Return under which name a network is counted, from which somebody asks who is not logged in."""
        return self.protection.index(network, kind=ORIGIN)

    def add(self, tx: Transaction, order: Order) -> None:
        """Keep a new order."""
        tx.add(
            ProofingOrderRow(
                id=order.id,
                applicant=order.applicant,
                origin=order.origin,
                purpose=order.purpose,
                method=order.method,
                provider=order.provider,
                nonce=order.nonce,
                transaction=order.transaction or None,
                state=order.state,
                begun_at=order.begun_at,
                expires_at=order.expires_at,
                protected=self.enciphered(order),
            )
        )

    def find(self, view: Reading, name: str) -> Order | None:
        """Return an order, if there is one."""
        row = view.get(ProofingOrderRow, name)
        return None if row is None else self.to_order(row)

    def put(self, tx: Transaction, order: Order) -> None:
        """Write how an order stands."""
        row = tx.get(ProofingOrderRow, order.id)
        if row is not None:
            row.state, row.transaction = order.state, order.transaction or None
            row.protected = self.enciphered(order)

    def begun_since(self, view: Reading, applicant: str, moment: datetime, *, origin: str = "") -> tuple[datetime, ...]:
        """Return when an applicant has begun orders since a moment from an origin, the first of them first."""
        asked = select(ProofingOrderRow.begun_at).where(
            col(ProofingOrderRow.applicant) == applicant, col(ProofingOrderRow.origin) == origin
        )
        rows = view.exec(asked.where(col(ProofingOrderRow.begun_at) > moment).order_by(col(ProofingOrderRow.begun_at)))
        return tuple(at.astimezone(UTC) for at in rows)

    def of_applicant(self, view: Reading, applicant: str, *, limit: int) -> tuple[Order, ...]:
        """Return the orders of an applicant, the newest first."""
        asked = select(ProofingOrderRow).where(col(ProofingOrderRow.applicant) == applicant)
        rows = view.exec(asked.order_by(col(ProofingOrderRow.begun_at).desc(), col(ProofingOrderRow.id)).limit(limit))
        return tuple(self.to_order(row) for row in rows)

    def erase(self, tx: Transaction, applicant: str) -> int:
        """Forget the orders of an applicant."""
        return tx.change(delete(ProofingOrderRow).where(col(ProofingOrderRow.applicant) == applicant))

    def enciphered(self, order: Order) -> bytes:
        """Return whom an order is about, and where they go on, enciphered."""
        told = order.claimed
        plain = {"name": told.name, "number": told.number, "phone": told.phone, "address": order.address}
        return self.protection.protect(json.dumps(plain).encode(), context=context_of(order.id))

    def to_order(self, row: ProofingOrderRow) -> Order:
        """Return the value of a row."""
        plain = json.loads(self.protection.reveal(row.protected, context=context_of(row.id)))
        return Order(
            id=row.id,
            applicant=row.applicant,
            origin=row.origin,
            purpose=Purpose(row.purpose),
            method=Method(row.method),
            provider=row.provider,
            nonce=row.nonce,
            transaction=row.transaction or "",
            state=OrderState(row.state),
            begun_at=row.begun_at.astimezone(UTC),
            expires_at=row.expires_at.astimezone(UTC),
            claimed=Claimed(name=plain["name"], number=plain["number"], phone=plain["phone"]),
            address=plain["address"],
        )


def context_of(order: str) -> str:
    """Return what an order's enciphered data is bound to."""
    return f"proofing order {order}"

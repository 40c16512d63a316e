"""Somebody who may stamp, with a seal that nobody else uses."""

from typing import Any

import pytest

from identity.duties import Actor
from seal.ledger.entries import Stamping, StampingState
from seal.stamping.stampings import StampPDF
from tests.seal.houses import House
from trust.errors import TrustError

__all__ = ["Holder", "refused_before_any_key"]


class Holder:
    """A business system with a seal of the authority and one authorisation, apart from what others use."""

    def __init__(self, house: House, **authorisation: Any) -> None:  # noqa: ANN401 - a command's fields
        self.house = house
        self.seal = house.names["spare"] if house.store.is_sqlite else house.active(house.authority).id
        self.actor = house.authority.client
        self.authorisation = house.authorise(self.seal, self.actor, **authorisation)
        self.before = house.head()
        house.faults.passed.clear()

    def command(self, **changes: Any) -> StampPDF:  # noqa: ANN401 - a command's fields
        return self.house.stamp_command(seal=self.seal, **changes)

    def stamp(self, command: StampPDF | None = None, **changes: Any) -> tuple[Stamping, bytes]:  # noqa: ANN401 - likewise
        return self.house.stampings.stamp(self.actor, command or self.command(**changes))

    def suspend(self) -> None:
        self.house.seals.suspend(self.house.authority.owner, self.seal, reason="印章遗失")

    @property
    def states(self) -> list[StampingState]:
        return self.house.states(self.seal)

    @property
    def used(self) -> int:
        return self.house.used(self.authorisation)

    @property
    def tags(self) -> list[str]:
        """Tags of what the audit trail holds of this seal since the test began."""
        return [one.tag for one in self.house.events(after=self.before) if one.subject == self.seal]

    @property
    def stamped(self) -> int:
        """How often the seal's key was used since the test began."""
        return self.house.faults.passed.count("sign:seal_owner")


def refused_before_any_key(
    holder: Holder, command: StampPDF, error: type[TrustError], *, by: Actor | None = None
) -> TrustError:
    """Expect a refusal that leaves no trace: no key used, no line in the ledger, nothing counted, no event."""
    states, used = holder.states, holder.used
    head = holder.house.head()
    holder.house.faults.passed.clear()
    with pytest.raises(error) as refused:
        holder.house.stampings.stamp(by or holder.actor, command)
    assert (holder.states, holder.used, holder.house.head()) == (states, used, head)
    assert holder.house.faults.passed == []
    return refused.value

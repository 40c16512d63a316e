"""An organisation with its legal representative, those whom it lets act, and mandates between them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from identity.delegation.mandates import Mandate
from identity.delegation.service import GiveMandate, MandateService
from identity.delegation.signing import MandateSigning
from identity.duties import Actor, Duty, Grant
from identity.levels import Level
from identity.service import RegisterOrganisation
from identity.subject import Organisation
from tests.fakes.clock import NOW
from tests.fakes.custody import MemoryCustody
from tests.identity.builders import FIRST, SECOND, Office, organisation_code
from trust.authority import Authorities
from trust.delegations import Bounds, Matter
from trust.founding import ServiceKeys

__all__ = ["AT", "CODE", "DAY", "House", "Parties", "bounds"]

AT: Final = NOW.replace(microsecond=0)
DAY: Final = timedelta(days=1)
CODE: Final = "33019900000001"


def bounds(**changes: Any) -> Bounds:  # noqa: ANN401 - fields of `Bounds`
    """Return bounds about a seal."""
    usual = Bounds(
        matters=frozenset({Matter.SEAL_STAMP}),
        seals=frozenset({CODE}),
        purposes=frozenset({"document.stamp"}),
        operations=frozenset({"document"}),
        not_before=AT,
        not_after=AT + 30 * DAY,
        times=10,
        depth=2,
    )
    return replace(usual, **changes)


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who gives and who receives."""

    organisation: Organisation
    representative: Actor
    owner: Actor
    """Who disposes of its seals."""

    agents: tuple[Actor, ...]


@dataclass(kw_only=True)
class House:
    """A founded instance with its mandates."""

    office: Office
    custody: MemoryCustody
    authorities: Authorities
    keys: ServiceKeys
    mandates: MandateService = field(init=False)

    def __post_init__(self) -> None:
        signing = MandateSigning(store=self.office.store, service_keys=self.keys)
        self.mandates = MandateService(store=self.office.store, identity=self.office.identity, signing=signing)

    def reset(self) -> None:
        """Set the clock, and let the keys answer."""
        self.office.clock.set(NOW)
        self.custody.unavailable = False

    def person(self) -> Actor:
        """Return a person who was proven, in a session."""
        return Actor(id=self.office.person().id, grants=frozenset(), session="ses_1", level=Level.HIGH)

    def parties(self) -> Parties:
        """Return new parties."""
        representative = self.person()
        command = RegisterOrganisation(
            name="云州市市场监督管理局",
            credit_code=organisation_code(self.office.next()),
            legal_representative=representative.id,
        )
        registered = self.office.identity.register_organisation(FIRST, command)
        proven = self.office.identity.prove(SECOND, registered.id)
        assert isinstance(proven, Organisation)
        owner = replace(self.person(), grants=frozenset({Grant(Duty.SEAL_OWNER, proven.id)}))
        agents = (self.person(), self.person(), self.person(), self.person())
        return Parties(organisation=proven, representative=representative, owner=owner, agents=agents)

    def command(self, delegator: str, delegate: str, **changes: Any) -> GiveMandate:  # noqa: ANN401 - fields
        """Return the command to offer a mandate about a seal; `changes` are bounds, `within` what is given on."""
        within, key = changes.pop("within", None), changes.pop("request_key", uuid4().hex)
        return GiveMandate(
            delegator=delegator, delegate=delegate, bounds=bounds(**changes), within=within, request_key=key
        )

    def offered(self, parties: Parties, **changes: Any) -> Mandate:  # noqa: ANN401 - likewise
        """Offer a mandate to the first agent."""
        command = self.command(parties.organisation.id, parties.agents[0].id, **changes)
        return self.mandates.offer(parties.representative, command)

    def chain(self, parties: Parties, count: int, **changes: Any) -> list[Mandate]:  # noqa: ANN401 - likewise
        """Return mandates in force, each given within the one before."""
        mandate = self.mandates.accept(parties.agents[0], self.offered(parties, **changes).id)
        made = [mandate]
        for giver, receiver in zip(parties.agents, parties.agents[1:count], strict=False):
            above = made[-1]
            given = {"depth": above.bounds.depth - 1, "times": above.bounds.times, **changes, "within": above.id}
            given["depth"] = above.bounds.depth - 1
            offer = self.mandates.offer(giver, self.command(giver.id, receiver.id, **given))
            made.append(self.mandates.accept(receiver, offer.id))
        return made

    def read(self, name: str) -> Mandate:
        """Return a mandate as it stands."""
        with self.office.store.reading() as view:
            return self.mandates.require(view, name)

    def asked(self, question: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401 - any answer
        """Return what is answered to a question about this moment."""
        with self.office.store.reading() as view:
            return question(self.office.identity, view, *arguments)

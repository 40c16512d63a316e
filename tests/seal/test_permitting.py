"""Who may use a seal now: every row of the closed table, each of which alone stops a use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identity.duties import Actor, Duty, Grant
from identity.errors import SubjectNotActive
from seal.errors import AuthorisationExhausted, NotAuthorised, SealExpired, SealNotActive, SealUnknown
from seal.ledger.entries import Authorisation, Operation
from seal.stamping.permitting import RULES, Permitted, Use
from tests.fakes.clock import NOW
from tests.seal.houses import NOTICE, REASON, YEAR, House, actor
from trust.errors import TrustError
from trust.events import AuditEvent

DAY = timedelta(days=1)
DIGEST = Operation.DIGEST


@pytest.fixture
def spare(house: House) -> str:
    """Return a seal for which nobody is authorised yet."""
    return house.names["spare"]


def ask(house: House, by: Actor, **changes: Any) -> Permitted:  # noqa: ANN401 - any field of a use
    """Ask whether somebody may use the spare seal for a notice."""
    use = replace(Use(seal=house.names["spare"], purpose=NOTICE), **changes)
    with house.store.reading() as view:
        return house.permitting.require(view, by, use)


def refused(house: House, by: Actor, error: type[TrustError], **changes: Any) -> TrustError:  # noqa: ANN401 - likewise
    """Expect that somebody may not."""
    with pytest.raises(error) as told:
        ask(house, by, **changes)
    return told.value


# --- the seal, its owner, who acts


def test_who_is_authorised_may(house: House, spare: str) -> None:
    given = house.authorise(spare, house.authority.client)
    found = ask(house, house.authority.client)
    assert (found.seal.id, found.chain, found.needs_approval) == (spare, (given,), False)


def test_a_seal_that_nobody_knows(house: House) -> None:
    refused(house, house.authority.client, SealUnknown, seal="seal_nothing")


def suspended(house: House) -> None:
    house.seals.suspend(house.authority.owner, house.names["spare"], reason="印章遗失")


def expired(house: House) -> None:
    house.clock.advance(timedelta(days=5 * 365))


def owner_frozen(house: House) -> None:
    freeze(house, house.names["authority"])


def person_frozen(house: House) -> None:
    freeze(house, house.names["person"])


def freeze(house: House, subject: str) -> None:
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), subject, reason="涉嫌冒用")


@pytest.mark.parametrize(
    ("stop", "error"),
    [
        (suspended, SealNotActive),
        (expired, SealExpired),
        (owner_frozen, SubjectNotActive),
        (person_frozen, SubjectNotActive),
    ],
)
def test_what_stops_is_felt_at_once(
    house: House, spare: str, stop: Callable[[House], None], error: type[TrustError]
) -> None:
    person = actor(house.names["person"], Grant(Duty.LICENCE_OFFICER, house.names["authority"]))
    house.authorise(spare, person, valid_until=NOW + 20 * YEAR)
    assert ask(house, person).seal.id == spare
    stop(house)
    refused(house, person, error)


def test_a_business_system_stops_with_its_organisation(house: House, spare: str) -> None:
    client = house.staff("other").client
    house.authorise(spare, client)
    assert ask(house, client).seal.id == spare
    freeze(house, house.names["other"])
    refused(house, client, SubjectNotActive)


# --- what the authorisation says


@pytest.mark.parametrize(
    ("rule", "given", "wanted"),
    [
        ("purpose", {"purpose": "licence.issue"}, {}),
        ("document kind", {"document_kinds": ("reply",)}, {}),
        ("operation", {}, {"operation": Operation.DIGEST}),
        ("operation", {"operations": frozenset({Operation.DIGEST})}, {"operation": Operation.MESSAGE}),
        ("operation", {"operations": frozenset({Operation.DIGEST})}, {}),
        ("not before", {"valid_from": NOW + timedelta(microseconds=1)}, {}),
    ],
)
def test_every_rule_alone_stops_a_use(
    house: House, spare: str, rule: str, given: dict[str, Any], wanted: dict[str, Any]
) -> None:
    client = house.authority.client
    held = house.authorise(spare, client, **given)
    error = refused(house, client, NotAuthorised, **wanted)
    assert error.details == {"seal": spare, "purpose": NOTICE.purpose, "document_kind": NOTICE.document_kind}
    use = replace(Use(seal=spare, purpose=NOTICE), **wanted)
    assert [name for name, holds in RULES.items() if not holds(held, use, NOW)] == [rule]


def test_an_authorisation_ends(house: House, spare: str) -> None:
    client = house.authority.client
    held = house.authorise(spare, client, valid_until=NOW + DAY)
    house.clock.set(NOW + DAY)
    assert ask(house, client).authorisation == held
    house.clock.advance(timedelta(microseconds=1))
    refused(house, client, NotAuthorised)


def test_what_is_withdrawn_permits_nothing(house: House, spare: str) -> None:
    client = house.authority.client
    held = house.authorise(spare, client)
    house.authorisations.withdraw(house.authority.owner, spare, held.id, reason=REASON)
    refused(house, client, NotAuthorised)


def test_the_table_is_closed() -> None:
    assert list(RULES) == ["purpose", "document kind", "operation", "not before", "not after", "not withdrawn"]


def test_another_s_authorisation_permits_nothing(house: House, spare: str) -> None:
    house.authorise(spare, house.authority.client)
    refused(house, house.staff("other").client, NotAuthorised)


def test_of_several_the_one_that_ends_first_and_has_some_left_is_used(house: House, spare: str) -> None:
    client = house.authority.client
    late, soon = house.authorise(spare, client), house.authorise(spare, client, valid_until=NOW + DAY, times=1)
    assert ask(house, client).authorisation == soon
    with house.store.transaction() as tx:
        house.permitting.count(tx, Permitted(seal=house.permitting.usable(tx, spare), authorisation=soon))
        tx.record(AuditEvent(tag="test:use:done", actor="test", subject=spare))
    assert ask(house, client).authorisation == late


def test_one_without_an_approval_goes_before_one_with_it_unless_an_approval_is_brought(
    house: House, spare: str
) -> None:
    client = house.authority.client
    each = house.authorise(spare, client, valid_until=NOW + DAY, needs_approval=True)
    free = house.authorise(spare, client)
    assert ask(house, client).authorisation == free
    assert ask(house, client, approval="approval_1").authorisation == each


# --- agents within their organisation's authorisation


class Delegated:
    """Another organisation that is authorised, and its business system, which that lets stamp."""

    def __init__(self, house: House, *, within: dict[str, Any] | None = None, **terms: Any) -> None:  # noqa: ANN401 - terms
        self.house, self.other, self.seal = house, house.staff("other"), house.names["spare"]
        holder = actor(self.other.organisation)
        self.within = house.authorise(self.seal, holder, **(within or {}))
        self.given = self.house.authorisations.delegate(
            self.other.owner, house.delegate_command(self.within, self.other.client, **terms)
        )

    def use(self, *, count: int = 1) -> None:
        """Count stampings of the agent."""
        with self.house.store.transaction() as tx:
            use = Use(seal=self.seal, purpose=NOTICE)
            self.house.permitting.count(tx, self.house.permitting.require(tx, self.other.client, use), count=count)
            tx.record(AuditEvent(tag="test:use:done", actor="test", subject=self.seal))

    @property
    def used(self) -> tuple[int, int]:
        return self.house.used(self.given), self.house.used(self.within)


def test_an_agent_acts_within_its_organisation_s_authorisation(house: House) -> None:
    delegated = Delegated(house)
    found = ask(house, delegated.other.client)
    assert found.chain == (delegated.given, delegated.within)
    delegated.use()
    assert delegated.used == (1, 1)


def test_an_organisation_itself_stamps_nothing(house: House) -> None:
    delegated = Delegated(house)
    refused(house, delegated.other.owner, NotAuthorised)
    refused(house, delegated.other.of(Duty.BUSINESS_SYSTEM, "client_nothing"), NotAuthorised)


@pytest.mark.parametrize("which", ["given", "within"])
def test_either_withdrawn_stops_the_agent(house: House, which: str) -> None:
    delegated = Delegated(house)
    held: Authorisation = getattr(delegated, which)
    house.authorisations.withdraw(house.authority.owner, delegated.seal, held.id, reason=REASON)
    refused(house, delegated.other.client, NotAuthorised)


def test_the_organisation_in_between_is_asked(house: House) -> None:
    delegated = Delegated(house)
    freeze(house, delegated.other.organisation)
    refused(house, delegated.other.client, NotAuthorised)


def test_who_left_the_organisation_is_its_agent_no_more(house: House) -> None:
    delegated = Delegated(house)
    left = replace(delegated.other.client, grants=frozenset())
    refused(house, left, NotAuthorised)


def test_the_organisation_s_number_counts_for_all_its_agents(house: House) -> None:
    delegated = Delegated(house, within={"times": 2}, times=2)
    delegated.use(count=2)
    with pytest.raises(AuthorisationExhausted) as refusal:
        delegated.use()
    assert refusal.value.details == {"authorisation": delegated.given.id, "times": 2}
    second = house.authorisations.delegate(
        delegated.other.owner, house.delegate_command(delegated.within, delegated.other.client, times=2)
    )
    house.authorisations.withdraw(delegated.other.owner, delegated.seal, delegated.given.id, reason=REASON)
    with pytest.raises(AuthorisationExhausted) as refusal:
        delegated.use()
    assert refusal.value.details == {"authorisation": delegated.within.id, "times": 2}
    assert (delegated.used, house.used(second)) == ((2, 2), 0)


def test_an_approval_that_the_organisation_needs_its_agent_needs_too(house: House) -> None:
    delegated = Delegated(house, within={"needs_approval": True}, needs_approval=True)
    assert ask(house, delegated.other.client).needs_approval

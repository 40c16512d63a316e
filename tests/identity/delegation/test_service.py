"""Mandates: who gives what to whom, who accepts, who ends, and what is given on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from identity.delegation.errors import (
    MandateBeyond,
    MandateInvalid,
    MandateNotInForce,
    MandateNotYours,
    MandateUnknown,
)
from identity.delegation.mandates import OFFERED_FOR, Mandate, MandateState
from identity.duties import Actor, Duty, Grant
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.holding import Standing
from identity.notices.notices import NoticeKind, PersonNotices
from identity.registry import RegisterService
from tests.identity.builders import FIRST
from tests.identity.delegation.parties import AT, CODE, DAY, House, Parties
from trust.delegation_checks import NARROWING, DelegatedUse, judge_chain
from trust.delegations import Chain, Matter, PartyKind, Statement
from trust.errors import Conflict, Denied, Invalid, NotFound, TrustError
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.verdict import Outcome

REASON = "岗位调整"


def about(matter: Matter) -> dict[str, Any]:
    """Return the bounds of a mandate about something else than seals."""
    nothing: frozenset[str] = frozenset()
    return {
        "matters": frozenset({matter}),
        "seals": nothing,
        "operations": nothing,
        "purposes": nothing,
        "times": None,
    }


def refused(house: House, error: type[TrustError], act: Callable[[], object]) -> TrustError:
    """Expect a refusal that leaves no trace."""
    before = len(house.office.events())
    with pytest.raises(error) as told:
        act()
    assert len(house.office.events()) == before
    return told.value


# --- offering


def test_a_mandate_says_who_lets_whom_do_what(house: House) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    assert offered.id.startswith("mandate_")
    assert (offered.delegator.kind, offered.delegator.id) == (PartyKind.ORGANISATION, parties.organisation.id)
    assert (offered.delegate.kind, offered.delegate.id) == (PartyKind.PERSON, parties.agents[0].id)
    assert (offered.state, offered.used, offered.parent) == (MandateState.OFFERED, 0, None)
    assert (offered.given.actor, offered.given.level) == (parties.representative.id, 3)
    assert (offered.given.session, offered.given.at) == ("ses_1", AT)
    assert house.read(offered.id) == offered
    event = house.office.events()[-1]
    assert (event.tag, event.actor, event.subject) == ("mandate:offer:done", parties.representative.id, offered.id)
    assert event.facts == {
        "delegator": parties.organisation.id,
        "delegate": parties.agents[0].id,
        "matters": "seal.stamp",
    }


def test_a_business_system_receives_one_and_gives_nothing_on(house: House) -> None:
    parties = house.parties()
    client = house.office.client().client.id
    command = house.command(parties.organisation.id, client, depth=0)
    assert house.mandates.offer(parties.representative, command).delegate.kind is PartyKind.CLIENT
    deep = house.command(parties.organisation.id, client, depth=1)
    error = refused(house, MandateInvalid, partial(house.mandates.offer, parties.representative, deep))
    assert error.details == {"field": "depth"}


def test_who_disposes_of_seals_gives_what_is_about_them_and_no_more(house: House) -> None:
    parties = house.parties()
    command = house.command(parties.organisation.id, parties.agents[0].id)
    assert house.mandates.offer(parties.owner, command).given.actor == parties.owner.id
    for matter in (Matter.ACT, Matter.LICENCE_HOLD):
        more = house.command(parties.organisation.id, parties.agents[0].id, **about(matter))
        refused(house, MandateNotYours, partial(house.mandates.offer, parties.owner, more))
        assert house.mandates.offer(parties.representative, more).bounds.matters == more.bounds.matters


def test_who_holds_licences_for_an_organisation_lets_others_hold_them(house: House) -> None:
    parties = house.parties()
    holder = replace(parties.owner, grants=frozenset({Grant(Duty.LICENCE_HOLDER, parties.organisation.id)}))
    command = house.command(
        parties.organisation.id,
        parties.agents[0].id,
        **about(Matter.LICENCE_HOLD),
    )
    assert house.mandates.offer(holder, command).state is MandateState.OFFERED


def test_strangers_give_nothing(house: House) -> None:
    parties, other = house.parties(), house.parties()
    command = house.command(parties.organisation.id, parties.agents[0].id)
    client = Actor(id=parties.representative.id, grants=frozenset(), is_client=True)
    for stranger in (parties.agents[0], other.representative, other.owner, client):
        refused(house, MandateNotYours, partial(house.mandates.offer, stranger, command))


def test_persons_let_others_show_their_licences_and_nothing_else(house: House) -> None:
    giver, receiver = house.person(), house.person()
    own = about(Matter.LICENCE_HOLD)
    offered = house.mandates.offer(giver, house.command(giver.id, receiver.id, **own))
    assert offered.delegator.kind is PartyKind.PERSON
    for matters in ({Matter.ACT}, {Matter.LICENCE_HOLD, Matter.ACT}):
        command = house.command(giver.id, receiver.id, **{**own, "matters": frozenset(matters)})
        error = refused(house, MandateInvalid, partial(house.mandates.offer, giver, command))
        assert error.details == {"field": "matters"}
    foreign = house.command(giver.id, receiver.id, **own)
    refused(house, MandateNotYours, partial(house.mandates.offer, receiver, foreign))


ACT = about(Matter.ACT)
UNLAWFUL: dict[str, tuple[dict[str, Any], str]] = {
    "over": ({"not_before": AT - DAY, "not_after": AT}, "valid_until"),
    "far too long": ({"not_after": AT + timedelta(days=3 * 365, seconds=1)}, "valid_until"),
    "of no seal": ({"seals": frozenset()}, "seals"),
    "of a seal and not about seals": ({**ACT, "seals": frozenset({CODE})}, "seals"),
    "for no purpose": ({"purposes": frozenset()}, "purposes"),
    "for a purpose that nothing asks for": ({**ACT, "purposes": frozenset({"x"})}, "purposes"),
    "of no operation": ({"operations": frozenset()}, "operations"),
    "of an operation of no seal": ({**ACT, "operations": frozenset({"document"})}, "operations"),
    "of documents of no seal": ({**ACT, "document_kinds": frozenset({"notice"})}, "document_kinds"),
    "of types of licences": ({"licence_types": frozenset({"food"})}, "licence_types"),
    "counted where nothing counts": ({**ACT, "times": 1}, "times"),
    "about a seal and more": ({"matters": frozenset({Matter.SEAL_STAMP, Matter.ACT})}, "matters"),
    "about issuing and more": ({**ACT, "matters": frozenset({Matter.LICENCE_ISSUE, Matter.ACT})}, "matters"),
    "about issuing whatever": ({**ACT, "matters": frozenset({Matter.LICENCE_ISSUE})}, "licence_types"),
}


@pytest.mark.parametrize(("changes", "field"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_a_mandate_is_bounded(house: House, changes: dict[str, Any], field: str) -> None:
    parties = house.parties()
    assert refused(house, MandateInvalid, partial(house.offered, parties, **changes)).details == {"field": field}


def test_the_longest_mandate_is_of_three_years(house: House) -> None:
    assert house.offered(house.parties(), not_after=AT + timedelta(days=3 * 365)).state is MandateState.OFFERED


def test_who_receives_is_somebody_else_who_may_act(house: House) -> None:
    parties, other = house.parties(), house.parties()
    own = house.command(parties.representative.id, parties.representative.id, **about(Matter.LICENCE_HOLD))
    error = refused(house, MandateInvalid, partial(house.mandates.offer, parties.representative, own))
    assert error.details == {"field": "delegate"}
    to_an_organisation = house.command(parties.organisation.id, other.organisation.id)
    error = refused(house, MandateInvalid, partial(house.mandates.offer, parties.representative, to_an_organisation))
    assert error.details == {"field": "delegate"}
    to_nobody = house.command(parties.organisation.id, "P0000000000000000")
    refused(house, SubjectUnknown, partial(house.mandates.offer, parties.representative, to_nobody))
    frozen = house.person()
    house.office.identity.freeze(FIRST, frozen.id, reason="涉嫌冒用")
    to_frozen = house.command(parties.organisation.id, frozen.id)
    refused(house, SubjectNotActive, partial(house.mandates.offer, parties.representative, to_frozen))


def test_a_repeated_request_gets_the_same_mandate(house: House) -> None:
    parties = house.parties()
    command = house.command(parties.organisation.id, parties.agents[0].id, request_key="a-key-of-mine")
    first = house.mandates.offer(parties.representative, command)
    later = replace(command, bounds=replace(command.bounds, not_before=AT + DAY))
    assert house.mandates.offer(parties.representative, command) == first
    refused(house, RequestKeyReused, partial(house.mandates.offer, parties.representative, later))
    now = replace(command, request_key="another-one", starts_now=True)
    again = replace(now, bounds=later.bounds)
    assert house.mandates.offer(parties.representative, now) == house.mandates.offer(parties.representative, again)


# --- accepting


def test_what_is_accepted_is_signed_and_can_be_checked_by_strangers(house: House) -> None:
    parties = house.parties()
    accepted = house.mandates.accept(parties.agents[0], house.offered(parties).id)
    assert (accepted.state, accepted.accepted_at) == (MandateState.ACCEPTED, house.office.clock.now())
    assert accepted.statement is not None
    told = Statement.read(accepted.statement).delegation
    assert (told.id, told.bounds, told.delegate) == (accepted.id, accepted.bounds, accepted.delegate)
    assert (told.given.actor, told.given.session) == (parties.representative.id, "ses_1")
    tags = house.office.tags(accepted.id)
    assert tags == ["mandate:offer:done", "mandate:accept:done", "mandate:sign:done"]
    chain = house.mandates.signed_chain(parties.agents[0], accepted.id)
    with house.office.store.reading() as view:
        evidence = house.authorities.evidence(view)
    use = DelegatedUse(matter=Matter.SEAL_STAMP, actor=parties.agents[0].id, seal=CODE, at=AT)
    checks = judge_chain(Chain.read(chain.der), evidence, use, at=AT, is_proven=False)
    assert {one.outcome for one in checks} == {Outcome.PASSED}


def test_only_who_receives_it_accepts_and_only_once(house: House) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    for other in (parties.agents[1], parties.representative, parties.owner):
        refused(house, MandateUnknown, partial(house.mandates.accept, other, offered.id))
    refused(house, MandateUnknown, partial(house.mandates.accept, parties.agents[0], "mandate_nothing"))
    house.mandates.accept(parties.agents[0], offered.id)
    refused(house, EventNotPossible, partial(house.mandates.accept, parties.agents[0], offered.id))


def test_nobody_accepts_what_he_offered_himself(house: House) -> None:
    parties = house.parties()
    command = house.command(parties.organisation.id, parties.representative.id)
    offered = house.mandates.offer(parties.representative, command)
    refused(house, FourEyesRequired, partial(house.mandates.accept, parties.representative, offered.id))
    by_another = house.mandates.offer(parties.owner, replace(command, request_key="by-another"))
    assert house.mandates.accept(parties.representative, by_another.id).state is MandateState.ACCEPTED


@pytest.mark.parametrize("over", [OFFERED_FOR + timedelta(seconds=1), OFFERED_FOR + DAY])
def test_an_offer_is_over_after_a_week(house: House, over: timedelta) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    house.office.clock.set(AT + over)
    error = refused(house, EventNotPossible, partial(house.mandates.accept, parties.agents[0], offered.id))
    assert error.details["state"] == "over"


def test_an_offer_is_over_with_its_own_time(house: House) -> None:
    parties = house.parties()
    offered = house.offered(parties, not_after=AT + timedelta(hours=1))
    house.office.clock.set(AT + timedelta(hours=1, seconds=1))
    refused(house, EventNotPossible, partial(house.mandates.accept, parties.agents[0], offered.id))


@pytest.mark.parametrize("party", ["organisation", "agent"])
def test_nothing_is_accepted_where_a_party_may_not_act(house: House, party: str) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    name = parties.organisation.id if party == "organisation" else parties.agents[0].id
    house.office.identity.freeze(FIRST, name, reason="涉嫌冒用")
    refused(house, SubjectNotActive, partial(house.mandates.accept, parties.agents[0], offered.id))


# --- a key that does not answer


def test_what_could_not_be_signed_at_once_holds_and_is_signed_later(house: House) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    house.custody.unavailable = True
    accepted = house.mandates.accept(parties.agents[0], offered.id)
    assert (accepted.state, accepted.statement) == (MandateState.ACCEPTED, None)
    refused(house, MandateNotInForce, partial(house.mandates.signed_chain, parties.agents[0], accepted.id))
    house.custody.unavailable = False
    assert house.mandates.signing.sign_missing() >= 1
    assert house.read(accepted.id).statement is not None
    assert house.mandates.signing.sign_missing() == 0
    assert not house.mandates.signing.sign(accepted.id)
    assert not house.mandates.signing.sign("mandate_nothing")


def test_what_is_above_is_signed_first(house: House) -> None:
    parties = house.parties()
    first = house.offered(parties)
    house.custody.unavailable = True
    house.mandates.accept(parties.agents[0], first.id)
    command = house.command(parties.agents[0].id, parties.agents[1].id, within=first.id, depth=1)
    second = house.mandates.offer(parties.agents[0], command)
    house.custody.unavailable = False
    below = house.mandates.accept(parties.agents[1], second.id)
    above = house.read(first.id)
    assert above.statement is not None
    assert below.statement is not None
    assert Statement.read(below.statement).delegation.parent == Statement.read(above.statement).digest


# --- giving on


def test_what_was_received_is_given_on_as_deep_as_allowed(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 3, depth=2)
    assert [one.bounds.depth for one in made] == [2, 1, 0]
    chain = house.mandates.signed_chain(parties.agents[2], made[-1].id)
    assert [one.delegation.id for one in chain.statements] == [one.id for one in made]
    deeper = house.command(parties.agents[2].id, parties.agents[3].id, within=made[-1].id, depth=0)
    error = refused(house, MandateBeyond, partial(house.mandates.offer, parties.agents[2], deeper))
    assert error.details == {"field": "depth"}


BEYOND: dict[str, dict[str, Any]] = {
    "seals": {"seals": frozenset({CODE, "33019900000002"})},
    "document_kinds": {"document_kinds": frozenset({"order"})},
    "operations": {"operations": frozenset({"message"})},
    "purposes": {"purposes": frozenset({"contract.sign"})},
    "not_before": {"not_before": AT - timedelta(seconds=1)},
    "not_after": {"not_after": AT + 30 * DAY + timedelta(seconds=1)},
    "times": {"times": 11},
    "depth": {"depth": 2},
}


def test_every_bound_is_tried() -> None:
    assert set(BEYOND) | {"matters", "licence_types"} == set(
        NARROWING
    )  # of these two mandates about seals have one each


@pytest.mark.parametrize("bound", [*BEYOND])
def test_nobody_gives_on_more_than_was_received(house: House, bound: str) -> None:
    parties = house.parties()
    changes: dict[str, Any] = {"document_kinds": frozenset({"notice"})}
    first = house.mandates.accept(parties.agents[0], house.offered(parties, **changes).id)
    command = house.command(
        parties.agents[0].id, parties.agents[1].id, within=first.id, **{"depth": 1, **changes, **BEYOND[bound]}
    )
    error = refused(house, MandateBeyond, partial(house.mandates.offer, parties.agents[0], command))
    assert error.details == {"field": bound}


def test_only_who_received_it_gives_it_on(house: House) -> None:
    parties = house.parties()
    (first,) = house.chain(parties, 1)
    wrong = house.command(parties.agents[1].id, parties.agents[2].id, within=first.id, depth=1)
    refused(house, MandateUnknown, partial(house.mandates.offer, parties.agents[1], wrong))
    nothing = house.command(parties.agents[0].id, parties.agents[2].id, within="mandate_nothing", depth=1)
    refused(house, MandateUnknown, partial(house.mandates.offer, parties.agents[0], nothing))


def test_nothing_is_given_back_to_who_gave_it(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 2)
    back = house.command(parties.agents[1].id, parties.agents[0].id, within=made[1].id, depth=0)
    error = refused(house, MandateInvalid, partial(house.mandates.offer, parties.agents[1], back))
    assert error.details == {"field": "delegate"}


def test_nothing_is_given_on_of_what_has_ended(house: House) -> None:
    parties = house.parties()
    (first,) = house.chain(parties, 1)
    command = house.command(parties.agents[0].id, parties.agents[1].id, within=first.id, depth=1)
    offered = house.mandates.offer(parties.agents[0], command)
    house.mandates.revoke(parties.representative, first.id, reason=REASON)
    refused(house, MandateNotInForce, partial(house.mandates.accept, parties.agents[1], offered.id))
    other = replace(command, request_key="another-key")
    refused(house, MandateNotInForce, partial(house.mandates.offer, parties.agents[0], other))


# --- ending


def test_who_receives_declines_or_renounces(house: House) -> None:
    parties = house.parties()
    declined = house.mandates.decline(parties.agents[0], house.offered(parties).id, reason=REASON)
    assert declined.state is MandateState.DECLINED
    assert house.office.events()[-1].facts["reason"] == REASON
    (accepted,) = house.chain(parties, 1)
    refused(house, EventNotPossible, partial(house.mandates.decline, parties.agents[0], accepted.id, reason=REASON))
    refused(house, MandateUnknown, partial(house.mandates.renounce, parties.agents[1], accepted.id, reason=REASON))
    refused(house, ReasonMissing, partial(house.mandates.renounce, parties.agents[0], accepted.id, reason=" "))
    renounced = house.mandates.renounce(parties.agents[0], accepted.id, reason=REASON)
    assert renounced.state is MandateState.RENOUNCED
    refused(house, EventNotPossible, partial(house.mandates.renounce, parties.agents[0], accepted.id, reason=REASON))


@pytest.mark.parametrize("by", ["representative", "owner", "the first agent", "the second agent"])
def test_everybody_above_revokes(house: House, by: str) -> None:
    parties = house.parties()
    made = house.chain(parties, 3)
    who = {
        "representative": parties.representative,
        "owner": parties.owner,
        "the first agent": parties.agents[0],
        "the second agent": parties.agents[1],
    }[by]
    assert house.mandates.revoke(who, made[2].id, reason=REASON).state is MandateState.REVOKED


def test_nobody_below_or_beside_revokes(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 2)
    refused(house, MandateNotYours, partial(house.mandates.revoke, parties.agents[1], made[1].id, reason=REASON))
    for other in (parties.agents[1], house.parties().representative):
        refused(house, MandateUnknown, partial(house.mandates.revoke, other, made[0].id, reason=REASON))
    refused(house, ReasonMissing, partial(house.mandates.revoke, parties.representative, made[0].id, reason=""))


def test_an_offer_can_be_taken_back(house: House) -> None:
    parties = house.parties()
    offered = house.offered(parties)
    assert house.mandates.revoke(parties.owner, offered.id, reason=REASON).state is MandateState.REVOKED
    refused(house, EventNotPossible, partial(house.mandates.accept, parties.agents[0], offered.id))


# --- looking


def told(found: tuple[Mandate, ...]) -> list[str]:
    """Return their identifiers."""
    return [one.id for one in found]


def test_parties_and_who_gave_above_see_a_mandate(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 2)
    for who in (parties.representative, parties.owner, *parties.agents[:2]):
        assert house.mandates.find(who, made[1].id) == made[1]
    for stranger in (parties.agents[2], house.person()):
        refused(house, MandateUnknown, partial(house.mandates.find, stranger, made[1].id))
        refused(house, MandateUnknown, partial(house.mandates.signed_chain, stranger, made[1].id))
    refused(house, MandateUnknown, partial(house.mandates.find, parties.agents[1], made[0].id))


def test_everybody_sees_what_they_gave_and_received(house: House) -> None:
    parties: Parties = house.parties()
    made = house.chain(parties, 2)
    both = sorted(one.id for one in made)  # of one moment, so that their order is any
    assert told(house.mandates.list(parties.agents[0])) == both
    assert told(house.mandates.list(parties.agents[1])) == [made[1].id]
    assert told(house.mandates.list(parties.agents[0], after=both[0])) == both[1:]
    assert told(house.mandates.list(parties.agents[0], limit=1)) == both[:1]
    assert house.mandates.list(parties.agents[2]) == ()
    for who in (parties.representative, parties.owner):
        assert told(house.mandates.list(who, organisation=parties.organisation.id)) == [made[0].id]
    refused(
        house, MandateNotYours, partial(house.mandates.list, parties.agents[0], organisation=parties.organisation.id)
    )


def test_the_kinds_of_errors() -> None:
    assert issubclass(MandateUnknown, NotFound)
    assert issubclass(MandateInvalid, Invalid)
    assert issubclass(MandateBeyond, Conflict)
    assert issubclass(MandateNotYours, Denied)
    assert issubclass(MandateNotInForce, Conflict)


def test_who_may_look_at_a_mandate_sees_from_whom_it_comes(house: House) -> None:
    parties = house.parties()
    made = [one.id for one in house.chain(parties, 3)]
    for who in (parties.representative, parties.agents[2]):
        assert made == [one.id for one in house.mandates.links(who, made[-1])]
    with pytest.raises(MandateUnknown):
        house.mandates.links(parties.agents[3], made[-1])


def test_an_organisations_mandates_in_force_make_agents(house: House) -> None:
    parties, office = house.parties(), house.office
    register = RegisterService(
        store=office.store, repository=office.repository, identity=office.identity, access=office.access
    )
    made = house.mandates.accept(parties.agents[0], house.offered(parties).id)
    head, agent = register.acting(parties.organisation.id)
    assert (head.agent, head.standing) == (parties.representative.id, Standing.LEGAL_REPRESENTATIVE)
    assert (agent.agent, agent.standing, agent.delegation) == (parties.agents[0].id, Standing.DELEGATED, made.id)
    house.mandates.renounce(parties.agents[0], made.id, reason="不再办理")
    assert [parties.representative.id] == [one.agent for one in register.acting(parties.organisation.id)]


def test_whom_a_mandate_concerns_is_told(house: House) -> None:
    parties = house.parties()
    agent, representative = parties.agents[0], parties.representative
    first = house.mandates.accept(agent, house.offered(parties).id)
    second = house.mandates.accept(agent, house.offered(parties).id)
    house.mandates.revoke(representative, first.id, reason="岗位调整")
    house.mandates.renounce(agent, second.id, reason="岗位调整")
    notices = PersonNotices(house.office.store)
    offered, ended = NoticeKind.DELEGATION_OFFERED, NoticeKind.DELEGATION_ENDED
    accepted = NoticeKind.DELEGATION_ACCEPTED
    about = [(one.kind, one.facts["delegation"]) for one in notices.of(agent.id)]
    assert sorted(about) == sorted([(offered, first.id), (offered, second.id), (ended, first.id)])
    about = [(one.kind, one.facts["delegation"]) for one in notices.of(representative.id)]
    assert sorted(about) == sorted([(accepted, first.id), (accepted, second.id), (ended, second.id)])
    client = house.office.client()
    own = house.command(parties.organisation.id, client.client.id, depth=0)
    house.mandates.offer(representative, own)
    assert notices.of(client.client.id) == ()  # a business system asks

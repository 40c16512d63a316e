"""Recovering an account oneself: proven, waited for, capped; stopped by its owner; and no oracle for who has one."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from identity.authentication.repository import AuthenticationRepository
from identity.errors import (
    AccountUnknown,
    CitizenNumberMalformed,
    CredentialsWrong,
    PersonNameMalformed,
    SubjectNotActive,
)
from identity.federation.repository import Arrival, How, Link
from identity.levels import Level
from identity.proofing.errors import (
    ProofingClosed,
    ProviderAnswerRefused,
    ProviderUnavailable,
    TooManyProofings,
)
from identity.proofing.proofing import Source
from identity.proofing.provider import Outcome
from identity.proving.asking import MOST_A_DAY, OPEN_FOR
from identity.recovery.by_provider import AskToRecover, Begun, RecoveryTimes
from identity.recovery.erasing import erase
from identity.recovery.recovery import LIFECYCLE, Recovery, RecoveryNotReady, RecoveryState, RecoveryUnknown
from identity.subject import Person
from tests.fakes.clock import NOW
from tests.identity.authentication.desk import Visitor
from tests.identity.builders import FIRST, PASSWORD, person_number
from tests.identity.proving.desk import Desk, actor, match
from trust.events import AuditEvent
from trust.lifecycle import EventNotPossible
from trust.outbox import Outbox
from trust.store import LostRace

TIMES: Final = RecoveryTimes()
SECOND: Final = timedelta(seconds=1)
NOBODY: Final = person_number(888)


def ask(person: Person) -> AskToRecover:
    """Ask for a person's account."""
    return AskToRecover(name=person.name.value, citizen_number=person.code)


@pytest.fixture
def owner(desk: Desk) -> Person:
    """Return a person with an account."""
    found = desk.office.person()
    desk.office.account(found, username="wang")
    return found


@pytest.fixture
def proven(desk: Desk, owner: Person) -> Begun:
    """Return a recovery that waits."""
    begun = desk.recovery.begin(ask(owner))
    assert desk.recovery.complete(begun.secret).state is RecoveryState.PROVEN
    return begun


def test_an_account_is_recovered(desk: Desk, owner: Person, proven: Begun) -> None:
    office = desk.office
    old = office.enter(username="wang", password=PASSWORD)
    assert desk.told(owner.id) == ["recovery_waiting"]
    office.clock.advance(TIMES.wait)
    issued = desk.recovery.code(proven.secret)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(old.secret)
    with pytest.raises(CredentialsWrong):
        office.enter(username="wang", password=PASSWORD)
    office.access.activate(issued.secret, username="wang", password="other quiet herons at dusk")
    again = office.enter(username="wang", password="other quiet herons at dusk")
    assert again.holder == owner.id
    assert desk.told(owner.id) == ["recovery_done", "recovery_waiting"]
    assert "account:recover:done" in office.tags(owner.id)
    with pytest.raises(RecoveryNotReady) as refused:
        desk.recovery.code(proven.secret)
    assert refused.value.details == {"state": "done", "seconds": 0}


def test_every_authenticator_of_before_is_gone(desk: Desk) -> None:
    visitor = Visitor(desk.office)
    visitor.app()
    begun = desk.recovery.begin(ask(visitor.person))
    desk.recovery.complete(begun.secret)
    kept = AuthenticationRepository(desk.office.repository.protection)
    with desk.office.store.reading() as view:
        assert len(kept.of_person(view, visitor.person.id)) == 1
    desk.office.clock.advance(TIMES.wait)
    desk.recovery.code(begun.secret)
    with desk.office.store.reading() as view:
        assert kept.of_person(view, visitor.person.id) == ()


def test_it_waits_to_the_second(desk: Desk, proven: Begun) -> None:
    desk.office.clock.advance(TIMES.wait - timedelta(milliseconds=1))
    with pytest.raises(RecoveryNotReady) as refused:
        desk.recovery.code(proven.secret)
    assert refused.value.details == {"state": "proven", "seconds": 1}
    desk.office.clock.advance(timedelta(milliseconds=1))
    assert desk.recovery.code(proven.secret).secret.startswith("xa_")


def test_it_does_not_wait_for_ever(desk: Desk, proven: Begun) -> None:
    desk.office.clock.advance(TIMES.wait + TIMES.collect)
    with pytest.raises(RecoveryNotReady) as refused:
        desk.recovery.code(proven.secret)
    assert refused.value.details == {"state": "expired", "seconds": 0}


def test_the_owner_is_told_and_stops_it(desk: Desk, owner: Person, proven: Begun) -> None:
    (told,) = desk.notices.of(owner.id)
    assert told.facts == {"recovery": proven.recovery.id, "until": (NOW + TIMES.wait).isoformat()}
    (message,) = Outbox(desk.office.store, "person notices").messages()
    assert (message.subject, message.payload["kind"]) == (owner.id, "recovery_waiting")
    (listed,) = desk.recovery.of(actor(owner))
    assert desk.recovery.stop(actor(owner), listed.id).state is RecoveryState.STOPPED
    desk.office.clock.advance(TIMES.wait)
    with pytest.raises(RecoveryNotReady) as refused:
        desk.recovery.code(proven.secret)
    assert refused.value.details == {"state": "stopped", "seconds": 0}
    with pytest.raises(EventNotPossible):
        desk.recovery.stop(actor(owner), listed.id)
    assert desk.office.enter(username="wang", password=PASSWORD).holder == owner.id
    assert desk.told(owner.id) == ["recovery_stopped", "recovery_waiting"]


def test_nobody_else_stops_it(desk: Desk, proven: Begun) -> None:
    for name in (proven.recovery.id, "rcv_another"):
        with pytest.raises(RecoveryUnknown):
            desk.recovery.stop(actor(desk.office.person()), name)
    assert desk.recovery.of(actor(desk.office.person())) == ()


def recovered(desk: Desk, begun: Begun) -> None:
    """Wait, and fetch the code."""
    desk.office.clock.advance(TIMES.wait)
    desk.recovery.code(begun.secret)


def test_what_was_recovered_is_worth_less_for_a_while(desk: Desk, owner: Person, proven: Begun) -> None:
    assert desk.level(owner.id) == 3
    recovered(desk, proven)
    assert desk.level(owner.id) == 2
    desk.office.clock.advance(TIMES.capped - SECOND)
    assert desk.level(owner.id) == 2
    desk.office.clock.advance(SECOND)
    assert desk.level(owner.id) == 3


def test_a_visit_to_the_counter_lifts_that(desk: Desk, owner: Person, proven: Begun) -> None:
    recovered(desk, proven)
    order = desk.own.begin(actor(owner), match())
    assert (order.state, desk.level(owner.id)) == ("done", 2)  # a provider lifts nothing
    desk.approve(desk.propose(owner.id))
    assert desk.level(owner.id) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"outcome": Outcome.NOT_MATCHED},
        {"sources": frozenset({Source.NAME_AND_NUMBER, Source.PHONE, Source.DOCUMENT_SEEN})},
        {"sources": frozenset({Source.NAME_AND_NUMBER, Source.PHONE})},
        {"sources": frozenset()},
    ],
)
def test_less_than_document_and_live_face_recovers_nothing(
    desk: Desk, owner: Person, answer: dict[str, object]
) -> None:
    begun = desk.recovery.begin(ask(owner))
    desk.provider.plan(answer)
    assert desk.recovery.complete(begun.secret).state is RecoveryState.REFUSED
    assert desk.recovery.complete(begun.secret).state is RecoveryState.REFUSED
    desk.office.clock.advance(TIMES.wait)
    with pytest.raises(RecoveryNotReady):
        desk.recovery.code(begun.secret)
    assert desk.told(owner.id) == []


def test_an_answer_to_something_else_recovers_nothing(desk: Desk, owner: Person) -> None:
    begun = desk.recovery.begin(ask(owner))
    desk.provider.plan({"person": "00" * 32})
    with pytest.raises(ProviderAnswerRefused):
        desk.recovery.complete(begun.secret)
    with pytest.raises(RecoveryNotReady) as refused:
        desk.recovery.code(begun.secret)
    assert refused.value.details == {"state": "asked", "seconds": 0}


def test_who_has_not_shown_a_face_yet_may_do_so(desk: Desk, owner: Person) -> None:
    begun = desk.recovery.begin(ask(owner))
    desk.provider.plan({"outcome": Outcome.PENDING, "sources": frozenset()})
    assert desk.recovery.complete(begun.secret).state is RecoveryState.ASKED
    assert desk.recovery.complete(begun.secret).state is RecoveryState.PROVEN
    assert desk.recovery.complete(begun.secret).state is RecoveryState.PROVEN
    late = desk.recovery.begin(ask(owner))
    desk.office.clock.advance(OPEN_FOR)
    with pytest.raises(ProofingClosed):
        desk.recovery.complete(late.secret)


def strangers(desk: Desk) -> dict[str, AskToRecover]:
    """Return those for whom there is nothing to recover, by why."""
    without = desk.office.person("李四")
    owner = desk.office.person("张三")
    desk.office.account(owner)
    return {
        "nobody": AskToRecover(name="王小明", citizen_number=NOBODY),
        "no account": ask(without),
        "another name": replace(ask(owner), name="张三丰"),
    }


@pytest.mark.parametrize("who", ["nobody", "no account", "another name"])
def test_who_has_no_account_learns_it_once_proven_and_no_sooner(desk: Desk, owner: Person, who: str) -> None:
    theirs, ours = desk.recovery.begin(strangers(desk)[who]), desk.recovery.begin(ask(owner))
    assert theirs.expires_at == ours.expires_at
    states = [alike(desk.recovery.complete(one.secret)) for one in (theirs, ours)]
    assert states[0] == states[1]
    refusals = []
    for one in (theirs, ours):
        with pytest.raises(RecoveryNotReady) as refused:
            desk.recovery.code(one.secret)
        refusals.append(refused.value.details)
    assert refusals[0] == refusals[1]
    desk.office.clock.advance(TIMES.wait)
    with pytest.raises(AccountUnknown):
        desk.recovery.code(theirs.secret)
    assert desk.recovery.code(ours.secret).holder == owner.id


def alike(recovery: Recovery) -> Recovery:
    """Return a recovery without what names it."""
    return replace(recovery, id="", person=None, digest="", proofing_order="")


def test_both_do_the_same_work(desk: Desk, owner: Person) -> None:
    tags = []
    for asked in (ask(owner), AskToRecover(name="王小明", citizen_number=NOBODY)):
        before = len(desk.office.events())
        desk.recovery.begin(asked)
        tags.append([event.tag for event in desk.office.events()[before:]])
        assert {event.actor for event in desk.office.events()[before:]} == {"nobody"}
    assert tags[0] == tags[1]


def test_so_many_a_day_for_whoever_it_is(desk: Desk, owner: Person) -> None:
    for asked in (ask(owner), AskToRecover(name="王小明", citizen_number=NOBODY)):
        for _ in range(MOST_A_DAY):
            desk.recovery.begin(asked)
        with pytest.raises(TooManyProofings):
            desk.recovery.begin(asked)
        desk.recovery.begin(replace(asked, network="192.0.2.7"))  # who is elsewhere is kept out by nobody


def test_who_shares_a_network_with_a_stranger_comes_from_a_device_that_is_known(desk: Desk, owner: Person) -> None:
    strange = replace(ask(owner), network="192.0.2.7")
    known = replace(strange, device=desk.devices.token("wang", now=NOW))
    for _ in range(MOST_A_DAY):
        desk.recovery.begin(strange)
    others = ("", "xd_nonce.9999999999.mark", desk.devices.token("stranger", now=NOW), desk.devices.token("", now=NOW))
    for one in (*(replace(strange, device=device) for device in others), replace(known, name="张三丰")):
        assert not desk.recovery.knows(one)
        with pytest.raises(TooManyProofings):
            desk.recovery.begin(one)
    assert desk.recovery.knows(known)
    for _ in range(MOST_A_DAY):
        desk.recovery.begin(known)
    other = replace(known, device=desk.devices.token("wang", now=NOW))
    for one in (known, other):  # all of them together: a login more is no ten questions more
        with pytest.raises(TooManyProofings):
            desk.recovery.begin(one)
    desk.recovery.begin(replace(known, network="192.0.2.8"))
    nobody = AskToRecover(name="王小明", citizen_number=NOBODY, device=known.device)
    assert not desk.recovery.knows(nobody)
    desk.office.clock.advance(timedelta(days=180))
    assert not desk.recovery.knows(known)


def test_nobody_comes_in_from_elsewhere_any_more(desk: Desk, owner: Person, proven: Begun) -> None:
    other = desk.office.person("李四")
    for one in (owner, other):
        linked(desk, one)
    desk.office.clock.advance(TIMES.wait)
    desk.recovery.code(proven.secret)
    with desk.office.store.reading() as view:
        left = [desk.elsewhere.links(view, one.id) for one in (owner, other)]
        assert (left[0], len(left[1])) == ((), 1)
    with desk.office.store.transaction() as tx:
        assert desk.elsewhere.take_arrival(tx, f"arrival of {owner.id}") is None
        assert desk.elsewhere.take_arrival(tx, f"arrival of {other.id}") is not None
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject="test"))
    (event,) = [one for one in desk.office.events() if one.tag == "link:remove:done"]
    assert (event.actor, event.subject, event.facts) == (
        owner.id,
        owner.id,
        {"link": f"link of {owner.id}", "platform": "above"},
    )


def linked(desk: Desk, person: Person) -> None:
    """Link an account elsewhere, and begin a login there that is to link another one."""
    link = Link(
        id=f"link of {person.id}",
        platform="above",
        subject=f"there {person.id}",
        person=person.id,
        how=How.LOGGED_IN,
        level=Level.HIGH,
        linked_at=NOW,
        used_at=NOW,
    )
    arrival = Arrival(
        digest=f"arrival of {person.id}",
        platform="beside",
        secrets={},
        person=person.id,
        expires_at=NOW + timedelta(days=9),
    )
    with desk.office.store.transaction() as tx:
        desk.elsewhere.add_link(tx, link)
        desk.elsewhere.add_arrival(tx, arrival)
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=person.id))


def test_a_silent_provider_recovers_nothing(desk: Desk, owner: Person) -> None:
    desk.provider.plan(ProviderUnavailable(seconds=30))
    with pytest.raises(ProviderUnavailable):
        desk.recovery.begin(ask(owner))
    begun = desk.recovery.begin(ask(owner))
    desk.provider.plan(ProviderUnavailable(seconds=30))
    with pytest.raises(ProviderUnavailable):
        desk.recovery.complete(begun.secret)
    assert desk.recovery.complete(begun.secret).state is RecoveryState.PROVEN


@pytest.mark.parametrize("secret", ["", "xy_", "xy_another"])
def test_a_secret_that_is_none_recovers_nothing(desk: Desk, proven: Begun, secret: str) -> None:
    assert proven.secret != secret
    for use in (desk.recovery.complete, desk.recovery.code):
        with pytest.raises(RecoveryUnknown):
            use(secret)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (AskToRecover(name="", citizen_number=NOBODY), PersonNameMalformed),
        (AskToRecover(name="王小明", citizen_number=NOBODY[:-1]), CitizenNumberMalformed),
    ],
    ids=["name", "number"],
)
def test_what_is_no_person_is_told_so(desk: Desk, command: AskToRecover, error: type[Exception]) -> None:
    with pytest.raises(error):
        desk.recovery.begin(command)
    assert desk.provider.questions == []


def test_a_frozen_person_recovers_nothing(desk: Desk, owner: Person, proven: Begun) -> None:
    desk.office.identity.freeze(FIRST, owner.id, reason="举报核实中")
    desk.office.clock.advance(TIMES.wait)
    with pytest.raises(SubjectNotActive):
        desk.recovery.code(proven.secret)


def test_nothing_personal_and_no_secret_is_shown(owner: Person, proven: Begun) -> None:
    for shown in (repr(ask(owner)), repr(proven), repr(proven.recovery)):
        for secret in (owner.name.value, owner.code, proven.secret, proven.recovery.digest, proven.address):
            assert secret not in shown


def test_of_two_who_fetch_the_code_one_gets_it(postgres_desk: Desk) -> None:
    desk = postgres_desk
    owner = desk.office.person()
    desk.office.account(owner)
    begun = desk.recovery.begin(ask(owner))
    desk.recovery.complete(begun.secret)
    desk.office.clock.advance(TIMES.wait)
    assert desk.recovery.code(begun.secret).holder == owner.id
    with pytest.raises((RecoveryNotReady, LostRace)):
        desk.recovery.code(begun.secret)


def test_what_is_kept_of_a_person_can_be_erased(desk: Desk, owner: Person, proven: Begun) -> None:
    desk.own.begin(actor(owner), match())
    desk.approve(desk.propose(owner.id))
    assert proven.recovery.person == owner.id
    with desk.office.store.transaction() as tx:
        count = erase(tx, owner.id, accounts=desk.office.repository)
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=owner.id))
    # two orders, one recovery, two notices (waiting, proven), evidence of three proofings
    assert count == 2 + 1 + 2 + 3
    assert (desk.told(owner.id), desk.recovery.of(actor(owner)), desk.own.of(actor(owner)).orders) == ([], (), ())
    assert {one.evidence for one in desk.checks.of(owner.id)} == {()}
    assert desk.level(owner.id) == 3
    with desk.office.store.transaction() as tx:
        assert erase(tx, owner.id, accounts=desk.office.repository) == 0
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=owner.id))


def test_a_recovery_has_one_end() -> None:
    ends = {state for state in RecoveryState if not LIFECYCLE.events(state)}
    assert ends == {RecoveryState.DONE, RecoveryState.REFUSED, RecoveryState.STOPPED}

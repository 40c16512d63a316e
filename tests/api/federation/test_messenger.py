"""Telling other platforms of changed persons: each change once, in order, whatever the platform does meanwhile."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from api.demo import cast
from api.federation_wiring import Route
from api.messenger import Messenger
from api.scim.carrier import AccountCarrier
from api.scim.resource import PERSON
from identity.duties import Duty, Grant
from identity.lifecycle import SubjectEvent
from identity.provisioning import following
from identity.service import RegisterPerson
from identity.subject import Person
from tests.api.federation.builders import FIRST, SECOND, Neighbourhood
from tests.province import CLIENT, Answer
from trust.events import AuditEvent
from trust.outbox import Receipt
from trust.outbox_repository import Message, MessageState

PATIENCE = 30.0


@pytest.fixture
def told(neighbourhood: Neighbourhood) -> Neighbourhood:
    """Return an instance below a province that has heard of everything so far."""
    neighbourhood.service.clock.advance(timedelta(hours=1))
    go(neighbourhood)
    assert route(neighbourhood).following.outbox.waiting().waiting == 0
    return neighbourhood


class Mistaken(AccountCarrier):
    """A carrier with a mistake of our own."""

    @override
    def deliver(self, message: Message) -> Receipt:
        raise ZeroDivisionError


def go(neighbourhood: Neighbourhood) -> int:
    """Make a round."""
    return Messenger(neighbourhood.service.instance.federation).round()


def route(neighbourhood: Neighbourhood) -> Route:
    """Return how the platform above is told."""
    return neighbourhood.service.instance.federation.upper_route


def at_province(neighbourhood: Neighbourhood, person: Person) -> dict[str, Any] | None:
    """Return the account of a person as the province has it."""
    found = [one for one in neighbourhood.province.accounts.values() if one["externalId"] == person.id]
    assert len(found) <= 1
    return found[0] if found else None


def test_everybody_who_was_there_before_is_told_of_once(told: Neighbourhood) -> None:
    before = len(told.province.accounts)
    assert before > 0
    told.province.calls.clear()
    assert go(told) == 0
    assert told.province.calls == []
    told.service.instance.federation.upper_route.following.seen = 0  # as after a restart
    assert go(told) == 0
    assert len(told.province.accounts) == before


def test_a_change_is_told_with_how_things_stand(told: Neighbourhood) -> None:
    person = told.neighbour(told.citizen())
    assert go(told) == 1  # registered and proven: one message
    account = at_province(told, person)
    assert account is not None
    assert (account["name"], account["active"]) == ({"formatted": "王小明"}, True)
    assert account[PERSON] == {
        "level": 3,
        "documentKind": "resident_identity_card",
        "documentNumber": person.code,
    }
    identity = told.service.instance.base.identity
    identity.freeze(FIRST, person.id, reason="涉嫌冒用身份")
    assert go(told) == 1
    assert (at_province(told, person) or {})["active"] is False
    identity.unfreeze(SECOND, person.id, reason="已经核实身份")
    identity.freeze(FIRST, person.id, reason="涉嫌冒用身份")
    calls = len(told.province.calls)
    assert go(told) == 1
    assert len(told.province.calls) == calls  # nothing is other than what it was told


def test_who_is_gone_is_taken_back(told: Neighbourhood) -> None:
    person, base = told.neighbour(told.citizen()), told.service.instance.base
    go(told)
    with base.store.transaction() as tx:
        base.identity.move_in(tx, person, SubjectEvent.CLOSE, by=FIRST.id, reason="本人申请注销")
    go(told)
    assert at_province(told, person) is None
    with base.store.reading() as view:
        assert told.service.instance.federation.accounts.remote(view, "upper", person.id) is None


def test_who_is_not_proven_is_not_told_of(told: Neighbourhood) -> None:
    command = RegisterPerson(name="王小明", citizen_number=cast.person_number(777))
    person = told.service.instance.base.identity.register_person(FIRST, command)
    go(told)
    assert at_province(told, person) is None


@pytest.mark.parametrize("wrong", ["500", "401", "429", "412", "no json", "lost"])
def test_what_is_not_answered_is_told_again_and_nothing_twice(told: Neighbourhood, wrong: str) -> None:
    def fail(answer: Answer) -> None:
        if wrong == "no json":
            answer.raw = b"<html>"
        elif wrong == "lost":  # the account was made, and the answer did not come through
            answer.status = 502
        else:
            answer.status, answer.body = int(wrong), {}

    person = told.neighbour(told.citizen())
    told.province.plan("scim", None, fail)  # after the search
    assert go(told) == 0
    waiting = route(told).following.outbox.waiting()
    assert (waiting.waiting, waiting.refused) == (1, 0)
    assert go(told) == 0  # it has its pause
    told.service.clock.advance(timedelta(hours=1))
    assert go(told) == 1
    assert at_province(told, person) is not None
    assert route(told).following.outbox.waiting().waiting == 0


def test_what_is_refused_for_good_stays_visible(told: Neighbourhood) -> None:
    def refuse(answer: Answer) -> None:
        answer.status, answer.body = 400, {"scimType": "invalidValue"}

    person = told.neighbour(told.citizen())
    told.province.plan("scim", None, refuse)
    assert go(told) == 1
    (message, *_) = route(told).following.outbox.messages(state=MessageState.REFUSED)
    assert (message.subject, message.answer) == (person.id, "HTTP status 400 invalidValue")
    assert dict(message.payload) == {}  # nothing of a person waits in the outbox
    ask, token = told.service.ask, told.service.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    address, reason = "/v1/account-messages/upper", {"reason": "对方已修正"}
    (seen, *_) = ask("GET", f"{address}?state=refused", token=token).json()
    assert (seen["id"], seen["person"], seen["answer"]) == (message.id, person.id, message.answer)
    aside = ask("POST", f"{address}/{message.id}/set-aside", token=token, json=reason)
    assert (aside.status_code, aside.json()["state"]) == (200, "set_aside")
    elsewhere = ask("POST", f"/v1/account-messages/other/{message.id}/retry", token=token, json=reason)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "outbox.unknown")
    assert ask("POST", f"{address}/{message.id}/retry", token=token, json=reason).json()["state"] == "waiting"
    go(told)
    assert at_province(told, person) is not None


def test_an_account_that_somebody_has_deleted_there_is_made_anew(told: Neighbourhood) -> None:
    person = told.neighbour(told.citizen())
    go(told)
    told.province.accounts.clear()
    told.service.instance.base.identity.freeze(FIRST, person.id, reason="涉嫌冒用身份")
    go(told)
    assert (at_province(told, person) or {})["active"] is False


def test_a_peer_is_told_of_those_whom_it_knows_and_of_what_was_agreed(told: Neighbourhood) -> None:
    address, instance = told.province.address, told.service.instance
    known, unknown = told.citizen(), told.neighbour(told.citizen())
    peer = told.platform(
        claims=frozenset({"name"}),
        known_as=CLIENT,
        token_address=f"{address}/token",
        user_address=f"{address}/userinfo",
        accounts_address=f"{address}/scim",
    )
    told.service.http.get(f"/login/from/{peer}", params={"ticket": told.province.ticket(known)})
    told.province.accounts.clear()
    (above, beside) = instance.federation.told()
    assert (above.carrier.destination.name, beside.carrier.destination.name) == ("upper", peer)
    assert instance.federation.told()[1] is beside
    messenger = Messenger(instance.federation)
    with instance.base.store.reading() as view:
        (person,) = instance.base.identity.subjects_of_code(view, known.number)
    messenger.tell(beside)  # the peer itself has caused what happened so far
    assert told.province.accounts == {}
    for one in (person, unknown.id):
        instance.base.identity.freeze(FIRST, one, reason="涉嫌冒用身份")
    messenger.tell(beside)
    (account,) = told.province.accounts.values()
    assert (account["externalId"], account[PERSON]) == (person, {"level": 2})


def test_two_who_follow_tell_it_once(told: Neighbourhood) -> None:
    made = route(told).following
    other = following.Following(made.store, made.repository, made.target)
    told.neighbour(told.citizen())
    with made.store.reading() as view:
        start = made.repository.followed(view, "upper")
    assert made.round() == 1
    other.announce(("P",), start=start, last=start + 1)  # it has looked before the first had put it down
    assert made.outbox.waiting().waiting == 1
    assert other.round() == 0


def test_a_long_trail_without_changes_is_put_down(told: Neighbourhood) -> None:
    made = route(told).following
    with made.store.transaction() as tx:
        for _ in range(following.FAR):
            tx.record(AuditEvent(tag="test:happen:done", actor="test", subject="test"))
    assert made.round() == 0
    with made.store.reading() as view:
        assert made.repository.followed(view, "upper") > following.FAR


def test_the_application_tells_by_itself_and_goes_on_after_a_mistake(told: Neighbourhood) -> None:
    person = told.neighbour(told.citizen())
    federation = told.service.instance.federation
    messenger, done = Messenger(federation, pause=0.01), threading.Event()

    def see(_: Answer) -> None:
        done.set()

    broken = Mistaken(**vars(route(told).carrier))
    assert messenger.tell(Route(following=route(told).following, carrier=broken)) == 0
    (message, *_) = route(told).following.outbox.messages(state=MessageState.WAITING)
    assert (message.subject, message.answer) == (person.id, "ZeroDivisionError")
    told.province.plan("scim", None, see)
    told.service.clock.advance(timedelta(hours=1))
    messenger.start()
    assert done.wait(PATIENCE)
    messenger.stop()
    assert not messenger.thread.is_alive()
    assert at_province(told, person) is not None

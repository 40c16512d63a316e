"""New editions: the identifier goes on, the chain holds both ways, and one ends exactly when the other is released."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.demo import cast
from licence.errors import (
    DataInvalid,
    LicenceExpired,
    LicenceIdentifierMalformed,
    LicenceUnknown,
    NumberTaken,
    SuccessorUnfit,
)
from licence.lifecycle import SUCCESSIONS, LicenceEvent, LicenceState
from licence.number import LicenceIdentifier
from licence.records import Licence, Origin
from licence.succession import Succession
from tests.fakes.clock import NOW
from tests.fakes.faulty import Crash
from tests.licence.builders import LONG_AGO, PERSON_TYPE, REASON, RENEWAL, Desk, Meanwhile
from trust.check_character import mod_37_36
from trust.lifecycle import EventNotPossible
from trust.reasons import ReasonMissing
from trust.signing import SigningUnavailable
from trust.store import LostRace


def parts(licence: Licence) -> tuple[str, ...]:
    """Return the parts of an identifier behind its root."""
    return tuple(licence.identifier.split(".")[5:])


def test_an_edition_takes_the_place_of_the_one_before(desk: Desk) -> None:
    for event in sorted(SUCCESSIONS):
        require_succession(desk, event)


def require_succession(desk: Desk, event: LicenceEvent) -> None:
    """Return if an edition takes the place of another by `event` as it should."""
    first = desk.issue()
    after = Succession(predecessor=first.identifier, event=event, reason=RENEWAL)
    second = desk.renew(first, after=after)
    old, new = desk.kept(first.id), desk.kept(second.id)
    assert (old.state, new.state) == (LicenceState.SUPERSEDED, LicenceState.IN_FORCE)
    assert (old.successor, new.predecessor, new.origin) == (new.id, old.id, Origin(event.value))
    assert (old.chain, new.chain, old.edition, new.edition) == (first.id, first.id, 1, 2)
    kind, issuer, serial, version, check = parts(new)
    assert (kind, issuer, serial) == parts(old)[:3]
    assert (version, check) == ("002", mod_37_36(f"{kind}{issuer}{serial}002"))
    _, history = desk.house.licences.find(desk.officer, old.id)
    assert (history[-1].event, history[-1].reason, history[-1].state) == (event, RENEWAL, LicenceState.SUPERSEDED)
    _, history = desk.house.licences.find(desk.officer, new.id)
    assert [(one.state, one.reason) for one in history] == [
        (LicenceState.PREPARED, RENEWAL),
        (LicenceState.IN_FORCE, RENEWAL),
    ]
    told = [one for one in desk.events() if one.tag == f"licence:{event.value}:done"]
    assert [(one.subject, one.facts["successor"], one.facts["identifier"]) for one in told] == [
        (old.id, new.id, new.identifier)
    ]
    # In one transaction: there is no moment with two of them, or with none.
    assert old.entered_at == new.entered_at
    assert desk.house.licences.editions(desk.officer, old.id) == (old, new)


def test_editions_go_on_and_those_that_came_to_nothing_keep_their_numbers(any_desk: Desk) -> None:
    first = any_desk.issue()
    any_desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    with suppress(SigningUnavailable):
        any_desk.renew(first)
    assert any_desk.kept(first.id).state is LicenceState.IN_FORCE
    third = any_desk.renew(first)
    fourth = any_desk.renew(third)
    editions = any_desk.house.licences.editions(any_desk.officer, first.id)
    assert [(one.edition, one.state.value) for one in editions] == [
        (1, "superseded"),
        (2, "void"),
        (3, "superseded"),
        (4, "in_force"),
    ]
    assert [parts(one)[3] for one in editions] == ["001", "002", "003", "004"]
    assert (third.predecessor, fourth.predecessor) == (first.id, third.id)
    with any_desk.house.store.reading() as view:
        newest = any_desk.house.registry.newest_released(view, first.chain)
        bearing = any_desk.house.registry.bearing(view, first.type, first.number)
    assert newest == bearing == any_desk.kept(fourth.id)


def test_only_what_is_in_force_has_a_successor(desk: Desk) -> None:
    for state in LicenceState:
        if state is LicenceState.IN_FORCE:
            continue
        licence, before = desk.in_state(state), desk.head()
        with pytest.raises(EventNotPossible):
            desk.renew(licence)
        assert desk.head() == before


def test_what_has_expired_has_no_successor(desk: Desk) -> None:
    licence = desk.issue(last_day=date(2026, 12, 31))
    desk.at(NOW + timedelta(days=60))
    with pytest.raises(LicenceExpired) as refused:
        desk.renew(licence)
    assert refused.value.details == {"licence": licence.id}


def test_a_successor_is_of_the_same_type_holder_and_number_space(desk: Desk) -> None:
    licence, other = desk.issue(), desk.issue()
    house, strangers = desk.house, desk.house.staff("other")
    with pytest.raises(SuccessorUnfit) as refused:
        desk.renew(licence, type=PERSON_TYPE, holder_code=cast.ENTERPRISE.code)
    assert refused.value.details == {"licence": licence.id, "field": "type"}
    code = house.identity.find(strangers.organisation).credit_code.value  # type: ignore[union-attr] # an organisation
    with pytest.raises(SuccessorUnfit) as refused:
        desk.renew(licence, holder_code=code)
    assert refused.value.details == {"licence": licence.id, "field": "holder"}
    with pytest.raises(NumberTaken):
        desk.renew(licence, number=other.number)
    with pytest.raises(LicenceUnknown):
        desk.renew(replace(licence, id="lic_1"))
    changed = desk.renew(licence, number="JY2330199999999")
    assert changed.number == "JY2330199999999"


def test_a_number_that_a_new_edition_gave_up_is_free_again(desk: Desk) -> None:
    licence = desk.issue()
    desk.renew(licence, number="JY2330199999998")
    assert desk.issue(number=licence.number).state is LicenceState.IN_FORCE


def test_a_succession_has_its_event_and_its_reason() -> None:
    with pytest.raises(ValueError, match="place"):
        Succession(predecessor="lic_1", event=LicenceEvent.REVOKE, reason=RENEWAL)
    with pytest.raises(ReasonMissing):
        Succession(predecessor="lic_1", event=LicenceEvent.RENEW, reason=" ")


def test_validity_may_go_on_without_a_gap_and_never_begins_later(desk: Desk) -> None:
    licence = desk.issue(last_day=date(2026, 12, 31))
    day = date(2026, 11, 1)
    with pytest.raises(DataInvalid) as refused:
        desk.renew(licence, first_day=date(2027, 1, 1))
    assert refused.value.details == {"field": "first_day", "rule": "maximum"}
    with pytest.raises(DataInvalid) as refused:
        desk.issue(first_day=day)
    assert refused.value.details == {"field": "first_day", "rule": "first_day"}
    assert desk.renew(licence, first_day=day, last_day=date(2031, 12, 31)).valid_from == day


def test_an_edition_that_is_told_no_number_keeps_that_of_the_licence(desk: Desk) -> None:
    licence = desk.issue()
    kept = desk.renew(licence, number=" ")
    other = desk.renew(kept, number="JY23301990999999")
    assert (kept.number, other.number) == (licence.number, "JY23301990999999")


def test_whoever_ends_a_licence_first_wins_over_its_successor(any_desk: Desk) -> None:
    licence = any_desk.issue()
    house = any_desk.house
    house.faults.meanwhile("sign:seal_owner", lambda: house.licences.revoke(any_desk.second, licence.id, reason=REASON))
    with pytest.raises(EventNotPossible):
        any_desk.renew(licence)
    assert any_desk.kept(licence.id).state is LicenceState.REVOKED
    assert any_desk.newest().state is LicenceState.VOID


def test_of_two_successors_at_once_one_is_issued(any_desk: Desk) -> None:
    licence = any_desk.issue()
    other = Meanwhile(any_desk, "sign:seal_owner", lambda: any_desk.renew(licence))
    second = any_desk.renew(licence)
    assert isinstance(other.outcome(), LostRace)
    assert any_desk.kept(licence.id).successor == second.id
    assert [one.id for one in any_desk.house.licences.editions(any_desk.officer, licence.id)] == [
        licence.id,
        second.id,
    ]


def test_after_a_crash_the_licence_is_in_force_and_the_edition_stays_taken(desk: Desk) -> None:
    licence = desk.issue()
    desk.house.faults.fail("commit:licence:release:done", Crash())
    with pytest.raises(Crash):
        desk.renew(licence)
    house = desk.house.reopened()
    after = Desk(house, count=desk.count)
    assert after.kept(licence.id) == licence
    with pytest.raises(LostRace):  # it may still be under way
        after.renew(licence)
    house.clock.advance(LONG_AGO)
    assert house.licences.recover() == 1
    assert after.renew(licence).edition == 3
    house.store.close()


def test_after_999_editions_there_is_no_other(desk: Desk) -> None:
    licence = desk.issue()
    last = LicenceIdentifier.parse(licence.identifier)
    identifier = str(replace(last, version=999))
    with desk.house.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE licence SET edition = 999, identifier = ?", (identifier,))
    with pytest.raises(LicenceIdentifierMalformed):
        desk.renew(licence)


def test_identifiers_are_allotted_once_however_many_ask(any_desk: Desk) -> None:
    made: list[Licence] = []
    commands = [any_desk.command() for _ in range(4)]
    client, licences = any_desk.staff.client, any_desk.house.licences
    threads = [
        threading.Thread(target=lambda told=command: made.append(licences.issue(client, told))) for command in commands
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len({one.identifier for one in made}) == len(made) == 4
    assert sorted(int(parts(one)[2][4:]) for one in made) == [1, 2, 3, 4]
    assert sorted(one.status_index for one in made) == [1, 2, 3, 4]

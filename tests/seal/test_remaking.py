"""A seal that replaces another: through the workshop again, linked both ways, and the old one never stamps again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from identity.duties import Actor, Duty
from identity.errors import DutyMissing, SubjectNotActive
from seal.errors import (
    DesignNotOfOwner,
    GroundNotAllowed,
    NotReplaceable,
    ReplacementUnderWay,
    SealNotActive,
    SealUnknown,
)
from seal.evidence import EvidenceKind
from seal.grounds import Ground
from seal.image.designs import SealDesign
from seal.kinds import SealKind
from seal.lifecycle import SealState
from seal.repository import Seal
from tests.fakes.clock import NOW
from tests.seal.houses import NOTICE, REASON, House, Staff, actor, at_once
from trust.errors import TrustError
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.store import LostRace

HOUR: Final = timedelta(hours=1)
DECISION: Final = EvidenceKind.DECISION


def carried(house: House, seal: str, staff: Staff) -> None:
    """Let an application go all the way to issue."""
    house.seals.approve(staff.reviewer, seal, reason=REASON)
    house.seals.make(staff.maker, seal)
    house.seals.file(staff.filer, seal)
    house.seals.issue(staff.maker, seal)


def seen(house: House, seal: str) -> Seal:
    """Return a seal."""
    return house.seals.find(house.authority.reviewer, seal)[0]


def revoked(house: House, seal: Seal) -> list[tuple[int | None, datetime | None]]:
    """Return reason and invalidity date of each certificate of a seal that is on a list."""
    with house.store.reading() as view:
        lists = house.authorities.evidence(view).revocation_lists
    found = []
    for key in seal.keys:
        assert key.certificate is not None
        for one in lists:
            if one.issuer == key.certificate.issuer:
                entry = one.entry(key.certificate.serial)
                if entry is not None:
                    found.append((entry.reason, entry.invalid_since))
    return found


@pytest.mark.parametrize("ground", [Ground.IMAGE_WORN, Ground.CERTIFICATE_ENDED])
def test_the_old_seal_serves_until_its_owner_accepts_the_new_one(either_house: House, ground: Ground) -> None:
    house, staff = either_house, either_house.authority
    old = house.active(staff)
    command = house.remake_command(staff, old.id, ground=ground)
    new = house.seals.remake(staff.applicant, command)
    assert (new.state, new.supersedes, new.ground, new.design) == (SealState.APPLIED, old.id, ground, old.design)
    carried(house, new.id, staff)
    assert seen(house, old.id).state is SealState.ACTIVE
    house.clock.advance(HOUR)
    accepted = house.seals.accept(staff.owner, new.id)
    before, after = seen(house, old.id), seen(house, new.id)
    assert accepted == after
    assert (after.state, after.supersedes, after.superseded_by, after.ground) == (
        SealState.ACTIVE,
        old.id,
        None,
        None,
    )
    assert (before.state, before.superseded_by, before.ground) == (SealState.SUPERSEDED, new.id, ground)
    assert after.code != before.code
    assert {one.key.handle for one in after.keys}.isdisjoint({one.key.handle for one in before.keys})
    assert revoked(house, before) == [(4, None)] * 2
    last = house.seals.find(staff.reviewer, old.id)[1][-1]
    assert (last.state, last.ground, last.actor) == (SealState.SUPERSEDED, ground, staff.owner.id)


def test_a_superseded_seal_stamps_nothing(house: House) -> None:
    staff, old = house.authority, house.active(house.authority)
    house.authorise(old.id, staff.client)
    new = house.seals.remake(staff.applicant, house.remake_command(staff, old.id))
    carried(house, new.id, staff)
    house.stampings.stamp(staff.client, house.stamp_command(seal=old.id))
    house.seals.accept(staff.owner, new.id)
    with pytest.raises(SealNotActive):
        house.stampings.stamp(staff.client, house.stamp_command(seal=old.id))


def test_a_compromised_seal_stops_at_once_and_by_its_owner_alone(house: House) -> None:
    staff, old = house.authority, house.active(house.authority)
    command = house.remake_command(
        staff, old.id, ground=Ground.KEY_COMPROMISED, compromised_at=house.clock.now() - HOUR
    )
    with pytest.raises(DutyMissing):
        house.seals.remake(staff.applicant, command)
    new = house.seals.remake(staff.owner, command)
    before = seen(house, old.id)
    assert (before.state, before.superseded_by, before.lost_at) == (SealState.SUPERSEDED, None, NOW - HOUR)
    assert revoked(house, before) == [(1, (NOW - HOUR).replace(microsecond=0))] * 2
    carried(house, new.id, staff)
    house.seals.accept(staff.of(Duty.SEAL_OWNER, "second owner"), new.id)
    assert seen(house, old.id).superseded_by == new.id


def test_a_clock_that_runs_ahead_keeps_nothing_from_being_stopped(house: House) -> None:
    staff, old = house.authority, house.active(house.authority)
    ahead = house.clock.now() + HOUR
    command = house.remake_command(staff, old.id, ground=Ground.KEY_COMPROMISED, compromised_at=ahead)
    house.seals.remake(staff.owner, command)
    assert seen(house, old.id).lost_at == NOW


def test_after_a_compromise_another_may_be_applied_for_where_the_first_came_to_nothing(house: House) -> None:
    staff, old = house.authority, house.active(house.authority)
    first = house.seals.remake(staff.owner, house.remake_command(staff, old.id, ground=Ground.KEY_COMPROMISED))
    house.seals.reject(staff.reviewer, first.id, reason=REASON)
    second = house.seals.remake(staff.owner, house.remake_command(staff, old.id, ground=Ground.KEY_COMPROMISED))
    carried(house, second.id, staff)
    house.seals.accept(staff.of(Duty.SEAL_OWNER, "second owner"), second.id)
    assert seen(house, old.id).superseded_by == second.id
    with pytest.raises(NotReplaceable) as refused:
        house.seals.remake(staff.applicant, house.remake_command(staff, old.id))
    assert (refused.value.code, refused.value.details) == (
        "seal.not_replaceable",
        {"seal": old.id, "state": "superseded"},
    )


@pytest.mark.parametrize("end", ["applied", "issued", "cancelled", "invalidated"])
def test_only_what_was_in_use_and_is_not_over_is_replaced(house: House, end: str) -> None:
    staff = house.authority
    seal = house.apply(staff).id
    if end != "applied":
        carried(house, seal, staff)
    if end in ("cancelled", "invalidated"):
        house.seals.accept(staff.owner, seal)
    if end == "cancelled":
        second = staff.of(Duty.SEAL_OWNER, "second owner")
        house.seals.cancel(second, seal, ground=Ground.DISSOLVED, reason=REASON)
    if end == "invalidated":
        from_ = house.documents(staff, DECISION)
        house.seals.invalidate(staff.reviewer, seal, reason=REASON, evidence=from_)
    with pytest.raises(NotReplaceable) as refused:
        house.seals.remake(staff.applicant, house.remake_command(staff, seal))
    assert refused.value.details == {"seal": seal, "state": end}


def test_one_seal_has_one_successor_under_way(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    old = house.active(staff).id
    commands = [house.remake_command(staff, old) for _ in range(4)]
    results = at_once(*[partial(house.seals.remake, staff.applicant, one) for one in commands])
    (new,) = (one for one in results if isinstance(one, Seal))
    assert {type(one) for one in results} <= {Seal, ReplacementUnderWay, LostRace}
    with pytest.raises(ReplacementUnderWay) as refused:
        house.seals.remake(staff.applicant, house.remake_command(staff, old))
    assert (refused.value.code, refused.value.details) == ("seal.replacement_under_way", {"seal": new.id})
    house.seals.withdraw(staff.applicant, new.id, reason=REASON)
    assert house.seals.remake(staff.applicant, house.remake_command(staff, old)).supersedes == old


def test_a_statutory_name_seal_is_replaced_and_stays_the_only_one(either_house: House) -> None:
    house = either_house
    staff = house.fresh_staff()
    old = house.active(staff, kind=SealKind.STATUTORY_NAME, row="")
    new = house.seals.remake(staff.applicant, house.remake_command(staff, old.id))
    carried(house, new.id, staff)
    house.seals.accept(staff.owner, new.id)
    states = [seen(house, one).state for one in (old.id, new.id)]
    assert states == [SealState.SUPERSEDED, SealState.ACTIVE]


Change = dict[str, Any]


@pytest.mark.parametrize(
    ("who", "changes", "error"),
    [
        ("applicant", {"seal": "seal_nothing"}, SealUnknown),
        ("applicant", {"ground": Ground.RENAMED}, GroundNotAllowed),
        ("applicant", {"reason": " "}, ReasonMissing),
        ("applicant", {"design": SealDesign(name="某某某某公司")}, DesignNotOfOwner),
        ("reviewer", {}, DutyMissing),
        ("stranger", {}, DutyMissing),
    ],
)
def test_what_cannot_replace_a_seal(house: House, who: str, changes: Change, error: type[TrustError]) -> None:
    people: dict[str, Callable[[Staff], Actor]] = {
        "applicant": lambda staff: staff.applicant,
        "reviewer": lambda staff: staff.reviewer,
        "stranger": lambda _staff: house.staff("other").applicant,
    }
    command = replace(house.remake_command(house.authority, house.names["spare"]), **changes)
    head = house.head()
    with pytest.raises(error):
        house.seals.remake(people[who](house.authority), command)
    assert house.head() == head


def test_a_frozen_owner_gets_no_new_seal(house: House) -> None:
    staff, command = house.authority, house.remake_command(house.authority, house.names["spare"])
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), staff.organisation, reason="涉嫌冒用")
    with pytest.raises(SubjectNotActive):
        house.seals.remake(staff.applicant, command)


def test_a_repeated_request_gets_the_same_seal(house: House) -> None:
    staff, command = house.authority, house.remake_command(house.authority, house.names["spare"])
    new, head = house.seals.remake(staff.applicant, command), house.head()
    assert house.seals.remake(staff.applicant, command) == new
    assert house.head() == head
    other = house.remake_command(staff, house.names["spare"], request_key=command.request_key)
    with pytest.raises(RequestKeyReused):
        house.seals.remake(staff.applicant, other)


def test_what_the_old_one_stamped_stands_and_says_so(house: House) -> None:
    staff, old = house.authority, house.active(house.authority)
    house.authorise(old.id, staff.client, purpose=NOTICE.purpose)
    _, pdf = house.stampings.stamp(staff.client, house.stamp_command(seal=old.id))
    house.clock.advance(HOUR)
    new = house.seals.remake(staff.applicant, house.remake_command(staff, old.id))
    carried(house, new.id, staff)
    house.seals.accept(staff.owner, new.id)
    found = house.verification.file(pdf)
    (standing,) = found.seals
    assert (standing.state, standing.disputed, found.outcome.value) == (SealState.SUPERSEDED, False, "passed")

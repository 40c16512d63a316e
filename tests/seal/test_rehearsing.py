"""Trying an application: the rules of applying hold, what others have is not told, and nothing is kept."""

from dataclasses import replace

import pytest

from identity.duties import Duty
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import DesignNotOfOwner, KindNotEntitled, SealUnknown, StatutorySealExists
from seal.image.designs import SealDesign
from seal.image.drawing import draw
from seal.kinds import SealKind
from seal.life.applying import WantedSeal
from seal.repository import Page, SealQuery
from tests.seal.houses import REASON, House, Staff, actor
from trust.errors import TrustError


def wanted(staff: Staff, **changes: object) -> WantedSeal:
    """Return a seal for business, or what `changes` say."""
    usual = WantedSeal(owner=staff.organisation, kind=SealKind.BUSINESS, row="行政审批专用章")
    return replace(usual, **changes)  # type: ignore[arg-type] # whatever a field takes


def test_what_is_tried_is_what_would_be_applied_for_and_nothing_is_kept(house: House) -> None:
    staff = house.fresh_staff()
    head = house.head()
    tried = house.seals.rehearse(staff.applicant, wanted(staff))
    assert house.head() == head
    assert house.seals.search(staff.applicant, SealQuery(), Page()) == ((), 0)
    applied = house.apply(staff, row="行政审批专用章")
    assert (tried.seal.name, tried.seal.design, tried.seal.id) == (applied.name, applied.design, "")
    assert tried.image.svg == draw(applied.design).svg


@pytest.mark.parametrize("duty", [Duty.SEAL_APPLICANT, Duty.SEAL_OWNER])
def test_applicants_and_owners_try_for_their_own_organisation_alone(house: House, duty: Duty) -> None:
    staff, other = house.authority, house.fresh_staff()
    assert house.seals.rehearse(staff.of(duty), wanted(staff)).seal.owner == staff.organisation
    for question in (house.seals.rehearse, house.seals.foresee):
        with pytest.raises(DutyMissing):
            question(other.of(duty), wanted(staff))
        with pytest.raises(DutyMissing):
            question(staff.reviewer, wanted(staff))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"owner": "O0"}, SubjectUnknown),
        ({"kind": SealKind.INVOICE}, KindNotEntitled),
        ({"design": SealDesign(name="别的什么单位")}, DesignNotOfOwner),
        ({"kind": SealKind.STATUTORY_NAME, "row": ""}, StatutorySealExists),
    ],
)
def test_what_could_not_be_applied_for_is_refused_alike(
    house: House, changes: dict[str, object], error: type[TrustError]
) -> None:
    staff = house.fresh_staff()
    house.apply(staff, kind=SealKind.STATUTORY_NAME, row="")
    for question in (house.seals.rehearse, house.seals.foresee):
        with pytest.raises(error):
            question(staff.applicant, wanted(staff, **changes))


def test_nothing_is_tried_for_who_is_frozen(house: House) -> None:
    staff = house.fresh_staff()
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), staff.organisation, reason="涉嫌冒用")
    with pytest.raises(SubjectNotActive):
        house.seals.rehearse(staff.applicant, wanted(staff))


def test_a_seal_stands_in_the_way_of_none_that_takes_its_place(house: House) -> None:
    staff = house.fresh_staff()
    old = house.apply(staff, kind=SealKind.STATUTORY_NAME, row="")
    again = wanted(staff, kind=SealKind.STATUTORY_NAME, row="")
    assert house.seals.rehearse(staff.applicant, again, in_place_of=old.id).seal.name == old.name
    assert house.seals.foresee(staff.applicant, again, in_place_of=old.id).own == ()


@pytest.mark.parametrize("named", ["of another owner", "seal_none"])
def test_it_takes_the_place_of_no_seal_of_others(house: House, named: str) -> None:
    staff = house.fresh_staff()
    seal = house.seal if named == "of another owner" else named
    with pytest.raises(SealUnknown):
        house.seals.rehearse(staff.applicant, wanted(staff), in_place_of=seal)


def test_look_alikes_of_ones_own_are_named_and_those_of_others_are_counted(house: House) -> None:
    staff, other = house.fresh_staff(), house.fresh_staff()
    own = house.apply(staff, row="行政审批专用章")
    twin = house.apply(other, row="行政审批专用章")
    gone = house.apply(other, row="行政审批专用章")
    house.seals.withdraw(other.applicant, gone.id, reason=REASON)
    foreseen = house.seals.foresee(staff.applicant, wanted(staff))
    assert [one.seal for one in foreseen.own] == [own.id]
    assert (foreseen.others, foreseen.namesakes) == (1, 1)
    assert twin.id not in repr(foreseen)
    assert other.organisation not in repr(foreseen)
    clear = house.seals.foresee(staff.applicant, wanted(staff, design=SealDesign(name="云州市某某局", row="")))
    assert clear.namesakes == 0

"""Issuing anew what is in force of a type."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.demo import cast
from identity.errors import DutyMissing
from licence.bulk.errors import SelectionInvalid
from licence.bulk.jobs import FIRST_DAY, LAST_DAY, BulkJob, Selection
from licence.bulk.lifecycle import JobState
from licence.bulk.selecting import SelectionPreview
from licence.bulk.service import Reissue
from licence.lifecycle import LicenceState
from licence.records import Licence
from tests.licence.builders import PERSON_TYPE, REASON
from tests.licence.bulk.rig import Rig


def reissue(rig: Rig, **selection: Any) -> BulkJob:  # noqa: ANN401 - a selection's fields
    command = Reissue(
        type=cast.FOOD_TYPE,
        seal=rig.desk.house.seal,
        proceeds=True,
        selection=Selection(**selection),
        reason="证照样式更新，统一换发",
        request_key="-".join(["reissue", *(str(one) for one in selection.values())]),
    )
    job = rig.service.reissue(rig.client, command)
    assert rig.service.reissue(rig.client, command).id == job.id
    rig.worker.work_off()
    return rig.job(job)


def test_every_licence_in_force_of_a_type_is_issued_anew(any_rig: Rig) -> None:
    desk = any_rig.desk
    before = [desk.issue(last_day=date(2030, 1, 1)) for _ in range(3)]
    suspended = desk.issue()
    desk.house.licences.suspend(desk.second, suspended.id, reason=REASON)
    desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
    job = reissue(any_rig)
    assert (job.state, job.rows, job.issued, job.refused) == (JobState.FINISHED, 3, 3, 0)
    assert {desk.kept(one.id).state for one in before} == {LicenceState.SUPERSEDED}
    after = [desk.kept(one.licence) for one in any_rig.outcomes(job)]
    assert {(one.predecessor, one.number, one.last_day, one.edition) for one in after} == {
        (one.id, one.number, one.last_day, 2) for one in before
    }
    assert [dict(one.data) for one in after] == [dict(one.data) for one in before]
    assert desk.kept(suspended.id).state is LicenceState.SUSPENDED


def test_a_selection_is_by_version_and_days_of_issue(rig: Rig) -> None:
    desk = rig.desk
    today = desk.issue().issued_on
    desk.house.clock.advance(timedelta(days=1))
    desk.house.authorities.keep_lists_fresh()
    desk.issue()
    assert reissue(rig, issued_until=today).rows == 1
    assert reissue(rig, issued_from=today + timedelta(days=2)).fault == "bulk.nothing_selected"
    assert reissue(rig, type_version=2).fault == "bulk.nothing_selected"
    assert reissue(rig, issued_from=today + timedelta(days=1), type_version=1).rows == 2
    with pytest.raises(SelectionInvalid):
        Selection(issued_from=today, issued_until=today - timedelta(days=1))


def test_a_selection_is_by_the_last_day_of_validity(rig: Rig) -> None:
    desk, day = rig.desk, date(2030, 6, 30)
    open_end, soon, later = desk.issue(), desk.issue(last_day=day), desk.issue(last_day=day + timedelta(days=30))
    assert [one.predecessor for one in made(rig, reissue(rig, ends_until=day))] == [soon.id]
    assert [one.predecessor for one in made(rig, reissue(rig, ends_from=day + timedelta(days=1)))] == [later.id]
    assert desk.kept(open_end.id).state is LicenceState.IN_FORCE
    with pytest.raises(SelectionInvalid) as invalid:
        Selection(ends_from=day, ends_until=day - timedelta(days=1))
    assert invalid.value.details == {"field": "ends_until"}


def test_a_selection_is_by_the_seal_that_licences_bear(rig: Rig) -> None:
    licence = rig.desk.issue()
    assert reissue(rig, sealed_with="seal_another").fault == "bulk.nothing_selected"
    assert [one.predecessor for one in made(rig, reissue(rig, sealed_with=licence.seal))] == [licence.id]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"sealed_with": ""}, "sealed_with"),
        ({"sealed_with": "s" * 65}, "sealed_with"),
        ({"type_version": 0}, "type_version"),
        ({"type_version": 1 << 70}, "type_version"),
        ({"issued_from": date.min}, "issued_from"),
        ({"issued_until": date.max}, "issued_until"),
        ({"ends_from": date.min}, "ends_from"),
        ({"ends_until": date.max}, "ends_until"),
    ],
)
def test_a_selection_is_one_that_the_registry_can_be_asked(told: dict[str, Any], field: str) -> None:
    with pytest.raises(SelectionInvalid) as invalid:
        Selection(**told)
    assert invalid.value.details == {"field": field}


def test_the_widest_selection_is_made(rig: Rig) -> None:
    rig.desk.issue()
    assert reissue(rig, issued_from=FIRST_DAY, issued_until=LAST_DAY).rows == 1


def made(rig: Rig, job: BulkJob) -> list[Licence]:
    """Return the licences of a job."""
    return [rig.desk.kept(one.licence) for one in rig.outcomes(job)]


def test_what_a_re_issue_would_be_about_is_counted_beforehand(any_rig: Rig) -> None:
    rig, desk = any_rig, any_rig.desk
    licences = [desk.issue(), desk.issue(last_day=date(2030, 6, 30))]
    expired = desk.issue(last_day=licences[0].issued_on)
    desk.house.licences.suspend(desk.second, desk.issue().id, reason=REASON)
    told = preview(rig)
    assert (told.issuer, told.type, told.count, told.by_version) == (desk.staff.organisation, expired.type, 3, {1: 3})
    assert told.by_seal == {desk.house.seal: 3}
    desk.house.clock.advance(timedelta(days=1))
    desk.house.authorities.keep_lists_fresh()
    assert preview(rig).count == 2
    assert preview(rig, ends_until=date(2030, 6, 30)).count == 1
    assert preview(rig, type_version=2).count == 0
    assert preview(rig, issued_from=licences[0].issued_on + timedelta(days=1)).count == 0
    assert reissue(rig).rows == 2
    assert desk.kept(expired.id).state is LicenceState.IN_FORCE
    for stranger in desk.strangers().values():
        with pytest.raises(DutyMissing):
            rig.service.preview(stranger, cast.FOOD_TYPE, desk.house.seal, Selection())


def preview(rig: Rig, **selection: Any) -> SelectionPreview:  # noqa: ANN401 - a selection's fields
    """Return what a re-issue would be about."""
    return rig.service.preview(rig.client, cast.FOOD_TYPE, rig.desk.house.seal, Selection(**selection))

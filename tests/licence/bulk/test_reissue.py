"""Issuing anew what is in force of a type."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.demo import cast
from licence.bulk.errors import SelectionInvalid
from licence.bulk.jobs import BulkJob, Selection
from licence.bulk.lifecycle import JobState
from licence.bulk.service import Reissue
from licence.lifecycle import LicenceState
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

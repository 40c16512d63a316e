"""Asking for jobs and deciding about them: who may, what it leads to, and the whole way on either database."""

import io
from datetime import date

import pytest

from api.demo import cast
from identity.errors import DutyMissing
from licence.bulk.errors import JobUnknown, ResultsNotReady, TableInvalid
from licence.bulk.lifecycle import JobEvent, JobState
from licence.bulk.service import LOOKERS
from licence.catalogue import DraftType
from licence.errors import TypeUnknown
from licence.lifecycle import LicenceEvent, LicenceState
from licence.types.particulars import HolderCategory, TypeParticulars
from seal.errors import NotAuthorised
from tests.licence.bulk.rig import Rig, json_lines, row, told
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.requests import RequestKeyReused


def test_every_good_row_is_issued_and_every_bad_one_told(any_rig: Rig) -> None:
    rows = [
        row("JY1"),
        row("JY2", holder_code="91330199MAC0XH2010"),
        row("JY1"),
        row("JY4", holder_code=cast.organisation_code("91", "MAC0XH999")),
        row("JY5", hotline="1" * 21),
        row("JY\u200b6"),
        row(""),
        row("JY8", last_day="2031/11/21"),
        row("JY9", last_day=" 2031-11-21 "),
    ]
    job = any_rig.validated([{"last_day": "", **one} for one in rows])
    assert (job.state, job.rows, job.good, job.bad) == (JobState.VALIDATED, 9, 2, 7)
    assert any_rig.desk.prepared() == 0
    checked = told(any_rig, job)
    any_rig.service.start(any_rig.client, job.id)
    any_rig.worker.work_off()
    job = any_rig.job(job)
    assert (job.state, job.issued, job.refused, job.started_by) == (JobState.FINISHED, 2, 7, any_rig.client.id)
    outcomes = told(any_rig, job)
    assert outcomes == [
        (2, "", ""),
        (3, "identity.credit_code_malformed", "holder_code"),
        (4, "bulk.double_in_table", "number"),
        (5, "licence.holder_not_registered", "holder_code"),
        (6, "licence.data_invalid", "hotline"),
        (7, "text.character_not_covered", "number"),
        (8, "licence.data_invalid", "number"),
        (9, "licence.data_invalid", "last_day"),
        (10, "", ""),
    ]
    assert [one for one in outcomes if one[1]] == checked
    issued = [any_rig.desk.kept(one.licence) for one in any_rig.outcomes(job) if one.licence]
    assert [(one.number, one.last_day) for one in issued] == [("JY1", None), ("JY9", date(2031, 11, 21))]
    assert {one.state for one in issued} == {LicenceState.IN_FORCE}


def test_a_job_starts_by_itself_where_it_was_asked_to(rig: Rig) -> None:
    job = rig.validated(json_lines([row("1"), row("2"), row("3")]), proceeds=True)
    assert (job.state, job.format, job.issued, job.started_by) == (JobState.FINISHED, "jsonl", 3, rig.client.id)


def test_the_same_request_is_the_same_job(rig: Rig) -> None:
    first = rig.upload([row("1")], request_key="a")
    assert rig.upload([row("1")], request_key="a").id == first.id
    with pytest.raises(RequestKeyReused):
        rig.upload([row("2")], request_key="a")
    rig.worker.work_off()
    assert rig.upload([row("1")], request_key="a").state is JobState.VALIDATED


def test_a_table_has_a_size(rig: Rig) -> None:
    for table, fault in ((b"", "empty"), (b"x" * ((1 << 20) + 1), "size")):
        with pytest.raises(TableInvalid) as refused:
            rig.upload(table)
        assert refused.value.details["fault"] == fault
    assert rig.upload(b"x" * (1 << 20)).size == 1 << 20


def test_who_may_not_issue_asks_for_no_job(rig: Rig) -> None:
    before = rig.desk.head()
    for stranger in rig.desk.strangers().values():
        with pytest.raises(DutyMissing):
            rig.service.upload(stranger, rig.command(), io.BytesIO(b"x"))
    with pytest.raises(TypeUnknown):
        rig.upload([row("1")], type="x")
    with pytest.raises(NotAuthorised):
        rig.upload([row("1")], seal=rig.desk.foreign_seal())
    assert rig.desk.head() > before  # of the foreign seal alone
    assert rig.service.jobs(rig.client, state=None, before=None, limit=9) == ()


def test_a_job_is_looked_at_by_its_issuer_alone(rig: Rig) -> None:
    job = rig.upload([row("1")])
    for stranger in rig.desk.strangers().values():
        with pytest.raises(DutyMissing):
            rig.service.find(stranger, job.id)
        assert rig.service.jobs(stranger, state=None, before=None, limit=9) == ()
    with pytest.raises(JobUnknown):
        rig.service.find(rig.client, "bulk_none")
    with pytest.raises(ResultsNotReady):
        rig.outcomes(job)
    (mine,) = rig.service.jobs(rig.desk.staff.licence_reviewer, state=JobState.RECEIVED, before=None, limit=9)
    assert mine.id == job.id
    assert rig.service.jobs(rig.client, state=JobState.RUNNING, before=None, limit=9) == ()
    assert rig.service.jobs(rig.client, state=None, before=job.id, limit=9) == ()


# --- what people decide


def test_a_job_is_paused_resumed_and_cancelled(rig: Rig) -> None:
    job = rig.started([row(str(number)) for number in range(6)])
    assert rig.worker.round() == 1
    assert rig.service.pause(rig.client, job.id).state is JobState.PAUSED
    assert rig.worker.work_off() == 0
    assert rig.job(job).issued == 2
    rig.service.resume(rig.client, job.id)
    assert rig.worker.round() == 1
    job = rig.service.cancel(rig.client, job.id)
    assert (job.state, job.issued, rig.worker.work_off()) == (JobState.CANCELLED, 4, 0)
    assert job.ended_at == rig.desk.house.clock.now()
    for step in (rig.service.start, rig.service.pause, rig.service.resume, rig.service.cancel):
        with pytest.raises(EventNotPossible):
            step(rig.client, job.id)
        for stranger in rig.desk.strangers().values():
            with pytest.raises(DutyMissing):
                step(stranger, job.id)
    assert rig.desk.prepared() == 4


def four_eyes_type(rig: Rig) -> str:
    """Publish a type whose licences another person agrees to, and return its code."""
    house, staff = rig.desk.house, rig.desk.staff
    particulars = TypeParticulars(
        code=f"{cast.DEFINER}078",
        name="食品经营许可证",
        holders=frozenset({HolderCategory.LEGAL_PERSON}),
        schema=cast.FOOD_SCHEMA,
        four_eyes=frozenset({LicenceEvent.RELEASE, LicenceEvent.REPLACE}),
    )
    draft = DraftType(issuer=staff.organisation, template="food_permit", particulars=particulars)
    kind = house.catalogue.draft(staff.officer, draft).id
    house.catalogue.review(staff.licence_reviewer, kind)
    house.catalogue.publish(staff.officer, kind)
    return particulars.code


def test_where_the_type_asks_for_four_eyes_another_person_starts_the_job(rig: Rig) -> None:
    job = rig.validated([row("1")], proceeds=True, type=four_eyes_type(rig))
    assert job.state is JobState.VALIDATED
    with pytest.raises(FourEyesRequired):
        rig.service.start(rig.client, job.id)
    with pytest.raises(DutyMissing):  # an officer issues, and does not review
        rig.service.start(rig.desk.staff.officer, job.id)
    reviewer, house = rig.desk.staff.licence_reviewer, rig.desk.house
    with house.store.transaction() as tx:
        house.appointing.add_grant(tx, reviewer.id, next(iter(reviewer.grants)), by="security administrator")
    rig.service.start(reviewer, job.id)
    rig.worker.work_off()
    job = rig.job(job)
    assert (job.state, job.issued) == (JobState.FINISHED, 1)
    assert job.started_by == rig.desk.staff.licence_reviewer.id


def test_who_started_a_job_that_nobody_had_to_agree_to_has_agreed_to_nothing(rig: Rig) -> None:
    job = rig.validated([row("1")], type=four_eyes_type(rig))
    # The type did not ask for two when an officer started it.
    with rig.desk.house.store.transaction() as tx:
        found = rig.service.require(tx, rig.client, job.id, *LOOKERS)
        rig.service.move(tx, rig.desk.staff.officer, found, JobEvent.START, started_by=rig.desk.staff.officer.id)
    rig.worker.work_off()
    assert (rig.job(job).state, rig.job(job).issued, rig.desk.prepared()) == (JobState.PAUSED, 0, 0)


def test_where_it_does_not_a_reviewer_starts_none(rig: Rig) -> None:
    job = rig.validated([row("1")])
    with pytest.raises(DutyMissing):
        rig.service.start(rig.desk.staff.licence_reviewer, job.id)


# --- what goes wrong


# --- issuing anew


# --- what stays

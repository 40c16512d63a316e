"""What an answer to a QR code is made of: read in one question, and the same as by everything that the registry has."""

import pytest
from sqlalchemy import text

from api.demo import cast
from licence.copy_claim import read_any_claim
from licence.lifecycle import LicenceState
from licence.repository import Licence
from licence.verification import ClaimReport
from tests.licence.builders import PERSON_TYPE, Desk

BY_ITSELF = [LicenceState.IN_FORCE, LicenceState.SUSPENDED, LicenceState.REVOKED]
BY_MORE = [LicenceState.SUPERSEDED, LicenceState.WITHDRAWN, LicenceState.CANCELLED]


def code_of(licence: Licence) -> str:
    assert licence.claim is not None
    return licence.claim.rpartition("/")[2]


def at_length(desk: Desk, code: str) -> ClaimReport:
    """Return the answer that is made of everything that the registry has."""
    service = desk.house.verification
    found = service.claim_read(read_any_claim(code), None)
    assert found.moment is not None
    return found


def execute(desk: Desk, statement: str, **told: str) -> None:
    with desk.house.store.writer.begin() as connection:
        connection.execute(text(statement), told)


@pytest.mark.parametrize("state", BY_ITSELF)
def test_one_question_answers_as_everything_does(any_desk: Desk, state: LicenceState) -> None:
    code = code_of(any_desk.in_state(state))
    service = any_desk.house.verification
    report, grounds = service.claim_and_grounds(code)
    assert grounds is not None
    assert report == at_length(any_desk, code)
    assert service.freshness.of(grounds.licence) == grounds.fresh
    assert service.claim_and_grounds(code) == (report, grounds)
    assert report.standing is not None
    assert dict(report.standing.licence.data) == dict(any_desk.kept(report.standing.licence.id).data)


@pytest.mark.parametrize("state", BY_MORE)
def test_what_rests_on_more_is_read_at_length(desk: Desk, state: LicenceState) -> None:
    code = code_of(desk.in_state(state))
    report, grounds = desk.house.verification.claim_and_grounds(code)
    assert grounds is None
    assert report == at_length(desk, code)


def test_the_holder_may_be_a_person_and_one_who_was_merged(any_desk: Desk) -> None:
    licence = any_desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
    code, service = code_of(licence), any_desk.house.verification
    before, grounds = service.claim_and_grounds(code)
    assert before.standing is not None
    assert grounds is not None
    assert before == at_length(any_desk, code)
    with any_desk.house.store.reading() as view:
        (other, *_) = (name for (name,) in view.rows(text("SELECT id FROM person")) if name != licence.holder)
    execute(
        any_desk,
        "UPDATE person SET merged_into = :other, state = 'merged', version = version + 1 WHERE id = :name",
        other=other,
        name=licence.holder,
    )
    assert service.freshness.of(grounds.licence) != grounds.fresh
    after, merged = service.claim_and_grounds(code)
    assert after.standing is not None
    assert merged is not None
    assert after == at_length(any_desk, code)
    assert after.standing.holder != before.standing.holder
    # The one into whom the person was merged is changed: that ends the answer too.
    execute(any_desk, "UPDATE person SET version = version + 1 WHERE id = :name", name=other)
    assert service.freshness.of(merged.licence) != merged.fresh
    # Of one who was merged twice more has to be read.
    execute(any_desk, "UPDATE person SET merged_into = :name WHERE id = :other", name=licence.holder, other=other)
    assert service.freshness.look(merged.licence) is None


def test_what_is_not_known_is_left_to_who_reads_at_length(desk: Desk) -> None:
    freshness = desk.house.verification.freshness
    assert freshness.look(bytes(16)) is None
    assert freshness.of(bytes(16)) is None


@pytest.mark.parametrize("gone", ["authority_name", "owner_name"])
def test_what_has_no_name_is_left_to_who_reads_at_length(desk: Desk, gone: str) -> None:
    freshness = desk.house.verification.freshness
    digest = desk.issue().digest
    whole = freshness.shown
    freshness.shown = lambda **asked: whole(**asked)._replace(**{gone: None})
    assert freshness.look(digest) is None


def test_a_licence_is_found_by_indexes_alone(desk: Desk) -> None:
    asked = [one.text for one in desk.house.store.questions if "authority" in one.text]
    assert len(asked) == 2
    for question in asked:
        with desk.house.store.reader.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", ("x",)).all()
        assert plan
        assert all("USING" in step[-1] and "INDEX" in step[-1] for step in plan), plan

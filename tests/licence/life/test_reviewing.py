"""Review by another person: who asks, who decides, what is agreed to, and that nothing else is done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.demo import cast
from identity.duties import Duty
from identity.errors import DutyMissing
from identity.tables import GrantRow
from licence.errors import (
    DataInvalid,
    GroundUnfit,
    LicenceUnknown,
    RequestNotOpen,
    RequestOutdated,
    RequestUnknown,
    ReviewRequired,
)
from licence.grounds import Ground
from licence.life.reviewing import DECIDED_WITHIN, DONE_WITHIN, AskStep
from licence.lifecycle import LicenceEvent, LicenceState
from licence.records import Licence
from licence.request_repository import RequestState, ReviewRequest
from licence.succession import Succession
from licence.tables import LicenceRequestRow
from tests.licence.builders import REASON, RENEWAL, Desk, Meanwhile
from tests.licence.life.strict import order, publish_strict_type, reviews
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.timestamping import TimeStampingUnavailable

REMARK = "情况属实"


def asked_issue(desk: Desk) -> ReviewRequest:
    """Ask for a licence, by the business system."""
    return reviews(desk).ask_issue(desk.staff.client, order(desk), reason="申请签发")


def issued(desk: Desk) -> Licence:
    """Return a licence that a reviewer has agreed to."""
    request = asked_issue(desk)
    done = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    return desk.kept(done.result or "")


def step(desk: Desk, found: Licence, **changes: object) -> AskStep:
    """Return the command to ask for a revocation."""
    desk.count += 1
    command = AskStep(licence=found.id, event=LicenceEvent.REVOKE, reason=REASON, request_key=f"step-{desk.count}")
    return replace(command, **changes)  # type: ignore[arg-type] # as the tests say


@pytest.fixture
def desk(strict: Desk) -> Desk:
    """Return the desk, whose officer is registered: what is asked for is done later in that name."""
    strict.officer = strict.clerk
    return strict


# --- the type asks


def test_what_wants_review_is_refused_without_it(desk: Desk) -> None:
    before = desk.prepared()
    with pytest.raises(ReviewRequired) as refused:
        desk.house.licences.issue(desk.staff.client, order(desk))
    assert (refused.value.details, desk.prepared()) == ({"event": "release"}, before)
    licence = issued(desk)
    with pytest.raises(ReviewRequired):
        desk.house.licences.revoke(desk.second, licence.id, reason=REASON)
    with pytest.raises(ReviewRequired):
        desk.renew(licence, type=licence.type)
    # What the type does not name needs nobody else.
    assert desk.house.licences.suspend(desk.second, licence.id, reason=REASON).state is LicenceState.SUSPENDED


def test_a_review_that_is_not_there_opens_nothing(desk: Desk) -> None:
    request = asked_issue(desk)
    for review in ("lreq_1", request.id):
        with pytest.raises((ReviewRequired, RequestNotOpen)):
            desk.house.licences.issue(desk.staff.client, order(desk, review=review))


# --- issuing


def test_a_licence_is_issued_when_the_reviewer_agrees_and_bears_the_name_of_who_asked(desk: Desk) -> None:
    command = order(desk)
    request = reviews(desk).ask_issue(desk.staff.client, command, reason="申请签发")
    assert (request.state, request.event, request.licence) == (RequestState.REQUESTED, LicenceEvent.RELEASE, None)
    assert desk.prepared() == 0
    desk.house.clock.advance(timedelta(days=1))
    done = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest, remark=f" {REMARK} ")
    assert (done.state, done.decided_by, done.decision) == (
        RequestState.DONE,
        desk.staff.licence_reviewer.id,
        REMARK,
    )
    licence = desk.kept(done.result or "")
    assert (licence.state, licence.number, licence.last_actor) == (
        LicenceState.IN_FORCE,
        command.number,
        desk.staff.client.id,
    )
    _, history = desk.house.licences.find(desk.officer, licence.id)
    assert {one.request for one in history} == {request.id}
    assert [tag for tag in desk.tags(licence.type) if tag.startswith("licence_request")] == [
        "licence_request:ask:done",
        "licence_request:approve:done",
        "licence_request:carry_out:done",
    ]


def test_what_is_asked_for_stands_enciphered_and_is_forgotten_once_it_is_done(desk: Desk) -> None:
    request = asked_issue(desk)
    rows = select(LicenceRequestRow.__table__)  # type: ignore[attr-defined] # set by SQLModel
    with desk.house.store.writer.connect() as connection:
        kept = dict(connection.execute(rows).mappings().one())
    protected = kept.pop("protected")
    for value in (*cast.food_record(cast.ENTERPRISE).values(), cast.ENTERPRISE.code):
        assert value.encode() not in protected
        assert value not in {str(one) for one in kept.values()}
    assert reviews(desk).find(desk.staff.licence_reviewer, request.id).payload["data"] == cast.food_record(
        cast.ENTERPRISE
    )
    reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    with desk.house.store.writer.connect() as connection:
        assert connection.execute(rows).mappings().one()["protected"] is None
    assert reviews(desk).find(desk.staff.licence_reviewer, request.id).payload == {}


def test_only_what_could_be_issued_can_be_asked_for(desk: Desk) -> None:
    command = order(desk)
    with pytest.raises(DataInvalid):
        reviews(desk).ask_issue(desk.staff.client, replace(command, data={}), reason="申请签发")
    with pytest.raises(DutyMissing):
        reviews(desk).ask_issue(desk.staff.licence_reviewer, command, reason="申请签发")
    with pytest.raises(ReasonMissing):
        reviews(desk).ask_issue(desk.staff.client, command, reason=" ")


def test_a_repeated_request_is_the_same_request(desk: Desk) -> None:
    command = order(desk)
    first = reviews(desk).ask_issue(desk.staff.client, command, reason="申请签发")
    assert first == reviews(desk).ask_issue(desk.staff.client, command, reason="申请签发")
    with pytest.raises(RequestKeyReused):
        reviews(desk).ask_issue(desk.staff.client, command, reason="另行申请")
    licence = desk.issue()
    asking = step(desk, licence)
    assert reviews(desk).ask_step(desk.officer, asking) == reviews(desk).ask_step(desk.officer, asking)


def test_what_was_agreed_to_and_failed_is_carried_out_later_once(desk: Desk) -> None:
    request = asked_issue(desk)
    desk.house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert reviews(desk).find(desk.staff.client, request.id).state is RequestState.APPROVED
    with pytest.raises(RequestUnknown):
        reviews(desk).carry_out(desk.second, request.id)
    done = reviews(desk).carry_out(desk.staff.client, request.id)
    assert done.state is RequestState.DONE
    assert reviews(desk).carry_out(desk.staff.licence_reviewer, request.id) == done
    with pytest.raises(RequestUnknown):
        reviews(desk).carry_out(desk.second, request.id)
    assert desk.prepared() == 2  # the first came to nothing


def test_what_is_being_issued_is_not_taken_back(desk: Desk) -> None:
    request = asked_issue(desk)

    def withdraw() -> object:
        return reviews(desk).withdraw(desk.staff.client, request.id, reason="不再需要")

    meanwhile = Meanwhile(desk, "sign:seal_owner", withdraw)
    done = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    refused = meanwhile.outcome()
    assert isinstance(refused, RequestNotOpen)
    assert refused.details == {"state": "approved"}
    assert done.state is RequestState.DONE
    assert desk.kept(done.result or "").state is LicenceState.IN_FORCE


def test_what_was_agreed_to_and_failed_can_be_taken_back(desk: Desk) -> None:
    request = asked_issue(desk)
    desk.house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    taken = reviews(desk).withdraw(desk.staff.client, request.id, reason="不再需要")
    assert taken.state is RequestState.WITHDRAWN


def test_a_new_edition_waits_for_the_reviewer_as_well(desk: Desk) -> None:
    licence = issued(desk)
    after = Succession(predecessor=licence.identifier, event=LicenceEvent.RENEW, reason=RENEWAL)
    command = order(desk, number=licence.number, after=after)
    request = reviews(desk).ask_issue(desk.staff.client, command, reason=RENEWAL)
    assert (request.event, request.licence) == (LicenceEvent.RENEW, licence.id)
    done = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert desk.kept(done.result or "").predecessor == licence.id
    assert desk.kept(licence.id).state is LicenceState.SUPERSEDED


# --- steps


def test_a_step_is_taken_when_the_reviewer_agrees(desk: Desk) -> None:
    licence = issued(desk)
    request = reviews(desk).ask_step(desk.officer, step(desk, licence))
    assert desk.kept(licence.id).state is LicenceState.IN_FORCE
    done = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    found, history = desk.house.licences.find(desk.officer, licence.id)
    assert (done.state, done.result, found.state) == (RequestState.DONE, licence.id, LicenceState.REVOKED)
    last = history[-1]
    assert (last.actor, last.reason, last.request) == (desk.officer.id, REASON, request.id)


def test_a_step_with_a_ground_keeps_it(desk: Desk) -> None:
    licence = issued(desk)
    asking = step(desk, licence, event=LicenceEvent.WITHDRAW, ground=Ground.FRAUD)
    request = reviews(desk).ask_step(desk.officer, asking)
    reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert desk.house.licences.find(desk.officer, licence.id)[1][-1].ground is Ground.FRAUD
    with pytest.raises(GroundUnfit):
        reviews(desk).ask_step(desk.officer, step(desk, licence, ground=Ground.FRAUD))


def test_only_a_step_that_could_be_taken_can_be_asked_for(desk: Desk) -> None:
    licence = issued(desk)
    ask = reviews(desk).ask_step
    with pytest.raises(EventNotPossible):
        ask(desk.officer, step(desk, licence, event=LicenceEvent.RESTORE))
    with pytest.raises(EventNotPossible):
        ask(desk.officer, step(desk, licence, event=LicenceEvent.RENEW))
    with pytest.raises(LicenceUnknown):
        ask(desk.officer, step(desk, licence, licence="lic_1"))
    with pytest.raises(DutyMissing):
        ask(desk.staff.licence_reviewer, step(desk, licence))


def test_what_has_changed_since_is_not_agreed_to(desk: Desk) -> None:
    licence = issued(desk)
    request = reviews(desk).ask_step(desk.officer, step(desk, licence))
    desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    with pytest.raises(RequestOutdated) as refused:
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert refused.value.details == {"field": "licence"}
    assert desk.kept(licence.id).state is LicenceState.SUSPENDED


# --- deciding


def test_the_reviewer_agrees_to_one_digest(desk: Desk) -> None:
    request = asked_issue(desk)
    with pytest.raises(RequestOutdated) as refused:
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest="0" * 64)
    assert refused.value.details == {"field": "digest"}
    assert desk.prepared() == 0


def test_nobody_agrees_to_what_he_asked_for_himself(desk: Desk) -> None:
    licence = issued(desk)
    request = reviews(desk).ask_step(desk.officer, step(desk, licence))
    both = replace(desk.officer, grants=desk.officer.grants | desk.staff.licence_reviewer.grants)
    with pytest.raises(FourEyesRequired):
        reviews(desk).approve(both, request.id, digest=request.digest)
    with pytest.raises(FourEyesRequired):
        reviews(desk).refuse(both, request.id, reason=REASON)


def test_only_reviewers_of_the_issuer_decide(desk: Desk) -> None:
    request = asked_issue(desk)
    for stranger in (*desk.strangers().values(), desk.second, desk.staff.client):
        with pytest.raises(DutyMissing):
            reviews(desk).approve(stranger, request.id, digest=request.digest)
        with pytest.raises(DutyMissing):
            reviews(desk).refuse(stranger, request.id, reason=REASON)
    for stranger in desk.strangers().values():
        with pytest.raises(RequestUnknown):
            reviews(desk).find(stranger, request.id)


def test_who_was_relieved_of_the_duty_meanwhile_takes_no_step(desk: Desk) -> None:
    licence = issued(desk)
    request = reviews(desk).ask_step(desk.officer, step(desk, licence))
    rows = GrantRow.__table__  # type: ignore[attr-defined] # set by SQLModel
    with desk.house.store.writer.begin() as connection:
        connection.execute(rows.delete().where(rows.c.holder == desk.officer.id))
    with pytest.raises(DutyMissing):
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert reviews(desk).find(desk.officer, request.id).state is RequestState.REQUESTED


def test_refusing_and_withdrawing_end_a_request(desk: Desk) -> None:
    refused, withdrawn = asked_issue(desk), asked_issue(desk)
    assert reviews(desk).refuse(desk.staff.licence_reviewer, refused.id, reason=REASON).state is RequestState.REFUSED
    with pytest.raises(RequestUnknown):
        reviews(desk).withdraw(desk.officer, withdrawn.id, reason=REASON)
    told = reviews(desk).withdraw(desk.staff.client, withdrawn.id, reason=REASON)
    assert (told.state, told.decision) == (RequestState.WITHDRAWN, REASON)
    for request in (refused, withdrawn):
        with pytest.raises(RequestNotOpen):
            reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
        assert reviews(desk).find(desk.staff.client, request.id).payload == {}
    with pytest.raises(RequestUnknown):
        reviews(desk).refuse(desk.staff.licence_reviewer, "lreq_1", reason=REASON)


def test_a_request_is_open_for_a_week_and_what_was_agreed_to_for_a_day(desk: Desk) -> None:
    first, second = asked_issue(desk), asked_issue(desk)
    desk.at(desk.house.clock.now() + DECIDED_WITHIN)
    desk.house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(desk).approve(desk.staff.licence_reviewer, second.id, digest=second.digest)
    desk.at(desk.house.clock.now() + timedelta(microseconds=1))
    with pytest.raises(RequestNotOpen) as refused:
        reviews(desk).approve(desk.staff.licence_reviewer, first.id, digest=first.digest)
    assert refused.value.details == {"state": "expired"}
    assert reviews(desk).forget() == 1
    assert reviews(desk).find(desk.staff.client, first.id).payload == {}
    desk.at(desk.house.clock.now() + DONE_WITHIN)
    with pytest.raises(RequestNotOpen):
        reviews(desk).carry_out(desk.staff.client, second.id)
    assert (reviews(desk).forget(), reviews(desk).forget()) == (1, 0)


def test_what_is_agreed_to_at_the_last_moment_is_not_forgotten(desk: Desk) -> None:
    request = asked_issue(desk)
    desk.at(request.expires_at)

    def forget() -> int:
        desk.at(request.expires_at + timedelta(seconds=1))
        return reviews(desk).forget()

    meanwhile = Meanwhile(desk, "commit:licence_request:approve:done", forget)
    desk.house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    assert meanwhile.outcome() == 0
    assert reviews(desk).carry_out(desk.staff.client, request.id).state is RequestState.DONE


def test_the_queue_is_the_reviewers_and_shows_others_their_own(desk: Desk) -> None:
    licence = issued(desk)
    first = asked_issue(desk)
    desk.house.clock.advance(timedelta(seconds=1))
    second = reviews(desk).ask_step(desk.officer, step(desk, licence))
    queue, issuer = reviews(desk).queue, desk.staff.organisation
    requested = RequestState.REQUESTED
    assert [one.id for one in queue(desk.staff.licence_reviewer, issuer, state=requested)] == [first.id, second.id]
    assert [one.id for one in queue(desk.staff.licence_reviewer, issuer, state=requested, after=first.id)] == [
        second.id
    ]
    assert [one.id for one in queue(desk.staff.client, issuer, state=requested)] == [first.id]
    assert [one.id for one in queue(desk.officer, issuer, state=requested)] == [second.id]
    # However many others ask, their requests take no place on the page.
    assert [one.id for one in queue(desk.officer, issuer, state=requested, limit=1)] == [second.id]
    assert len(queue(desk.staff.licence_reviewer, issuer, state=RequestState.DONE)) == 1
    with pytest.raises(DutyMissing):
        queue(desk.staff.of(Duty.SEAL_OWNER, "owner"), issuer, state=requested)


def test_who_withdraws_and_who_issues_wait_for_each_other(postgres_desk: Desk) -> None:
    desk = postgres_desk
    publish_strict_type(desk)
    request, reviewer = asked_issue(desk), desk.staff.licence_reviewer
    desk.house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(desk).approve(reviewer, request.id, digest=request.digest)
    meanwhile = Meanwhile(
        desk, "commit:licence_request:withdraw:done", lambda: reviews(desk).carry_out(reviewer, request.id)
    )
    reviews(desk).withdraw(desk.staff.client, request.id, reason="不再需要")
    assert isinstance(meanwhile.outcome(), RequestNotOpen)
    assert desk.prepared() == 1  # which came to nothing

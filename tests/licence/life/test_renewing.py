"""Time-stamps that are renewed before they end: which licences get a further one, when, and what it proves."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from licence.life.time_stamping import ENOUGH, NO_BETTER, PAUSE, LateTimeStamps, Renewal
from licence.lifecycle import LicenceState
from licence.records import Licence
from licence.waiting_repository import late_time_stamps
from seal.stamping.renewing import NO_GAIN
from seal.verification.files import judge_file
from tests.fakes.clock import NOW
from tests.licence.builders import Desk
from trust.blobs import BlobId, BlobStore, BlobStoreUnavailable
from trust.founding import Role
from trust.paths import Evidence
from trust.reports import Proves, SignatureKind
from trust.rotation import Rotation
from trust.timestamping import TimeStampingUnavailable
from trust.validation_policy import ValidationPolicy
from trust.verdict import Outcome

DAY = timedelta(days=1)
LEAD = timedelta(days=180)
DOCUMENT = "stamp:tsa-p256"


def keeper(desk: Desk, policy: ValidationPolicy | None = None) -> LateTimeStamps:
    """Return who renews time-stamps."""
    house, renewal = desk.house, Renewal.of(policy or ValidationPolicy(), days=LEAD.days)
    return LateTimeStamps(house.store, house.registry, stampings=house.stampings, blobs=house.blobs, renewal=renewal)


def end_of(desk: Desk) -> datetime:
    """Return when the time-stamps of today end."""
    roles = (Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256)
    return min(desk.house.service_keys.certificate(role).not_after for role in roles)


def rotate(desk: Desk) -> None:
    """Give the authority over documents a new key, and everybody the lists of the day."""
    house = desk.house
    rotation = Rotation(store=house.store, custody=house.custody, authorities=house.authorities)
    rotation.rotate(Role.TIME_STAMP_P256, actor="act_1")
    house.service_keys.refresh()
    house.stampings.stampers = replace(house.stampers, document=house.time_authority(Role.TIME_STAMP_P256))
    house.authorities.keep_lists_fresh()


def failures(desk: Desk) -> list[object]:
    """Return why licences did not get their time-stamps."""
    return [one.facts["code"] for one in desk.events() if one.tag == "licence:time_stamp:failed"]


def pdf_of(desk: Desk, licence: Licence) -> bytes:
    """Return the file of a licence as it is now."""
    return desk.house.licences.file(desk.staff.client, licence.id)


def test_a_licence_gets_a_further_time_stamp_before_the_last_one_ends(desk: Desk) -> None:
    licence, end = desk.issue(), end_of(desk)
    before, renewing = pdf_of(desk, licence), keeper(desk)
    assert (renewing.look(), desk.kept(licence.id)) == (0, licence)
    desk.at(end - LEAD)
    rotate(desk)
    assert (renewing.look(), renewing.look(), renewing.round()) == (1, 0, 0)
    renewed = desk.kept(licence.id)
    assert (renewed.level, renewed.awaits_time_stamp, renewed.former_file) == ("B-LTA", False, licence.file)
    next_end = desk.house.service_keys.certificate(Role.TIME_STAMP_P256).not_after
    assert renewed.time_stamp_due == next_end - LEAD
    after = pdf_of(desk, licence)
    assert after.startswith(before)
    # Years later whoever has the file and the roots finds the one good, and the other no longer.
    desk.at(end + 365 * DAY)
    with desk.house.store.reading() as view:
        roots = Evidence(anchors=desk.house.authorities.evidence(view).anchors)
    later = end + 365 * DAY
    assert judge_file(after, roots, now=later).document.outcome is Outcome.PASSED
    assert judge_file(before, roots, now=later).document.outcome is Outcome.INDETERMINATE
    found = desk.house.verification.file(after)
    assert (found.outcome, found.report.document.proven_until) == (Outcome.PASSED, next_end)
    proofs = {proof.proves for one in found.report.document.signatures for proof in one.report.time_proofs}
    assert Proves.RECORD not in proofs


def test_the_further_one_is_renewed_as_well(desk: Desk) -> None:
    licence = desk.issue()
    desk.at(end_of(desk) - LEAD)
    rotate(desk)
    renewing = keeper(desk)
    assert renewing.look() == 1
    first = desk.kept(licence.id)
    assert first.time_stamp_due is not None
    desk.at(first.time_stamp_due)
    rotate(desk)
    assert (renewing.look(), renewing.round(), renewing.round()) == (0, 1, 0)
    second = desk.kept(licence.id)
    assert (second.former_file, second.level) == (first.file, "B-LTA")
    found = desk.house.verification.file(pdf_of(desk, licence))
    assert found.outcome is Outcome.PASSED
    kinds = [one.report.kind for one in found.report.document.signatures]
    assert kinds == [SignatureKind.SEAL_SIGNATURE, SignatureKind.CMS, *[SignatureKind.TIME_STAMP] * 2]


def test_where_no_authority_lasts_longer_it_is_told_and_tried_again(desk: Desk) -> None:
    licence, end = desk.issue(), end_of(desk)
    now = end - LEAD
    desk.at(now)
    desk.house.authorities.keep_lists_fresh()
    renewing = keeper(desk)
    assert (renewing.look(), failures(desk)) == (0, [NO_BETTER])
    kept = desk.kept(licence.id)
    assert (kept.file, kept.time_stamp_due, kept.awaits_time_stamp) == (licence.file, now, False)
    stamped = desk.house.faults.passed.count(DOCUMENT)
    assert (renewing.look(), renewing.round(), desk.house.faults.passed.count(DOCUMENT)) == (0, 0, stamped)
    with desk.house.store.reading() as view:
        late = late_time_stamps(view, None)
    assert (late.total, [one.since for one in late.things]) == (1, [now])
    desk.at(now + PAUSE)
    rotate(desk)
    assert (renewing.round(), failures(desk)) == (1, [NO_BETTER])
    with desk.house.store.reading() as view:
        assert late_time_stamps(view, None).total == 0


def test_while_the_authority_is_silent_it_is_told_and_tried_again(desk: Desk) -> None:
    licence, now = desk.issue(), end_of(desk) - LEAD
    desk.at(now)
    rotate(desk)
    desk.house.faults.fail(DOCUMENT, TimeStampingUnavailable())
    renewing = keeper(desk)
    assert (renewing.look(), failures(desk)) == (0, [TimeStampingUnavailable.code])
    assert desk.kept(licence.id).time_stamp_due == now
    desk.at(now + PAUSE)
    assert (renewing.look(), renewing.round()) == (0, 1)


def test_a_file_that_cannot_be_renewed_stops_no_other(desk: Desk) -> None:
    broken = desk.issue()
    desk.house.clock.advance(timedelta(seconds=1))  # the oldest is taken up first
    good = desk.issue()
    now = end_of(desk) - LEAD
    desk.at(now)
    rotate(desk)
    desk.house.faults.fail("put", BlobStoreUnavailable())
    renewing = keeper(desk)
    assert (renewing.look(), failures(desk)) == (1, [BlobStoreUnavailable.code])
    assert (desk.kept(broken.id).time_stamp_due, desk.kept(good.id).level) == (now + PAUSE, "B-LTA")
    desk.at(now + PAUSE)
    assert (renewing.round(), desk.kept(broken.id).level) == (1, "B-LTA")


@pytest.mark.parametrize(
    ("state", "count"), [(LicenceState.SUSPENDED, 1), (LicenceState.REVOKED, 0), (LicenceState.CANCELLED, 0)]
)
def test_what_proves_nothing_any_more_is_not_renewed(desk: Desk, state: LicenceState, count: int) -> None:
    desk.in_state(state)
    desk.at(end_of(desk) - LEAD)
    rotate(desk)
    assert keeper(desk).look() == count


def test_nor_is_what_has_expired(desk: Desk) -> None:
    now = end_of(desk) - LEAD
    expired, valid = desk.issue(last_day=(now - 2 * DAY).date()), desk.issue(last_day=(now + 2 * DAY).date())
    desk.at(now)
    rotate(desk)
    assert keeper(desk).look() == 1
    assert (desk.kept(expired.id), desk.kept(valid.id).level) == (expired, "B-LTA")


def test_what_has_ended_already_gets_one_and_is_not_looked_at_again(desk: Desk) -> None:
    licence = desk.issue()
    desk.at(end_of(desk) + DAY)
    rotate(desk)
    renewing = keeper(desk)
    assert renewing.look() == 1
    renewed = desk.kept(licence.id)
    assert renewed.level == "B-LTA"
    found = desk.house.verification.file(pdf_of(desk, renewed))
    assert found.outcome is Outcome.PASSED  # by the books of the registry, which no time-stamp proves any more
    times = [proof for one in found.report.document.signatures for proof in one.report.time_proofs]
    assert {one.time for one in times if one.proves is Proves.RECORD} == {NOW, desk.house.clock.now()}
    assert renewing.look() == 0


def test_an_algorithm_that_ends_sooner_counts(desk: Desk) -> None:
    licence = desk.issue()
    ends = NOW + LEAD + 400 * DAY
    sm2 = {"1.2.156.10197.1.501": ends}
    renewing = keeper(desk, ValidationPolicy(algorithm_ends=sm2))
    desk.house.authorities.keep_lists_fresh()
    assert renewing.look() == 0
    desk.at(ends - LEAD)
    rotate(desk)
    assert (renewing.look(), desk.kept(licence.id).level) == (1, "B-LTA")


def test_a_lead_that_is_longer_than_what_there_is_renews_once_a_month(desk: Desk) -> None:
    licence = desk.issue()
    desk.at(end_of(desk) - LEAD)
    rotate(desk)
    renewing = keeper(desk)
    renewing.renewal = Renewal.of(ValidationPolicy(), days=10_000)
    assert renewing.look() == 1
    assert desk.kept(licence.id).time_stamp_due == desk.house.clock.now() + NO_GAIN


def test_of_two_processes_one_renews(desk: Desk) -> None:
    licence = desk.issue()
    desk.at(end_of(desk) - LEAD)
    rotate(desk)
    first, second, now = keeper(desk), keeper(desk), desk.house.clock.now()
    desk.house.faults.meanwhile("put", lambda: first.renew(licence, now=now))
    assert not second.renew(licence, now=now)
    assert len([one for one in desk.events() if one.tag == "licence:time_stamp:done"]) == 1
    assert not second.renew(replace(licence, file=None), now=now)


class CountedBlobs:
    """Counts what is read."""

    def __init__(self, inner: BlobStore) -> None:
        self.inner, self.read = inner, 0

    def get(self, name: BlobId) -> bytes:
        self.read += 1
        return self.inner.get(name)


def test_where_the_oldest_do_not_end_soon_no_younger_one_is_read(desk: Desk) -> None:
    for _ in range(ENOUGH + 2):
        desk.issue()
    renewing = keeper(desk)
    counted = CountedBlobs(desk.house.blobs)
    renewing.blobs = counted  # type: ignore[assignment] # nothing is written
    for moment, expected in ((NOW, ENOUGH), (NOW, ENOUGH), (NOW + PAUSE, 2 * ENOUGH)):
        desk.at(moment)
        assert (renewing.look(), counted.read) == (0, expected)

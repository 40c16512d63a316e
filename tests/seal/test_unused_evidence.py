"""Documents that no step has used: forgotten after a while, octets and all, and never one that a step takes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from typing_extensions import override

from seal.errors import EvidenceUnknown
from seal.evidence import Evidence, EvidenceKind
from seal.evidence_repository import UnusedEvidence
from seal.life.evidencing import PutForward, attach, require_evidence
from tests.fakes.faulty import Crash
from tests.seal.houses import LETTER, House
from trust.blobs import BlobMissing
from trust.events import AuditEvent
from trust.store import LostRace, Reading
from trust.unused_files import UnusedFile, forget_unused

MONTH = timedelta(days=30)
A_SECOND = timedelta(seconds=1)


def put(house: House, key: str = "") -> Evidence:
    """Put a letter forward, under a new key unless one is told."""
    staff = house.authority
    command = PutForward(
        organisation=staff.organisation,
        kind=EvidenceKind.OTHER,
        content=LETTER,
        media_type="application/pdf",
        request_key=key or uuid4().hex,
    )
    return house.evidence.put_forward(staff.applicant, command)


def put_long_ago(house: House) -> Evidence:
    """Put a letter forward that is due today, and nothing else."""
    house.evidence.tidy(-A_SECOND)
    evidence = put(house)
    house.clock.advance(MONTH + A_SECOND)
    return evidence


def is_there(house: House, evidence: Evidence) -> tuple[bool, bool]:
    """Tell whether a document is in the registry, and whether its octets are kept."""
    with house.store.reading() as view:
        files, later = UnusedEvidence(), view.now + MONTH
        held = {one.id for one in (*files.due(view, before=later, most=9), *files.marked(view, most=9))}
    try:
        house.blobs.get(evidence.blob)
    except BlobMissing:
        return evidence.id in held, False
    return evidence.id in held, True


def take(house: House, evidence: Evidence) -> None:
    """Use a document in a step."""
    with house.store.transaction() as tx:
        attach(tx, (evidence,), seal=house.seal, step=9)
        tx.record(AuditEvent(tag="test:take:done", actor="test", subject=evidence.id))


def test_what_no_step_has_used_is_forgotten(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    house.evidence.tidy(-A_SECOND)
    key = uuid4().hex
    used, unused = put(house), put(house, key)
    take(house, used)
    house.clock.advance(MONTH)
    assert house.evidence.tidy(MONTH) == 0
    house.clock.advance(A_SECOND)
    assert (house.evidence.tidy(MONTH), house.evidence.tidy(MONTH)) == (1, 0)
    assert is_there(house, unused) == (False, False)
    with pytest.raises(EvidenceUnknown):
        house.evidence.read(staff.owner, unused.id)
    with pytest.raises(EvidenceUnknown):
        put(house, key)  # under the same key: it is not said to be there
    assert house.evidence.read(staff.owner, used.id)[1] == LETTER
    tags = [one.tag for one in house.events() if one.subject == unused.id]
    assert tags == ["seal:evidence:done", "seal:evidence:forget", "seal:evidence:remove"]


def test_a_round_forgets_some_the_next_one_others(house: House) -> None:
    put_long_ago(house)
    files = UnusedEvidence()
    put(house)
    with house.store.reading() as view:
        assert len(files.due(view, before=view.now + A_SECOND, most=1)) == 1
        assert len(files.due(view, before=view.now + A_SECOND, most=2)) == 2


class Overtaken(UnusedEvidence):
    """Documents of which something else happens once they were looked at."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    @override
    def due(self, view: Reading, *, before: datetime, most: int) -> tuple[UnusedFile, ...]:
        found = super().due(view, before=before, most=most)
        with ThreadPoolExecutor(1) as pool:  # as another process would
            pool.submit(self.meanwhile).result()
        return found


def test_a_step_that_is_faster_keeps_its_document(either_house: House) -> None:
    house = either_house
    evidence = put_long_ago(house)
    files = Overtaken(partial(take, house, evidence))
    assert forget_unused(house.store, house.blobs, files, unused_for=MONTH) == 0
    assert house.evidence.read(house.authority.owner, evidence.id)[1] == LETTER


def test_a_step_that_is_slower_loses_the_race(postgres_house: House) -> None:
    house, staff = postgres_house, postgres_house.authority
    evidence = put_long_ago(house)

    def take_too_late(pool: ThreadPoolExecutor) -> None:
        with house.store.transaction() as tx:
            documents = require_evidence(tx, [evidence.id], organisation=staff.organisation)
            assert pool.submit(house.evidence.tidy, MONTH).result(10) == 1
            attach(tx, documents, seal=house.seal, step=9)
            tx.record(AuditEvent(tag="test:take:done", actor="test", subject=evidence.id))

    with ThreadPoolExecutor(1) as pool, pytest.raises(LostRace):
        take_too_late(pool)
    assert is_there(house, evidence) == (False, False)


@pytest.mark.parametrize(("point", "kept"), [("remove", True), ("removed", False)])
def test_what_a_crash_leaves_is_found_by_nobody_and_ended_by_the_next_round(
    house: House, point: str, *, kept: bool
) -> None:
    evidence = put_long_ago(house)
    house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        house.evidence.tidy(MONTH)
    assert is_there(house, evidence) == (True, kept)
    with house.store.reading() as view, pytest.raises(EvidenceUnknown):
        require_evidence(view, [evidence.id], organisation=evidence.organisation)
    assert house.evidence.tidy(MONTH) == 1
    assert is_there(house, evidence) == (False, False)


def test_of_two_rounds_one_ends_it(house: House) -> None:
    evidence, counts = put_long_ago(house), list[int]()
    house.faults.meanwhile("removed", lambda: counts.append(house.evidence.tidy(MONTH)))
    counts.append(house.evidence.tidy(MONTH))
    assert counts == [1, 0]
    assert is_there(house, evidence) == (False, False)

"""Proofings as values, and what of them counts at a moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.levels import Level
from identity.proofing import repository as proofings
from identity.proofing.errors import EvidenceMalformed, OfficersMissing
from identity.proofing.proofing import (
    Evidence,
    EvidenceKind,
    Method,
    Proofing,
    ProofingState,
    Source,
    by_officers,
    by_platform,
)
from tests.fakes.clock import NOW
from tests.identity.builders import Office
from trust.events import AuditEvent
from trust.store import LostRace

DIGEST = "0f" * 32
DAY = timedelta(days=1)


def made(subject: str = "P1", *, level: Level = Level.HIGH, days: int = 10, **changes: object) -> Proofing:
    """Return a proofing of two officers."""
    found = by_officers(
        subject,
        sources=frozenset({Source.DOCUMENT_SEEN, Source.FACE_IN_PERSON}),
        level=level,
        officers=("first", "second"),
        evidence=(Evidence(EvidenceKind.DOCUMENT_COPY, DIGEST),),
        at=NOW,
        expires_at=NOW + days * DAY,
    )
    return replace(found, **changes)  # type: ignore[arg-type] # any member


def by_provider(subject: str = "P1", *, transaction: str = "t1") -> Proofing:
    """Return a proofing by a provider."""
    return made(subject, id=f"prf_{transaction}", officers=(), provider="fake", transaction=transaction)


def keep(office: Office, *kept: Proofing) -> None:
    """Keep proofings."""
    with office.store.transaction() as tx:
        for one in kept:
            proofings.add(tx, one)
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject="test"))


@pytest.mark.parametrize("officers", [("one",), (), ("one", "one"), ("one", "two", "three")])
def test_a_check_at_the_counter_takes_two(officers: tuple[str, ...]) -> None:
    with pytest.raises(OfficersMissing):
        by_officers(
            "P1",
            sources=frozenset(),
            level=Level.HIGH,
            officers=officers,
            at=NOW,
            expires_at=NOW + DAY,
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        DIGEST,
        f"x={DIGEST}",
        "document_copy=",
        f"document_copy={DIGEST[:-1]}G",
        f"document_copy={DIGEST}0",
        f"document_copy={DIGEST.upper()}",
    ],
)
def test_evidence_is_a_kind_with_a_digest(text: str) -> None:
    with pytest.raises(EvidenceMalformed):
        Evidence.read(text)


def test_evidence_is_told_and_read() -> None:
    one = Evidence(EvidenceKind.FACE_PICTURE, DIGEST)
    assert Evidence.read(one.told) == one


def test_a_proofing_is_by_somebody_and_ends() -> None:
    with pytest.raises(ValueError, match="expires"):
        made(expires_at=NOW)
    with pytest.raises(ValueError, match="by officers"):
        made(officers=())
    with pytest.raises(ValueError, match="by officers"):
        made(provider="fake")


def test_a_platform_is_named_with_its_word() -> None:
    one = by_platform("P1", platform="upper", level=Level.BASIC, at=NOW, expires_at=NOW + DAY)
    assert (one.source, one.by, made().source, made().by) == ("platform:upper", "upper", "counter", "second")


def test_what_counts_is_in_force_begun_and_not_over() -> None:
    one = made(days=1)
    last = NOW + DAY - timedelta(microseconds=1)
    assert [one.counts(at=at) for at in (NOW, last, NOW + DAY)] == [True, True, False]
    assert not one.counts(at=NOW - timedelta(microseconds=1))
    assert not replace(one, state=ProofingState.WITHDRAWN).counts(at=NOW)


def test_a_proofing_is_read_as_it_was_written(office: Office) -> None:
    one = made()
    keep(office, one, by_provider())
    with office.store.reading() as view:
        assert proofings.proofing(view, one.id) == one
        assert {each.id for each in proofings.of_subject(view, "P1")} == {one.id, "prf_t1"}
        assert proofings.proofing(view, "prf_2") is None
        assert proofings.used(view, provider="fake", transaction="t1")
        assert not proofings.used(view, provider="other", transaction="t1")
        assert not proofings.used(view, provider="fake", transaction="t2")


def test_an_answer_makes_one_proofing(office: Office) -> None:
    keep(office, by_provider())
    with pytest.raises(LostRace):
        keep(office, replace(by_provider(), id="prf_2"))


def levels(office: Office, subject: str = "P1") -> Level:
    """Return what is proven of a subject now."""
    with office.store.reading() as view:
        return proofings.level_of(view, subject)


def test_the_best_that_counts_counts_and_then_the_next(office: Office) -> None:
    assert levels(office) is Level.NONE
    keep(
        office,
        made(level=Level.HIGH, days=1),
        made(level=Level.BASIC, days=3),
        made(level=Level.SUBSTANTIAL, days=2),
        made("P2", level=Level.HIGH, days=100),
    )
    found = []
    for _ in range(4):
        found.append(levels(office))
        office.clock.advance(DAY)
    assert found == [Level.HIGH, Level.SUBSTANTIAL, Level.BASIC, Level.NONE]
    assert levels(office, "P2") is Level.HIGH


def test_of_two_of_a_level_the_longer_one_is_told(office: Office) -> None:
    keep(office, made(days=1), made(days=7), made(days=2))
    with office.store.reading() as view:
        assurance = proofings.assurance_of(view, "P1")
    assert assurance is not None
    assert (assurance.expires_at, assurance.source, assurance.by) == (NOW + 7 * DAY, "counter", "second")


def test_what_was_withdrawn_counts_no_more(office: Office) -> None:
    one = made()
    keep(office, one)
    with office.store.transaction() as tx:
        proofings.withdraw(tx, one.id)
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject="test"))
    assert levels(office) is Level.NONE


def test_a_cap_holds_down_until_its_end(office: Office) -> None:
    person = office.person()
    assert levels(office, person.id) is Level.HIGH
    with office.store.transaction() as tx:
        proofings.cap(tx, person.id, Level.SUBSTANTIAL, until=NOW + 2 * DAY, reason="test")
        proofings.cap(tx, person.id, Level.BASIC, until=NOW + DAY, reason="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject="test"))
    found = []
    for _ in range(3):
        found.append(levels(office, person.id))
        office.clock.advance(DAY)
    assert found == [Level.BASIC, Level.SUBSTANTIAL, Level.HIGH]


@pytest.mark.parametrize(("method", "source"), [(Method.CEREMONY, "ceremony"), (Method.MATCH, "match")])
def test_a_source_is_the_method(office: Office, method: Method, source: str) -> None:
    keep(office, made(method=method))
    with office.store.reading() as view:
        assurance = proofings.assurance_of(view, "P1")
    assert assurance is not None
    assert assurance.source == source

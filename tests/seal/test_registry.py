"""What the registry says of stampings in files: recorded or not, and how the life of the seal bears on each."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from identity.duties import Duty
from licence.verification import FileFinding
from seal import repository
from seal.evidence import EvidenceKind
from seal.grounds import Ground
from seal.lifecycle import SealState
from seal.standing import SealTrust, TrustAt
from seal.verification.registry import SealStanding, standing_checks
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, House
from trust.events import AuditEvent
from trust.verdict import Outcome, SubIndication, Verdict

HOUR: Final = timedelta(hours=1)


@pytest.fixture
def seal(house: House) -> str:
    """Return an active seal with which the client may stamp."""
    made = house.active(house.authority).id
    house.authorise(made, house.authority.client)
    return made


def stamped(house: House, seal: str) -> bytes:
    """Stamp a notice, an hour later than whatever was before."""
    house.clock.advance(HOUR)
    pdf = house.stampings.stamp(house.authority.client, house.stamp_command(seal=seal))[1]
    house.clock.advance(HOUR)
    return pdf


def judged(house: House, pdf: bytes) -> tuple[SealStanding, FileFinding]:
    """Return what the registry says of the one stamping in a file."""
    finding = house.verification.file(pdf)
    (standing,) = finding.seals
    return standing, finding


def cancel(house: House, seal: str, ground: Ground, since: datetime | None = None) -> None:
    """Cancel a seal as its owner."""
    second = house.authority.of(Duty.SEAL_OWNER, "second owner")
    house.seals.cancel(second, seal, ground=ground, reason=REASON, compromised_at=since)


@pytest.mark.parametrize("ground", [Ground.RENAMED, Ground.NO_LONGER_NEEDED, Ground.KEY_COMPROMISED, Ground.LOST])
def test_what_the_ledger_has_from_before_an_end_stands(house: House, seal: str, ground: Ground) -> None:
    pdf = stamped(house, seal)
    cancel(house, seal, ground)
    standing, finding = judged(house, pdf)
    assert (standing.state, standing.at_stamping.trust) == (SealState.CANCELLED, SealTrust.VALID)
    assert finding.outcome is Outcome.PASSED


def test_what_was_stamped_since_the_key_was_in_other_hands_is_disputed(house: House, seal: str) -> None:
    before = stamped(house, seal)
    since = house.clock.now()
    after = stamped(house, seal)
    cancel(house, seal, Ground.KEY_COMPROMISED, since)
    assert judged(house, before)[0].at_stamping.trust is SealTrust.VALID
    standing, finding = judged(house, after)
    assert (standing.disputed, finding.outcome) == (True, Outcome.INDETERMINATE)
    assert finding.registry is not None
    assert finding.registry.finding is not None
    assert finding.registry.finding.sub_indication is SubIndication.REVOKED_NO_POE


def test_a_loss_that_was_told_at_the_suspension_counts_at_the_end(house: House, seal: str) -> None:
    since = house.clock.now() + timedelta(minutes=30)
    pdf = stamped(house, seal)
    house.seals.suspend(house.authority.owner, seal, reason="印章遗失", lost_at=since)
    cancel(house, seal, Ground.LOST)
    assert judged(house, pdf)[0].disputed
    found = house.seals.find(house.authority.owner, seal)
    assert found[0].lost_at == found[1][-1].lost_at == since


def test_what_was_made_unlawfully_fails(house: House, seal: str) -> None:
    pdf = stamped(house, seal)
    papers = house.documents(house.authority, EvidenceKind.DECISION)
    house.seals.invalidate(house.authority.reviewer, seal, reason=REASON, evidence=papers)
    standing, finding = judged(house, pdf)
    assert (standing.state, standing.at_stamping.trust) == (SealState.INVALIDATED, SealTrust.NEVER_VALID)
    assert finding.outcome is not Outcome.PASSED
    assert finding.registry is not None
    assert finding.registry.outcome is Outcome.FAILED
    certificates = [key.certificate for key in house.seals.find(house.authority.owner, seal)[0].keys]
    with house.store.reading() as view:
        lists = house.authorities.evidence(view).revocation_lists
    entries = [
        entry
        for certificate in certificates
        for one in lists
        if certificate is not None
        and one.issuer == certificate.issuer
        and (entry := one.entry(certificate.serial)) is not None
    ]
    assert [entry.reason for entry in entries] == [9, 9]
    starts = [one.not_before for one in certificates if one is not None]
    assert [entry.invalid_since for entry in entries] == starts


def test_a_seal_of_another_making_under_our_code_is_none_of_ours(house: House, seal: str) -> None:
    pdf = stamped(house, seal)
    kept = house.seals.find(house.authority.owner, seal)[0]
    other = house.active(house.authority)
    with house.store.transaction() as tx:
        repository.put_seal(tx, replace(kept, seal=other.seal))
        tx.record(AuditEvent(tag="test:seal:done", actor="test", subject=seal))
    assert house.verification.file(pdf).seals == ()


def test_the_state_of_a_seal_is_told_at_the_stamping_now_and_then(house: House, seal: str) -> None:
    pdf = stamped(house, seal)
    while_active = house.clock.now()
    house.clock.advance(HOUR)
    cancel(house, seal, Ground.KEY_COMPROMISED, house.clock.now() - 10 * HOUR)
    standing, finding = judged(house, pdf)
    assert (standing.state, standing.state_at_stamping, standing.state_then) == (
        SealState.CANCELLED,
        SealState.ACTIVE,
        None,
    )
    assert finding.outcome is Outcome.INDETERMINATE
    # As of the hour before its end nobody knew of the loss.
    then = house.verification.file(pdf, at=while_active)
    (as_of,) = then.seals
    assert (as_of.state, as_of.state_then, as_of.at_stamping.trust) == (
        SealState.CANCELLED,
        SealState.ACTIVE,
        SealTrust.VALID,
    )
    assert then.outcome is Outcome.PASSED
    early = house.verification.file(pdf, at=NOW - 1000 * HOUR)
    assert [(one.state_then, one.is_recorded) for one in early.seals] == [(None, False)]
    assert early.outcome is not Outcome.PASSED


CHECKS: Final = {
    SealTrust.VALID: ("", None),
    SealTrust.NEVER_VALID: ("seal.lawful", SubIndication.REVOKED),
    SealTrust.NOT_IN_USE: ("seal.accepted", SubIndication.NOT_YET_VALID),
    SealTrust.STOPPED: ("seal.in_use", SubIndication.REVOKED),
    SealTrust.DISPUTED: ("seal.undisputed", SubIndication.REVOKED_NO_POE),
    SealTrust.NEEDS_PROOF: ("seal.time_proven", SubIndication.REVOKED_NO_POE),
}


@pytest.mark.parametrize("trust", SealTrust)
@pytest.mark.parametrize("line", ["stamp_1", None])
def test_each_doubt_fails_a_check_of_its_own(trust: SealTrust, line: str | None) -> None:
    standing = SealStanding(
        code="33019900000001",
        name="某章",
        state=SealState.ACTIVE,
        stamped_at=NOW,
        stamping=line,
        at_stamping=TrustAt(trust=trust),
    )
    checks = standing_checks(standing)
    failing = {one.name: one.finding.sub_indication for one in checks if one.finding is not None}
    name, indication = CHECKS[trust]
    expected = {} if indication is None else {name: indication}
    assert failing == expected | ({} if line else {"seal.recorded": SubIndication.SIGNED_DATA_NOT_FOUND})
    assert (Verdict(checks=tuple(checks)).outcome is Outcome.PASSED) is (not failing)
    assert all("33019900000001" in one.finding.reason for one in checks if one.finding is not None)

"""The founding ceremony: two families side by side, everything that the service signs with, once."""

import pytest
from typing_extensions import override

from tests.builders import PKI
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from trust import audit, repository
from trust.authority import Authorities
from trust.cms import Dialect
from trust.crypto.algorithms import KeyKind
from trust.errors import Conflict, Unavailable
from trust.founding import PLANS, AlreadyFounded, NotFounded, Role, ServiceKeys, found
from trust.paths import Purpose, validate
from trust.signing import KeyPurpose, KeyReference
from trust.store import Store
from trust.time_authority import TimeAuthority
from trust.timestamping import judge_time_stamp
from trust.verdict import Outcome, Verdict

OPERATOR = "某省政务服务"


PURPOSES = {
    Role.SEAL_MAKER: Purpose.SEAL_MAKING,
    Role.TIME_STAMP_SM2: Purpose.TIME_STAMPING,
    Role.TIME_STAMP_P256: Purpose.TIME_STAMPING,
    Role.LICENCE_CLAIM: Purpose.LICENCE_CLAIM,
    Role.AUDIT: Purpose.AUDIT,
    Role.TRUST_LIST: Purpose.TRUST_LIST,
    Role.REPORT: Purpose.SIGNING,
    Role.DELEGATION: Purpose.DELEGATION,
    Role.PLATFORM_LOGIN: Purpose.AUDIT,  # as the status publisher
    Role.STATUS_PUBLISHER: Purpose.AUDIT,  # what any key is good for that signs, and is for nothing more special
}


@pytest.fixture
def authorities(store: Store) -> Authorities:
    """Make an instance that is not founded."""
    return Authorities(store, MemoryCustody(), address="https://ca.example")


def keys_of(authorities: Authorities) -> ServiceKeys:
    """Read the keys of the service."""
    with authorities.store.reading() as view:
        return ServiceKeys(authorities.custody, authorities, view)


def test_everything_is_made(authorities: Authorities) -> None:
    found(authorities.store, authorities.custody, authorities, operator=OPERATOR)
    kept = keys_of(authorities)
    with authorities.store.reading() as view:
        assert [(one.name, one.issuer) for one in authorities.all(view)] == [
            ("issuing-p256", "root-p256"),
            ("issuing-sm2", "root-sm2"),
            ("root-p256", None),
            ("root-sm2", None),
        ]
        evidence = authorities.evidence(view)
        assert audit.check(view, trusted=()).broken_at is None
    assert (len(evidence.anchors), len(evidence.certificates), len(evidence.revocation_lists)) == (2, 2, 4)
    now = authorities.store.clock.now()
    for role in Role:
        certificate = kept.certificate(role)
        purpose = PURPOSES[role]
        path = validate(certificate, evidence, purpose=purpose, at=now)
        assert Verdict(checks=path.checks).outcome is Outcome.PASSED
        assert certificate.common_name.startswith(OPERATOR)
        assert certificate.organisation == OPERATOR
        expected = KeyKind.ECDSA if role in {Role.TIME_STAMP_P256, Role.REPORT, Role.PLATFORM_LOGIN} else KeyKind.SM2
        assert certificate.public_key.kind is expected
        certificate.verify_message(kept.signer(role).sign(b"message"), b"message")


def test_every_role_has_a_plan_and_a_purpose_of_its_own() -> None:
    assert set(PLANS) == set(Role)
    purposes = [plan.purpose for plan in PLANS.values()]
    assert len(set(purposes)) == len(purposes) - 1  # the two time-stamp authorities share theirs
    assert KeyPurpose.CERTIFICATION not in purposes


@pytest.mark.parametrize("role", [Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256])
def test_its_time_stamps_are_good(authorities: Authorities, clock: SettableClock, role: Role) -> None:
    found(authorities.store, authorities.custody, authorities, operator=OPERATOR)
    signer = keys_of(authorities).time_stamp_signer(role)
    assert signer.dialect is (Dialect.GBT35275 if role is Role.TIME_STAMP_SM2 else Dialect.RFC5652)
    with authorities.store.reading() as view:
        evidence = authorities.evidence(view)
    token = TimeAuthority(signer=signer, clock=clock).stamp(b"message")
    report = judge_time_stamp(token, b"message", evidence, now=clock.now())
    assert (report.verdict.outcome, report.verdict.finding) == (Outcome.PASSED, None)


def test_it_is_held_once(authorities: Authorities) -> None:
    found(authorities.store, authorities.custody, authorities, operator=OPERATOR)
    with authorities.store.reading() as view:
        before = repository.audit_head(view)
    with pytest.raises(AlreadyFounded):
        found(authorities.store, authorities.custody, authorities, operator=OPERATOR)
    with authorities.store.reading() as view:
        assert repository.audit_head(view) == before
    assert issubclass(AlreadyFounded, Conflict)


def test_an_instance_that_is_not_founded(authorities: Authorities) -> None:
    with pytest.raises(NotFounded):
        keys_of(authorities)
    assert issubclass(NotFounded, Unavailable)


def test_a_stranger_is_not_trusted(authorities: Authorities) -> None:
    found(authorities.store, authorities.custody, authorities, operator=OPERATOR)
    with authorities.store.reading() as view:
        evidence = authorities.evidence(view)
    stranger = PKI.found()
    path = validate(stranger.signer.certificate, evidence, purpose=Purpose.SIGNING, at=authorities.store.clock.now())
    assert Verdict(checks=path.checks).outcome is not Outcome.PASSED


def test_a_ceremony_that_broke_off_can_be_held_again(authorities: Authorities) -> None:
    custody = authorities.custody
    assert isinstance(custody, MemoryCustody)
    custody.unavailable = True
    with pytest.raises(Unavailable):
        found(authorities.store, custody, authorities, operator=OPERATOR)
    custody.unavailable = False
    found(authorities.store, custody, authorities, operator=OPERATOR)
    keys_of(authorities)


class Fading(MemoryCustody):
    """A custody that stops answering after so many signatures."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last

    @override
    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        self.unavailable = self.signed >= self.last
        return super().sign(key, digest)


@pytest.mark.parametrize("last", [3, 6], ids=["among the authorities", "among the keys of the service"])
def test_a_ceremony_that_broke_off_in_the_middle_can_be_finished(store: Store, last: int) -> None:
    # What was made cannot be made again; without a way on, the instance would be lost with its roots.
    custody = Fading(last)
    authorities = Authorities(store, custody, address="https://ca.example")
    with pytest.raises(Unavailable):
        found(store, custody, authorities, operator=OPERATOR)
    with store.reading() as view:
        before = {one.name: one.certificate for one in authorities.all(view)}
    custody.last = 1000
    found(store, custody, authorities, operator=OPERATOR)
    keys_of(authorities)
    with store.reading() as view:
        after = {one.name: one.certificate for one in authorities.all(view)}
    assert len(after) == 4
    assert before.items() <= after.items()

"""Certification authorities: prepared, signed, recorded; revoked and told to the world."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from cryptography import x509
from typing_extensions import override

from tests.fakes.clock import NOW, SettableClock
from tests.fakes.custody import MemoryCustody
from tests.trust.authorities import ADDRESS, established, issued, ordered, revoke
from trust import pki_repository, repository
from trust.audit import AuditTrail
from trust.authority import Authorities, AuthorityExists, AuthorityUnknown, CertificateUnknown
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Conflict, NotFound
from trust.events import AuditEvent
from trust.paths import Purpose, validate
from trust.profiles import DOCUMENT_SIGNER
from trust.signing import KeyPurpose, SigningUnavailable
from trust.store import LostRace, Store, Transaction
from trust.verdict import Outcome, SubIndication, Verdict


@pytest.fixture
def custody() -> MemoryCustody:
    """Make an empty custody."""
    return MemoryCustody()


@pytest.fixture
def authorities(store: Store, custody: MemoryCustody) -> Authorities:
    """Establish a root and an issuing authority, without lists."""
    return established(store, custody)


def events(store: Store) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield tags and facts of the trail."""
    with store.reading() as view:
        for one in repository.events(view):
            yield one.event.tag, dict(one.event.facts)


def verdict(authorities: Authorities, certificate: Certificate) -> tuple[Outcome, SubIndication | None]:
    """Judge a certificate with what the instance has in hand."""
    with authorities.store.reading() as view:
        evidence = authorities.evidence(view)
        path = validate(certificate, evidence, purpose=Purpose.SIGNING, at=view.now)
    found = Verdict(checks=path.checks)
    return found.outcome, found.finding.sub_indication if found.finding else None


def test_what_is_issued_is_good(authorities: Authorities) -> None:
    certificate = issued(authorities)
    assert verdict(authorities, certificate) == (Outcome.INDETERMINATE, SubIndication.TRY_LATER)
    assert authorities.keep_lists_fresh() == ("issuing", "root")
    assert verdict(authorities, certificate) == (Outcome.PASSED, None)
    told = x509.load_der_x509_certificate(certificate.der).extensions
    (point,) = told.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name == [x509.UniformResourceIdentifier(f"{ADDRESS}/issuing/0.crl")]
    status, access = told.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert status.access_location == x509.UniformResourceIdentifier(f"{ADDRESS}/ocsp/issuing")
    assert access.access_location == x509.UniformResourceIdentifier(f"{ADDRESS}/issuing.cer")


def test_a_certificate_ends_before_its_issuer(authorities: Authorities, clock: SettableClock) -> None:
    with authorities.store.reading() as view:
        end = authorities.get(view, "issuing").certificate.not_after
    clock.set(end - timedelta(days=30))
    assert issued(authorities).not_after == end


def test_the_intent_is_in_the_trail_before_the_key_is_used(authorities: Authorities, custody: MemoryCustody) -> None:
    custody.unavailable = True
    order = ordered(authorities, "issuing", DOCUMENT_SIGNER, KeyPurpose.DOCUMENT)
    with pytest.raises(SigningUnavailable):
        authorities.sign(order)
    tag, facts = list(events(authorities.store))[-1]
    assert tag == "certificate:issue:prepared"
    assert facts == {"profile": "document_signer", "issuer": "issuing", "tbs": sm3(order.tbs).hex()}


def test_what_was_issued_is_in_the_trail(authorities: Authorities) -> None:
    certificate = issued(authorities)
    tag, facts = list(events(authorities.store))[-1]
    assert tag == "certificate:issue:done"
    assert facts == {"certificate": certificate.fingerprint, "serial": f"{certificate.serial:x}"}


def test_authorities_are_found_by_name(authorities: Authorities) -> None:
    with authorities.store.reading() as view:
        assert [one.name for one in authorities.all(view)] == ["issuing", "root"]
        assert authorities.get(view, "root").issuer is None
        with pytest.raises(AuthorityUnknown) as unknown:
            authorities.get(view, "none")
    assert unknown.value.details == {"name": "none"}
    assert issubclass(AuthorityUnknown, NotFound)
    with pytest.raises(AuthorityUnknown):
        ordered(authorities, "none", DOCUMENT_SIGNER, KeyPurpose.DOCUMENT)


def test_a_ceremony_is_held_once(authorities: Authorities, custody: MemoryCustody) -> None:
    with pytest.raises(AuthorityExists):
        established(authorities.store, custody)
    assert issubclass(AuthorityExists, Conflict)


def test_revoking(authorities: Authorities) -> None:
    certificate = issued(authorities)
    authorities.keep_lists_fresh()
    revoke(authorities, certificate)
    tag, facts = list(events(authorities.store))[-1]
    assert (tag, facts) == ("certificate:revoke:done", {"serial": f"{certificate.serial:x}", "reason": 4})
    assert verdict(authorities, certificate)[0] is Outcome.PASSED  # until the next list
    authorities.publish("issuing")
    assert verdict(authorities, certificate) == (Outcome.FAILED, SubIndication.REVOKED)


def test_an_authority_may_be_revoked(authorities: Authorities) -> None:
    certificate = issued(authorities)
    authorities.keep_lists_fresh()
    with authorities.store.reading() as view:
        issuing = authorities.get(view, "issuing").certificate
    revoke(authorities, issuing)
    authorities.publish("root")
    assert verdict(authorities, certificate) == (Outcome.FAILED, SubIndication.REVOKED)


def test_what_was_never_issued_here_cannot_be_revoked(authorities: Authorities) -> None:
    # The trail would say that it was revoked, and no list ever would.
    order = ordered(authorities, "issuing", DOCUMENT_SIGNER, KeyPurpose.DOCUMENT)
    certificate = authorities.sign(order)
    before = list(events(authorities.store))
    with pytest.raises(CertificateUnknown):
        revoke(authorities, certificate)
    assert issubclass(CertificateUnknown, NotFound)
    assert list(events(authorities.store)) == before


def test_lists_are_numbered_and_kept(authorities: Authorities, clock: SettableClock) -> None:
    numbers = []
    for _ in range(3):
        made = authorities.publish("root")
        parsed = x509.load_der_x509_crl(made.der)
        numbers.append(parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
        clock.advance(timedelta(hours=1))
    assert numbers == [1, 2, 3]
    with authorities.store.reading() as view:
        kept = pki_repository.revocation_list(view, "root")
    assert kept is not None
    assert kept.this_update == NOW.replace(microsecond=0) + timedelta(hours=2)
    assert kept.next_update == kept.this_update + timedelta(days=7)
    tags = [tag for tag, _ in events(authorities.store)]
    assert tags[-2:] == ["revocation_list:publish:prepared", "revocation_list:publish:done"]


class Racing(AuditTrail):
    """A journal in whose transactions others are faster, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    @override
    def append(self, tx: Transaction, events: Sequence[AuditEvent]) -> None:
        if self.times and any(one.tag == "revocation_list:publish:done" for one in events):
            self.times -= 1
            raise LostRace
        super().append(tx, events)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_list_is_put_into_its_place_while_others_are(authorities: Authorities, times: int) -> None:
    before = authorities.publish("root")
    authorities.store.journal = Racing(times)
    if times < 3:
        expected = authorities.publish("root")
    else:
        expected = before
        with pytest.raises(LostRace):
            authorities.publish("root")
    with authorities.store.reading() as view:
        assert pki_repository.revocation_list(view, "root") == expected


def test_lists_are_renewed_in_good_time(authorities: Authorities, clock: SettableClock) -> None:
    assert authorities.keep_lists_fresh() == ("issuing", "root")
    assert authorities.keep_lists_fresh() == ()
    clock.advance(timedelta(days=5) - timedelta(seconds=1))
    assert authorities.keep_lists_fresh() == ()
    clock.advance(timedelta(seconds=2))
    assert authorities.keep_lists_fresh() == ("issuing", "root")
    assert authorities.keep_lists_fresh() == ()


def test_a_key_that_does_not_answer_keeps_the_last_list(authorities: Authorities, custody: MemoryCustody) -> None:
    made = authorities.publish("root")
    custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        authorities.publish("root")
    custody.unavailable = False
    with authorities.store.reading() as view:
        assert pki_repository.revocation_list(view, "root") == made
    authorities.publish("root")

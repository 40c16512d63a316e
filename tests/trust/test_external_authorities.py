"""Authorities outside: what they certify is held against request, anchor and moment; their lists come in as files."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.builders import FOUNDED, PKI, Party, grafted, revocation_list, with_extension
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from trust import repository
from trust.asn1 import der
from trust.authority import Authorities
from trust.certificates import Certificate, pem
from trust.errors import Invalid, NotFound, Untrusted
from trust.external_authorities import (
    RENEWAL_NOTICE,
    AnchorUnlawful,
    CertificateNotAccepted,
    ExternalAuthorities,
    ListNotAccepted,
    OutsideUnknown,
    evidence,
)
from trust.outside_repository import KeptRequest
from trust.paths import Purpose, validate
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, Name, extension, key_usage
from trust.revocation import RevocationListMalformed
from trust.signing import KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Store
from trust.verdict import Outcome, SubIndication, Verdict

SUBJECT = Name(common_name="33010000000001", organisation="某市某局", organisation_identifier="11330100MB0000001X")
ACTOR = "operator:test"
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> SettableClock:
    """Return a clock that stands a day after the PKIs of the tests were founded."""
    found = SettableClock()
    found.set(FOUNDED + DAY)
    return found


@pytest.fixture
def custody() -> MemoryCustody:
    """Make an empty custody."""
    return MemoryCustody()


@pytest.fixture
def outside(store: Store, custody: MemoryCustody) -> ExternalAuthorities:
    """Return what this is about, with nothing in it."""
    return ExternalAuthorities(store, custody)


@pytest.fixture
def licensed(pki: PKI, outside: ExternalAuthorities) -> PKI:
    """Trust the root of a licensed authority for seals and for the documents beside them."""
    outside.trust(pem(pki.root.certificate.der), purposes=[Purpose.SEALING, Purpose.SIGNING], actor=ACTOR)
    return pki


def new_key(outside: ExternalAuthorities, licensed: PKI, purpose: KeyPurpose = KeyPurpose.SEAL_OWNER) -> KeyReference:
    """Return a new key, pending."""
    with outside.store.transaction() as tx:
        return outside.custody.generate(tx, purpose, licensed.algorithm)


def asked(outside: ExternalAuthorities, licensed: PKI, purpose: KeyPurpose = KeyPurpose.SEAL_OWNER) -> KeptRequest:
    """Ask for the certificate of a new key."""
    key = new_key(outside, licensed, purpose)
    return outside.request(key, subject=SUBJECT, profile=SEAL_OWNER, actor=ACTOR)


def certified(licensed: PKI, request: KeptRequest, issuer: Party | None = None, **deviations: object) -> bytes:
    """Return the certificate that the authority issues, and its own, in one PEM file."""
    request.request.prove()
    made = licensed.issue(DOCUMENT_SIGNER, issuer, subject=SUBJECT, key=request.key, **deviations)  # type: ignore[arg-type] # the builder's names
    return pem(made.certificate.der) + pem((issuer or licensed.issuing).certificate.der)


def tags(store: Store) -> list[str]:
    """Return the tags of the audit trail."""
    with store.reading() as view:
        return [one.event.tag for one in repository.events(view)]


def test_from_the_request_to_a_seal_that_can_be_judged(
    outside: ExternalAuthorities, licensed: PKI, custody: MemoryCustody
) -> None:
    request = asked(outside, licensed)
    with pytest.raises(SigningUnavailable):
        custody.sign(request.key, bytes(32))  # it is pending: it asks, and does nothing else
    with outside.store.reading() as view:
        assert outside.waiting(view) == (request,)
        assert outside.certificate_of(view, request.key) is None
    leaf = outside.import_certificate(request.id, certified(licensed, request), actor=ACTOR)
    assert len(custody.sign(request.key, bytes(32))) == 64
    outside.import_list(revocation_list(licensed.issuing).der, actor=ACTOR)
    outside.import_list(pem(revocation_list(licensed.root).der, "X509 CRL"), actor=ACTOR)
    with outside.store.reading() as view:
        assert outside.waiting(view) == ()
        assert outside.certificate_of(view, request.key) == leaf
        known = Authorities(outside.store, custody, address="https://ca.example").evidence(view)
        for purpose, expected in ((Purpose.SEALING, Outcome.PASSED), (Purpose.SEAL_MAKING, Outcome.INDETERMINATE)):
            path = validate(leaf, known, purpose=purpose, at=view.now)
            assert Verdict(checks=path.checks).outcome is expected
    assert [tag for tag in tags(outside.store) if not tag.startswith("key:")] == [
        "anchor:trust:done",
        "certificate:request:done",
        "certificate:import:done",
        "revocation_list:import:done",
        "revocation_list:import:done",
    ]


def refused(outside: ExternalAuthorities, request: KeptRequest, content: bytes) -> str:
    """Return which check kept a certificate from being taken in."""
    with pytest.raises(CertificateNotAccepted) as error:
        outside.import_certificate(request.id, content, actor=ACTOR)
    with outside.store.reading() as view:
        assert outside.certificate_of(view, request.key) is None
    return str(error.value.details["check"])


def test_a_certificate_of_another_key(outside: ExternalAuthorities, licensed: PKI) -> None:
    mine, other = asked(outside, licensed), asked(outside, licensed)
    assert refused(outside, mine, certified(licensed, other)) == "key"
    assert refused(outside, mine, certified(licensed, mine) + certified(licensed, mine)) == "key"
    assert issubclass(CertificateNotAccepted, Untrusted)


def test_a_certificate_of_an_authority_that_nobody_trusts(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed)
    stranger = PKI.found(licensed.algorithm)
    content = certified(stranger, request) + pem(stranger.root.certificate.der)
    assert refused(outside, request, content) == "certificate.path"


def test_an_anchor_is_trusted_for_its_purposes_alone(outside: ExternalAuthorities, pki: PKI) -> None:
    outside.trust(pki.root.certificate.der, purposes=[Purpose.TIME_STAMPING], actor=ACTOR)
    request = asked(outside, pki)
    assert refused(outside, request, certified(pki, request)) == "certificate.path"


def test_an_anchor_that_was_withdrawn(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed)
    fingerprint = licensed.root.certificate.fingerprint
    outside.distrust(fingerprint, actor=ACTOR)
    assert refused(outside, request, certified(licensed, request)) == "certificate.path"
    with pytest.raises(OutsideUnknown):
        outside.distrust(fingerprint, actor=ACTOR)
    assert issubclass(OutsideUnknown, NotFound)
    outside.trust(licensed.root.certificate.der, purposes=[Purpose.SEALING], actor=ACTOR)
    outside.import_certificate(request.id, certified(licensed, request), actor=ACTOR)


def test_what_an_anchor_is_trusted_for_can_be_changed(outside: ExternalAuthorities, licensed: PKI) -> None:
    root = licensed.root.certificate
    outside.trust(root.der, purposes=[Purpose.TIME_STAMPING], actor=ACTOR)
    request = asked(outside, licensed)
    assert refused(outside, request, certified(licensed, request)) == "certificate.path"
    outside.trust(root.der, purposes=[Purpose.SEALING], actor=ACTOR)
    # A file that brings the root along as one more certificate changes nothing about it.
    outside.import_certificate(request.id, certified(licensed, request) + pem(root.der), actor=ACTOR)
    with outside.store.reading() as view:
        known = evidence(view)
    assert known.anchors == (root,)
    assert known.policy.anchor_purposes == {root.fingerprint: frozenset({Purpose.SEALING})}


def usage(*places: int) -> Callable[[bytes], bytes]:
    """Return a change that gives a certificate another usage."""
    return lambda tbs: with_extension(tbs, extension("2.5.29.15", key_usage(places), critical=True))


def test_a_certificate_that_is_not_what_was_asked_for(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed)
    as_authority = extension("2.5.29.19", der.sequence(der.boolean(value=True)), critical=True)
    wrong: dict[str, dict[str, Any]] = {
        "key_usage": {"change": usage(2, 3, 4)},
        "subject": {"change": lambda tbs: grafted(tbs, 5, put=der.sequence())},
        "authority": {"change": lambda tbs: with_extension(tbs, as_authority)},
        "certificate.validity": {"at": FOUNDED + 2 * DAY},
    }
    for check, deviations in wrong.items():
        assert refused(outside, request, certified(licensed, request, **deviations)) == check
    assert refused(outside, request, certified(licensed, request, change=usage(0, 5))) == "key_usage"


def test_a_certificate_of_a_key_that_our_own_authorities_certify(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed, KeyPurpose.AUDIT)
    assert refused(outside, request, certified(licensed, request)) == "purpose"


def test_a_certificate_that_was_revoked(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed)
    content = certified(licensed, request)
    outside.import_certificate(request.id, content, actor=ACTOR)
    leaf = Certificate.from_pem(content)
    outside.import_list(revocation_list(licensed.issuing, {leaf: FOUNDED}).der, actor=ACTOR)
    again = outside.renew(request.id, actor=ACTOR)
    with pytest.raises(CertificateNotAccepted) as error:
        outside.import_certificate(again.id, content, actor=ACTOR)
    assert error.value.details == {"check": "certificate.revocation"}


def test_what_cannot_be_an_anchor(outside: ExternalAuthorities, pki: PKI, clock: SettableClock) -> None:
    root = pki.root.certificate.der
    with pytest.raises(AnchorUnlawful):
        outside.trust(pki.signer.certificate.der, purposes=[Purpose.SEALING], actor=ACTOR)
    with pytest.raises(AnchorUnlawful):
        outside.trust(root, purposes=[], actor=ACTOR)
    clock.set(pki.root.certificate.not_after + DAY)
    with pytest.raises(AnchorUnlawful):
        outside.trust(root, purposes=[Purpose.SEALING], actor=ACTOR)
    assert issubclass(AnchorUnlawful, Invalid)
    with outside.store.reading() as view:
        assert evidence(view).anchors == ()


def test_a_request_that_nobody_made(outside: ExternalAuthorities) -> None:
    with pytest.raises(OutsideUnknown):
        outside.import_certificate("csr_none", b"", actor=ACTOR)
    with pytest.raises(OutsideUnknown):
        outside.renew("csr_none", actor=ACTOR)


# --- renewals


def test_somebody_is_reminded_until_there_is_a_successor(
    outside: ExternalAuthorities, licensed: PKI, clock: SettableClock
) -> None:
    request = asked(outside, licensed)
    first = outside.import_certificate(request.id, certified(licensed, request), actor=ACTOR)
    clock.set(first.not_after - RENEWAL_NOTICE)
    with outside.store.reading() as view:
        assert outside.renewals(view) == ()
    clock.advance(timedelta(seconds=1))
    with outside.store.reading() as view:
        (due,) = outside.renewals(view)
    assert (due.request.id, due.certificate) == (request.id, first)
    again = outside.renew(request.id, actor=ACTOR)
    assert (again.key, again.request.subject) == (request.key, request.request.subject)
    content = certified(licensed, again, at=clock.now())
    second = outside.import_certificate(again.id, content, actor=ACTOR)
    with outside.store.reading() as view:
        assert outside.renewals(view) == ()
        assert outside.certificate_of(view, request.key) == second


# --- lists


def fault(outside: ExternalAuthorities, encoded: bytes) -> str:
    """Return why a list was not taken in."""
    with pytest.raises(ListNotAccepted) as error:
        outside.import_list(encoded, actor=ACTOR)
    return str(error.value.details["fault"])


def test_lists_that_are_not_taken_in(outside: ExternalAuthorities, licensed: PKI) -> None:
    root, issuing = licensed.root, licensed.issuing
    assert fault(outside, revocation_list(issuing).der) == "issuer"  # its certificate has not come in yet
    forged = revocation_list(root, signer=PKI.found(licensed.algorithm).root.signer)
    assert fault(outside, forged.der) == "signature"
    delta = extension("2.5.29.27", der.integer(1), critical=True)
    assert fault(outside, revocation_list(root, change=lambda tbs: with_extension(tbs, delta)).der) == "scope"
    assert fault(outside, revocation_list(root, this_update=FOUNDED + 2 * DAY).der) == "future"
    assert fault(outside, revocation_list(root, next_update=FOUNDED + DAY).der) == "stale"
    assert fault(outside, revocation_list(root, change=lambda tbs: grafted(tbs, 4, put=b"")).der) == "stale"
    with pytest.raises(RevocationListMalformed):
        outside.import_list(b"garbage", actor=ACTOR)
    assert issubclass(ListNotAccepted, Untrusted)


def test_a_list_is_replaced_by_newer_ones_alone(outside: ExternalAuthorities, licensed: PKI) -> None:
    root = licensed.root

    def made(number: int, hours: int) -> bytes:
        return revocation_list(root, number=number, this_update=FOUNDED + timedelta(hours=hours)).der

    outside.import_list(made(5, 5), actor=ACTOR)
    assert fault(outside, made(4, 6)) == "older"
    assert fault(outside, made(6, 4)) == "older"
    outside.import_list(made(6, 6), actor=ACTOR)
    with outside.store.reading() as view:
        (kept,) = evidence(view).revocation_lists
    assert kept.number == 6


def test_shards_of_one_issuer_stand_side_by_side(outside: ExternalAuthorities, licensed: PKI) -> None:
    for name in (b"http://a/0.crl", b"http://a/1.crl"):
        point = der.sequence(der.context(0, der.context(0, der.context(6, name, constructed=False))))
        change = partial(with_extension, added=extension("2.5.29.28", point, critical=True))
        outside.import_list(revocation_list(licensed.root, change=change).der, actor=ACTOR)
    with outside.store.reading() as view:
        assert len(evidence(view).revocation_lists) == 2


def test_an_authority_below_is_no_anchor(outside: ExternalAuthorities, licensed: PKI) -> None:
    request = asked(outside, licensed)
    outside.import_certificate(request.id, certified(licensed, request), actor=ACTOR)
    outside.distrust(licensed.root.certificate.fingerprint, actor=ACTOR)
    with outside.store.reading() as view:
        known = evidence(view)
    assert (known.anchors, known.certificates) == ((), (licensed.issuing.certificate,))
    check = validate(licensed.signer.certificate, known, purpose=Purpose.SEALING, at=FOUNDED + DAY).checks[0]
    assert check.finding is not None
    assert check.finding.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND

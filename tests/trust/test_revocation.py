"""Revocation lists: what they say, whose they must be, and which moment they cover."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from tests.builders import FOUNDED, PKI, UNKNOWN_CRITICAL, grafted, revocation_list, with_extension, without_extension
from trust.asn1 import der
from trust.certificates import Certificate
from trust.profiles import DOCUMENT_SIGNER, ISSUING, KEY_CERT_SIGN, extension, key_usage
from trust.revocation import (
    EXPIRED_CERTIFICATES,
    Revocation,
    RevocationList,
    RevocationListMalformed,
    check_revocation,
)
from trust.status import StatusSource
from trust.verdict import Outcome, SubIndication

DAY = timedelta(days=1)
AT = FOUNDED + 30 * DAY


def said(pki: PKI, *lists: RevocationList, at: datetime = AT, proven: bool = False) -> SubIndication | None:
    """Return what `lists` say of the PKI's signer: the sub-indication, or None when it was not revoked."""
    check = check_revocation(
        pki.signer.certificate, pki.issuing.certificate, lists, at=at, time_is_proven=proven, step="1"
    )
    assert (check.name, check.step) == ("certificate.revocation", "1")
    assert (check.outcome is Outcome.PASSED) == (check.finding is None)
    return check.finding.sub_indication if check.finding else None


def naming(pki: PKI, at: datetime, *, this_update: datetime = FOUNDED) -> RevocationList:
    """Return a list that names the PKI's signer as revoked at `at`."""
    return revocation_list(pki.issuing, {pki.signer.certificate: at}, this_update=this_update)


def test_a_list_is_read_back(pki: PKI) -> None:
    revoked = [
        Revocation(serial=5, at=FOUNDED, reason=1),
        Revocation(serial=2**126, at=FOUNDED + DAY),
        Revocation(serial=7, at=datetime.fromisoformat("2050-01-01T00:00:00Z"), reason=0),
    ]
    made = revocation_list(pki.issuing, revoked, number=77, next_update=FOUNDED + 7 * DAY)
    assert made.issuer == pki.issuing.certificate.subject
    assert (made.this_update, made.next_update) == (FOUNDED, FOUNDED + 7 * DAY)
    assert made.is_complete
    assert made.is_signed_by(pki.issuing.certificate)
    assert made.entry(6) is None
    for one in revoked:
        found = made.entry(one.serial)
        assert found is not None
        assert (found.serial, found.at) == (one.serial, one.at)
    parsed = x509.load_der_x509_crl(made.der)
    assert parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 77
    identifier = parsed.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert identifier == pki.issuing.certificate.subject_key_identifier
    reasons = [one.extensions.get_extension_for_class(x509.CRLReason).value.reason for one in list(parsed)[:1]]
    assert reasons == [x509.ReasonFlags.key_compromise]
    assert len(list(parsed)[1].extensions) == 0


def test_the_reason_is_read_back(pki: PKI) -> None:
    made = revocation_list(pki.issuing, [Revocation(serial=5, at=FOUNDED, reason=1)])
    assert made.entry(5) == Revocation(serial=5, at=FOUNDED, reason=1)


@pytest.mark.parametrize("value", [der.null(), der.tlv(der.Tag.ENUMERATED, b"\x07"), b"\xff"])
def test_a_reason_of_no_sense_is_none(sm2_pki: PKI, value: bytes) -> None:
    def change(tbs: bytes) -> bytes:
        return grafted(tbs, 5, 0, 2, put=der.sequence(extension("2.5.29.21", value)))

    made = revocation_list(sm2_pki.issuing, [Revocation(serial=5, at=FOUNDED, reason=1)], change=change)
    assert made.entry(5) == Revocation(serial=5, at=FOUNDED)


@pytest.mark.parametrize("reason", [1, None])
def test_since_when_a_key_was_in_other_hands_is_read_back(pki: PKI, reason: int | None) -> None:
    told = Revocation(serial=5, at=FOUNDED, reason=reason, invalid_since=FOUNDED - timedelta(days=9))
    plain = Revocation(serial=6, at=FOUNDED, reason=reason)
    made = revocation_list(pki.issuing, [told, plain])
    assert (made.entry(5), made.entry(6)) == (told, plain)


def test_an_empty_list_clears(pki: PKI) -> None:
    assert said(pki, revocation_list(pki.issuing)) is None


def test_a_list_that_names_others_clears(pki: PKI) -> None:
    assert said(pki, revocation_list(pki.issuing, [Revocation(serial=5, at=FOUNDED)])) is None


@pytest.mark.parametrize(
    ("revoked_at", "proven", "expected"),
    [
        pytest.param(AT - DAY, False, SubIndication.REVOKED, id="before"),
        pytest.param(AT - DAY, True, SubIndication.REVOKED, id="before a proven time"),
        pytest.param(AT, True, SubIndication.REVOKED, id="at the very moment"),
        pytest.param(AT + DAY, False, SubIndication.REVOKED_NO_POE, id="after, with no proof of the time"),
        pytest.param(AT + DAY, True, None, id="after a proven time"),
    ],
)
def test_before_and_after(pki: PKI, revoked_at: datetime, proven: bool, expected: SubIndication | None) -> None:  # noqa: FBT001
    assert said(pki, naming(pki, revoked_at), proven=proven) is expected


def test_without_a_list_nothing_is_known(pki: PKI) -> None:
    assert said(pki) is SubIndication.TRY_LATER


@pytest.mark.parametrize(
    ("next_update", "expected"),
    [(AT, None), (AT + DAY, None), (AT - timedelta(seconds=1), SubIndication.TRY_LATER)],
)
def test_a_list_that_has_ended_covers_nothing(pki: PKI, next_update: datetime, expected: SubIndication | None) -> None:
    assert said(pki, revocation_list(pki.issuing, next_update=next_update)) is expected


def test_a_list_without_an_end_covers_everything(pki: PKI) -> None:
    made = revocation_list(pki.issuing, change=lambda tbs: grafted(tbs, 4, put=b""))
    assert made.next_update is None
    assert said(pki, made) is None


def test_the_newest_list_counts(pki: PKI) -> None:
    empty = revocation_list(pki.issuing, this_update=FOUNDED)
    newer = naming(pki, FOUNDED + DAY, this_update=FOUNDED + 2 * DAY)
    assert said(pki, empty, newer) is SubIndication.REVOKED
    assert said(pki, newer, empty) is SubIndication.REVOKED


def test_of_two_lists_of_the_same_second_the_one_counts_that_names_the_certificate(pki: PKI) -> None:
    empty = revocation_list(pki.issuing, this_update=FOUNDED + 2 * DAY)
    naming_it = naming(pki, FOUNDED + DAY, this_update=FOUNDED + 2 * DAY)
    assert said(pki, empty, naming_it) is SubIndication.REVOKED
    assert said(pki, naming_it, empty) is SubIndication.REVOKED


def test_a_list_made_after_the_certificate_ended_does_not_clear_it(sm2_pki: PKI) -> None:
    # Many authorities take expired certificates off their lists (RFC 5280, 3.3).
    leaf = sm2_pki.issue(DOCUMENT_SIGNER, not_after=FOUNDED + 60 * DAY).certificate
    while_valid = revocation_list(sm2_pki.issuing, {leaf: FOUNDED + 10 * DAY}, this_update=FOUNDED + 11 * DAY)
    after_its_end = revocation_list(
        sm2_pki.issuing,
        this_update=FOUNDED + 90 * DAY,
        change=lambda tbs: without_extension(tbs, EXPIRED_CERTIFICATES.dotted_string),
    )
    assert ended(leaf, sm2_pki, while_valid, after_its_end) is SubIndication.REVOKED
    assert ended(leaf, sm2_pki, after_its_end) is SubIndication.TRY_LATER


def ended(leaf: Certificate, pki: PKI, *lists: RevocationList) -> SubIndication | None:
    """Return what `lists` say of a certificate that has ended, for a time when it was valid."""
    issuer = pki.issuing.certificate
    check = check_revocation(leaf, issuer, lists, at=FOUNDED + 30 * DAY, time_is_proven=True, step="")
    return check.finding.sub_indication if check.finding else None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(der.generalized_time(FOUNDED), None, id="all of them"),
        pytest.param(der.generalized_time(FOUNDED + 60 * DAY), None, id="from that very end on"),
        pytest.param(der.generalized_time(FOUNDED + 61 * DAY), SubIndication.TRY_LATER, id="later ones"),
        pytest.param(der.null(), SubIndication.TRY_LATER, id="no sense"),
    ],
)
def test_a_list_may_say_that_it_keeps_what_has_ended(
    sm2_pki: PKI, value: bytes, expected: SubIndication | None
) -> None:
    leaf = sm2_pki.issue(DOCUMENT_SIGNER, not_after=FOUNDED + 60 * DAY).certificate
    kept = extension(EXPIRED_CERTIFICATES.dotted_string, value)
    made = revocation_list(
        sm2_pki.issuing, this_update=FOUNDED + 90 * DAY, change=lambda tbs: with_extension(tbs, kept)
    )
    assert ended(leaf, sm2_pki, made) is expected


def test_our_lists_keep_what_has_ended(sm2_pki: PKI) -> None:
    leaf = sm2_pki.issue(DOCUMENT_SIGNER, not_after=FOUNDED + 60 * DAY).certificate
    made = revocation_list(sm2_pki.issuing, this_update=FOUNDED + 90 * DAY)
    assert made.keeps_expired_since == sm2_pki.issuing.certificate.not_before
    assert ended(leaf, sm2_pki, made) is None


def test_a_list_of_another_issuer(pki: PKI) -> None:
    assert said(pki, revocation_list(pki.root)) is SubIndication.TRY_LATER


def test_a_list_in_the_issuers_name_by_another_key(pki: PKI) -> None:
    forger = PKI.found(pki.algorithm)
    forged = revocation_list(pki.issuing, signer=forger.issuing.signer)
    assert forged.issuer == pki.issuing.certificate.subject
    assert not forged.is_signed_by(pki.issuing.certificate)
    assert said(pki, forged) is SubIndication.TRY_LATER
    assert said(pki, forged, naming(pki, FOUNDED)) is SubIndication.REVOKED


def test_a_changed_list(pki: PKI) -> None:
    made = naming(pki, FOUNDED)
    cleared = RevocationList(grafted(made.der, 0, 5, put=b""))
    assert cleared.entry(pki.signer.certificate.serial) is None
    assert said(pki, cleared) is SubIndication.TRY_LATER


def test_a_list_by_somebody_who_may_not_sign_lists(pki: PKI) -> None:
    usage = extension("2.5.29.15", key_usage((KEY_CERT_SIGN,)), critical=True)
    authority = pki.issue(ISSUING, pki.root, subject="no lists", change=lambda tbs: with_extension(tbs, usage))
    leaf = pki.issue(DOCUMENT_SIGNER, authority).certificate
    made = revocation_list(authority)
    assert not made.is_signed_by(authority.certificate)
    check = check_revocation(leaf, authority.certificate, [made], at=AT, time_is_proven=False, step="")
    assert check.finding is not None
    assert check.finding.sub_indication is SubIndication.TRY_LATER


def test_a_list_of_an_unknown_algorithm(pki: PKI) -> None:
    unknown = der.sequence(der.oid("1.2.3"))
    made = revocation_list(pki.issuing, change=lambda tbs: grafted(tbs, 1, put=unknown), algorithm=unknown)
    assert not made.is_signed_by(pki.issuing.certificate)


def test_the_algorithm_outside_must_be_the_one_inside(pki: PKI) -> None:
    with pytest.raises(RevocationListMalformed):
        revocation_list(pki.issuing, algorithm=der.sequence(der.oid("1.2.3")))


DELTA = extension("2.5.29.27", der.integer(1))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tbs: with_extension(tbs, UNKNOWN_CRITICAL), id="an unknown critical extension"),
        pytest.param(
            lambda tbs: with_extension(tbs, extension("2.5.29.28", der.sequence(), critical=True)), id="shard"
        ),
        pytest.param(lambda tbs: with_extension(tbs, DELTA), id="a delta, not critical"),
    ],
)
def test_a_list_that_is_not_complete(pki: PKI, change: Callable[[bytes], bytes]) -> None:
    made = revocation_list(pki.issuing, change=change)
    assert not made.is_complete
    assert said(pki, made) is SubIndication.TRY_LATER


def test_an_unknown_extension_that_is_not_critical(pki: PKI) -> None:
    harmless = extension("2.25.1", der.null())
    assert said(pki, revocation_list(pki.issuing, change=lambda tbs: with_extension(tbs, harmless))) is None


def test_a_list_with_one_extension_twice_is_not_complete(pki: PKI) -> None:
    def twice(tbs: bytes) -> bytes:
        number = extension("2.5.29.20", der.integer(1))
        return grafted(tbs, len(der.parse(tbs).sequence()) - 1, 0, put=der.sequence(number, number))

    assert not revocation_list(pki.issuing, change=twice).is_complete


def first_version(tbs: bytes) -> bytes:
    """Return a TBSCertList of version 1: no version, no extensions."""
    return grafted(grafted(tbs, len(der.parse(tbs).sequence()) - 1, put=b""), 0, put=b"")


def test_a_list_of_version_1(pki: PKI) -> None:
    made = revocation_list(pki.issuing, change=first_version)
    assert made.issuer == pki.issuing.certificate.subject
    assert said(pki, made) is None


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_certificate_with_a_negative_serial_number(sm2_pki: PKI) -> None:
    leaf = sm2_pki.issue(DOCUMENT_SIGNER, change=lambda tbs: grafted(tbs, 1, put=der.integer(-5))).certificate
    lists = [revocation_list(sm2_pki.issuing)]
    check = check_revocation(leaf, sm2_pki.issuing.certificate, lists, at=AT, time_is_proven=False, step="")
    assert check.outcome in Outcome  # whatever it is, it is an answer


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "garbage": lambda _: b"garbage",
    "cut off": lambda encoded: encoded[:-1],
    "a trailing octet": lambda encoded: encoded + b"\0",
    "nothing inside": lambda _: der.sequence(),
    "no issuer": lambda encoded: grafted(encoded, 0, 2, put=b""),
    "month 13": lambda encoded: grafted(encoded, 0, 3, put=der.tlv(0x17, b"261301000000Z")),
    "version 4": lambda encoded: grafted(encoded, 0, 0, put=der.integer(3)),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_list(pki: PKI, how: str) -> None:
    with pytest.raises(RevocationListMalformed):
        RevocationList(MALFORMED[how](revocation_list(pki.issuing).der))


def test_a_certificate_is_no_list(pki: PKI) -> None:
    with pytest.raises(RevocationListMalformed):
        RevocationList(pki.root.certificate.der)


def test_what_the_reason_tells_an_expert(pki: PKI) -> None:
    lists = [naming(pki, FOUNDED)]
    check = check_revocation(
        pki.signer.certificate, pki.issuing.certificate, lists, at=AT, time_is_proven=False, step=""
    )
    assert check.finding is not None
    assert check.finding.reason == "某市市场监督管理局 was revoked at 2026-01-01 00:00:00Z"
    missing = check_revocation(
        pki.signer.certificate, pki.issuing.certificate, [], at=AT, time_is_proven=False, step=""
    )
    assert "测试签发机构" in str(missing.finding)


# --- what is told of it


def test_what_told_the_state_of_a_certificate_is_told(sm2_pki: PKI) -> None:
    made = naming(sm2_pki, AT - DAY, this_update=AT - 3 * DAY)
    signer, issuing = sm2_pki.signer.certificate, sm2_pki.issuing.certificate
    for lists, revoked in (((made,), AT - DAY), ((revocation_list(sm2_pki.issuing, this_update=AT - 3 * DAY),), None)):
        status = check_revocation(signer, issuing, lists, at=AT, time_is_proven=False, step="1").revocation
        assert status is not None
        assert (status.certificate, status.fingerprint) == (signer.common_name, signer.fingerprint)
        assert (status.source, status.told_by) == (StatusSource.LIST, lists[0].der)
        assert (status.at, status.made_at, status.next_update) == (AT, AT - 3 * DAY, lists[0].next_update)
        assert (status.age, status.revoked_at, status.reason) == (3 * DAY, revoked, None)


def test_news_from_after_the_moment_has_no_age(sm2_pki: PKI) -> None:
    late = revocation_list(sm2_pki.issuing, this_update=AT + DAY)
    check = check_revocation(
        sm2_pki.signer.certificate, sm2_pki.issuing.certificate, [late], at=AT, time_is_proven=False, step="1"
    )
    assert check.revocation is not None
    assert check.revocation.age == timedelta()


def test_where_nothing_is_at_hand_nothing_is_told(sm2_pki: PKI) -> None:
    check = check_revocation(
        sm2_pki.signer.certificate, sm2_pki.issuing.certificate, [], at=AT, time_is_proven=False, step="1"
    )
    assert (check.outcome, check.revocation) == (Outcome.INDETERMINATE, None)

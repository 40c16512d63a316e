"""Lists in shards: each certificate names one, each is published in good time, and none grows without end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
from cryptography import x509

from tests.builders import FOUNDED, PKI, revocation_list, with_extension, without_extension
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from tests.trust.authorities import ADDRESS, EVENT, established, issued, revoke
from trust import pki_repository
from trust.asn1 import der
from trust.authority import Authorities
from trust.certificates import Certificate
from trust.lists import SHARD_SIZE
from trust.pki_repository import ListId
from trust.profiles import DOCUMENT_SIGNER, ISSUING, extension, uniform_resource
from trust.repository import next_number
from trust.revocation import RevocationList, check_revocation
from trust.revocation_scope import Scope
from trust.signing import SigningUnavailable
from trust.store import Store
from trust.verdict import SubIndication

AT: Final = FOUNDED + timedelta(days=1)
HERE: Final = f"{ADDRESS}/issuing/0.crl"
ELSEWHERE: Final = f"{ADDRESS}/issuing/1.crl"


@pytest.fixture
def custody() -> MemoryCustody:
    """Make an empty custody."""
    return MemoryCustody()


@pytest.fixture
def authorities(store: Store, custody: MemoryCustody) -> Authorities:
    """Establish a root and an issuing authority, without lists."""
    return established(store, custody)


def kept(authorities: Authorities) -> dict[ListId, int]:
    """Return which lists there are, and how many entries each has."""
    with authorities.store.reading() as view:
        return {place: one.entries for place, one in pki_repository.kept_lists(view).items()}


def take(authorities: Authorities, numbers: int) -> None:
    """Let so many certificates be issued by the issuing authority, without making them."""
    with authorities.store.transaction() as tx:
        for _ in range(numbers):
            next_number(tx, "certificate:issuing")
        tx.record(EVENT)


def shard_of(certificate: Certificate) -> str:
    """Return the address that a certificate names."""
    points = x509.load_der_x509_certificate(certificate.der).extensions
    (point,) = points.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    return str(point.full_name[0].value)


def test_every_authority_has_its_lists_and_subscribers_alone_have_shards(authorities: Authorities) -> None:
    assert authorities.keep_lists_fresh() == ("issuing", "root")
    assert kept(authorities) == {ListId("root"): 0, ListId("issuing"): 0, ListId("issuing", 0): 0}
    with authorities.store.reading() as view:
        issuing = authorities.get(view, "issuing").certificate
    assert shard_of(issuing) == f"{ADDRESS}/root.crl"
    assert shard_of(issued(authorities)) == HERE


def test_shards_are_filled_one_after_the_other(sqlite_store: Store, custody: MemoryCustody) -> None:
    authorities = established(sqlite_store, custody)
    with authorities.store.transaction() as tx:
        taken = [authorities.lists.take_shard(tx, "issuing") for _ in range(2)]
        tx.record(EVENT)
    take(authorities, SHARD_SIZE - 3)
    assert shard_of(issued(authorities)) == HERE
    assert shard_of(issued(authorities)) == ELSEWHERE
    assert taken == [0, 0]


def test_the_next_shard_is_there_before_a_certificate_names_it(sqlite_store: Store, custody: MemoryCustody) -> None:
    authorities = established(sqlite_store, custody)
    take(authorities, SHARD_SIZE // 2 - 1)
    authorities.keep_lists_fresh()
    assert ListId("issuing", 1) not in kept(authorities)
    take(authorities, 1)
    assert authorities.keep_lists_fresh() == ("issuing",)
    assert ListId("issuing", 1) in kept(authorities)


def test_a_revocation_is_published_at_once_and_nowhere_else(authorities: Authorities) -> None:
    certificate = issued(authorities)
    authorities.keep_lists_fresh()
    revoke(authorities, certificate)
    before = kept(authorities)
    authorities.publish_revoked()
    assert before | {ListId("issuing"): 1, ListId("issuing", 0): 1} == kept(authorities)
    with authorities.store.reading() as view:
        numbers = {place: one.number for place, one in pki_repository.kept_lists(view).items()}
        shard = pki_repository.revocation_list(view, "issuing", 0)
    assert numbers == {ListId("root"): 1, ListId("issuing"): 2, ListId("issuing", 0): 2}
    assert shard is not None
    assert shard.number == 2
    assert shard.entry(certificate.serial) is not None
    authorities.publish_revoked()
    assert authorities.keep_lists_fresh() == ()


def test_what_tells_of_a_few_certificates_is_at_hand_for_who_names_them(authorities: Authorities) -> None:
    certificate = issued(authorities)
    authorities.keep_lists_fresh()
    with authorities.store.reading() as view:
        usual = authorities.evidence(view)
        shard = pki_repository.revocation_list(view, "issuing", 0)
        named = authorities.evidence(view, naming=(certificate,))
        strange = authorities.evidence(view, naming=(PKI.found().signer.certificate,))
    assert shard is not None
    assert shard not in usual.revocation_lists
    assert set(named.revocation_lists) == {shard, *usual.revocation_lists}
    assert strange == usual


def test_a_long_complete_list_waits_for_the_next_round(authorities: Authorities, clock: SettableClock) -> None:
    certificate = issued(authorities)
    authorities.keep_lists_fresh()
    clock.advance(timedelta(minutes=1))
    revoke(authorities, certificate)
    authorities.lists.at_once = 0
    authorities.publish_revoked()
    assert (kept(authorities)[ListId("issuing")], kept(authorities)[ListId("issuing", 0)]) == (0, 1)
    with authorities.store.reading() as view:
        # Whoever judges has the shard beside the complete list, as long as that one is older.
        told = [one.entry(certificate.serial) is not None for one in authorities.evidence(view).revocation_lists]
        assert told.count(True) == 1
    clock.advance(timedelta(minutes=1))
    assert authorities.keep_lists_fresh() == ("issuing",)
    with authorities.store.reading() as view:
        assert len(authorities.evidence(view).revocation_lists) == 2


def test_one_key_that_does_not_answer_keeps_no_other_list_back(
    authorities: Authorities, custody: MemoryCustody
) -> None:
    with authorities.store.reading() as view:
        root = authorities.get(view, "root")
    taken = custody.keys.pop(root.key.handle)
    with pytest.raises(SigningUnavailable):
        authorities.keep_lists_fresh()
    assert set(kept(authorities)) == {ListId("issuing"), ListId("issuing", 0)}
    custody.keys[root.key.handle] = taken
    assert authorities.keep_lists_fresh() == ("root",)


def test_the_last_list_of_an_authority_ends_with_it(authorities: Authorities, clock: SettableClock) -> None:
    with authorities.store.reading() as view:
        end = authorities.get(view, "issuing").certificate.not_after
    clock.set(end - timedelta(days=3))
    authorities.keep_lists_fresh()
    with authorities.store.reading() as view:
        assert pki_repository.kept_lists(view)[ListId("issuing")].next_update == end
    clock.set(end - timedelta(hours=1))
    assert "issuing" not in authorities.keep_lists_fresh()
    clock.set(end + timedelta(seconds=1))
    assert "issuing" not in authorities.keep_lists_fresh()


def test_lists_are_read_once(authorities: Authorities) -> None:
    authorities.keep_lists_fresh()
    with authorities.store.reading() as view:
        first, again = (authorities.evidence(view).revocation_lists for _ in range(2))
    assert all(one is other for one, other in zip(first, again, strict=True))
    authorities.publish("root")
    with authorities.store.reading() as view:
        after = authorities.evidence(view).revocation_lists
    assert [one in first for one in after] == [True, False]


# --- what a shard tells


def shard(pki: PKI, point: bytes, revoked: Sequence[Certificate] = ()) -> RevocationList:
    """Return a list with an issuingDistributionPoint of this value."""
    told = extension("2.5.29.28", point, critical=True)
    return revocation_list(
        pki.issuing,
        dict.fromkeys(revoked, FOUNDED),
        this_update=AT,
        change=lambda tbs: with_extension(tbs, told),
    )


def full_name(*addresses: str) -> bytes:
    """Return the distributionPoint of an issuingDistributionPoint."""
    return der.context(0, der.context(0, *map(uniform_resource, addresses)))


def said(pki: PKI, certificate: Certificate, *lists: RevocationList) -> SubIndication | None:
    """Return what `lists` say of a certificate of the issuing authority."""
    issuer = pki.issuing.certificate
    check = check_revocation(certificate, issuer, lists, at=AT, time_is_proven=False, step="")
    return check.finding.sub_indication if check.finding else None


def test_a_shard_tells_of_the_certificates_that_name_it(pki: PKI) -> None:
    mine = pki.issue(DOCUMENT_SIGNER, crl=HERE).certificate
    nameless = pki.signer.certificate
    assert said(pki, mine, shard(pki, der.sequence(full_name(HERE)))) is None
    assert said(pki, mine, shard(pki, der.sequence(full_name(ELSEWHERE, HERE)))) is None
    assert said(pki, mine, shard(pki, der.sequence(full_name(HERE)), [mine])) is SubIndication.REVOKED
    for other in (der.sequence(full_name(ELSEWHERE)), der.sequence(full_name(HERE + "/"))):
        assert said(pki, mine, shard(pki, other)) is SubIndication.TRY_LATER
    assert said(pki, nameless, shard(pki, der.sequence(full_name(HERE)))) is SubIndication.TRY_LATER


def test_a_newer_shard_of_others_does_not_hide_an_older_list(pki: PKI) -> None:
    mine = pki.issue(DOCUMENT_SIGNER, crl=HERE).certificate
    before = revocation_list(pki.issuing, {mine: FOUNDED}, this_update=AT - timedelta(hours=1))
    assert said(pki, mine, shard(pki, der.sequence(full_name(ELSEWHERE))), before) is SubIndication.REVOKED


USERS, AUTHORITIES = (der.context(number, b"\xff", constructed=False) for number in (1, 2))


def test_a_list_may_be_for_subscribers_or_for_authorities_alone(pki: PKI) -> None:
    leaf = pki.signer.certificate
    below = pki.issue(ISSUING, subject="below").certificate
    assert said(pki, leaf, shard(pki, der.sequence(USERS))) is None
    assert said(pki, leaf, shard(pki, der.sequence(AUTHORITIES))) is SubIndication.TRY_LATER
    assert said(pki, below, shard(pki, der.sequence(AUTHORITIES))) is None
    assert said(pki, below, shard(pki, der.sequence(USERS))) is SubIndication.TRY_LATER


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(der.sequence(), id="empty"),
        pytest.param(der.null(), id="no sequence"),
        pytest.param(der.sequence(full_name(HERE), full_name(HERE)), id="twice"),
        pytest.param(der.sequence(USERS, full_name(HERE)), id="out of order"),
        pytest.param(der.sequence(USERS, AUTHORITIES), id="both limits"),
        pytest.param(der.sequence(der.context(1, b"\0", constructed=False)), id="an explicit FALSE"),
        pytest.param(der.sequence(full_name(HERE), der.context(3, b"\6\x40", constructed=False)), id="some reasons"),
        pytest.param(der.sequence(full_name(HERE), der.context(4, b"\xff", constructed=False)), id="indirect"),
        pytest.param(der.sequence(full_name(HERE), der.context(5, b"\xff", constructed=False)), id="attributes"),
        pytest.param(der.sequence(der.context(0, der.context(0))), id="no name"),
        pytest.param(
            der.sequence(der.context(0, der.context(1, der.sequence(der.oid("2.5.4.3"), der.utf8_string("a"))))),
            id="relative to the issuer",
        ),
    ],
)
def test_a_list_whose_limits_are_not_understood_tells_nothing(sm2_pki: PKI, point: bytes) -> None:
    mine = sm2_pki.issue(DOCUMENT_SIGNER, crl=HERE).certificate
    made = shard(sm2_pki, point)
    assert made.scope is None
    assert said(sm2_pki, mine, made) is SubIndication.TRY_LATER


@pytest.mark.parametrize(
    "value",
    [
        der.sequence(),
        der.null(),
        der.sequence(full_name(HERE), full_name(HERE)),
        der.sequence(der.context(1, b"\0", constructed=False)),
        der.sequence(USERS, AUTHORITIES),
        der.sequence(der.context(0, der.null())),
    ],
)
def test_a_scope_is_read_strictly(value: bytes) -> None:
    with pytest.raises(der.Malformed):
        Scope.read(value)


def test_a_limit_that_is_not_critical_is_a_limit_all_the_same(sm2_pki: PKI) -> None:
    told = extension("2.5.29.28", der.sequence(full_name(ELSEWHERE)))
    made = revocation_list(sm2_pki.issuing, this_update=AT, change=lambda tbs: with_extension(tbs, told))
    assert not made.is_complete
    mine = sm2_pki.issue(DOCUMENT_SIGNER, crl=HERE).certificate
    assert said(sm2_pki, mine, made) is SubIndication.TRY_LATER


def test_a_number_is_read_where_there_is_one(sm2_pki: PKI) -> None:
    assert revocation_list(sm2_pki.issuing, number=7).number == 7
    assert revocation_list(sm2_pki.issuing, change=lambda tbs: without_extension(tbs, "2.5.29.20")).number is None

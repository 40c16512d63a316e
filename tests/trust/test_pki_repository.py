"""What is kept of certification: authorities and generations, certificates and revocations, lists and responders."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.builders import PKI, grafted, revocation_list
from tests.fakes.clock import NOW
from tests.trust.authorities import EVENT, keep, known
from trust import pki_repository as repository
from trust.pki_repository import ListId, Responder
from trust.profiles import DOCUMENT_SIGNER, OCSP_RESPONDER
from trust.revocation import Revocation
from trust.signing import KeyPurpose
from trust.store import LostRace, Store, Transaction


def test_authorities(store: Store, pki: PKI) -> None:
    keep(store, pki)
    with store.reading() as view:
        issuing, root = repository.authorities(view)
        assert repository.authority(view, "root") == root
        assert repository.authority(view, "none") is None
    assert (root.name, root.certificate, root.issuer) == ("root", pki.root.certificate, None)
    assert (issuing.name, issuing.certificate, issuing.issuer) == ("issuing", pki.issuing.certificate, "root")
    assert issuing.key == pki.issuing.key
    assert issuing.key.purpose is KeyPurpose.CERTIFICATION


def test_revocations(store: Store, sm2_pki: PKI) -> None:
    first, second = sm2_pki.issue(DOCUMENT_SIGNER), sm2_pki.issue(DOCUMENT_SIGNER)
    keep(store, sm2_pki, first, second)
    with store.reading() as view:
        assert repository.revocations(view, ListId("issuing")) == ()
    for at, reason in ((NOW, 1), (NOW + timedelta(days=1), 4)):  # the second time changes nothing
        with store.transaction() as tx:
            repository.revoke_certificate(tx, first.certificate, at=at, reason=reason)
            tx.record(EVENT)
    with store.reading() as view:
        expected = Revocation(serial=first.certificate.serial, at=NOW, reason=1)
        assert repository.revocations(view, ListId("issuing")) == (expected,)
        assert repository.revocations(view, ListId("root")) == ()


def test_a_serial_number_is_given_once(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki, sm2_pki.signer)
    with pytest.raises(LostRace), store.transaction() as tx:
        keep_again(tx, sm2_pki)


def keep_again(tx: Transaction, sm2_pki: PKI) -> None:
    """Keep the signer's certificate once more."""
    repository.add_certificate(tx, sm2_pki.signer.certificate, issuer="issuing", key=sm2_pki.signer.key)
    tx.record(EVENT)


def test_revocation_lists(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    lists = {number: revocation_list(sm2_pki.issuing, number=number) for number in (1, 2, 3)}
    for number, expected in ((2, 2), (1, 2), (3, 3), (3, 3)):
        with store.transaction() as tx:
            repository.put_revocation_list(tx, ListId("issuing"), lists[number], known(lists[number], number=number))
            tx.record(EVENT)
        with store.reading() as view:
            assert repository.revocation_list(view, "issuing") == lists[expected]
            assert repository.revocation_list(view, "root") is None


def test_an_older_list_never_replaces_a_newer_one(postgres_store: Store, sm2_pki: PKI) -> None:
    # SQLite lets writers in one after the other, so that only PostgreSQL can show this.
    keep(postgres_store, sm2_pki)
    lists = {number: revocation_list(sm2_pki.issuing, number=number) for number in (1, 2, 3)}

    def put(number: int) -> None:
        with postgres_store.transaction() as tx:
            repository.put_revocation_list(tx, ListId("issuing"), lists[number], known(lists[number], number=number))
            if number == 2:  # the slower one: it has looked, and now it is overtaken
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(put, 3).result(timeout=20)
            tx.record(EVENT)

    put(1)
    with suppress(LostRace):  # as good: it will look again
        put(2)
    with postgres_store.reading() as view:
        assert repository.revocation_list(view, "issuing") == lists[3]


def test_a_list_without_an_end_is_kept(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    endless = revocation_list(sm2_pki.issuing, change=lambda tbs: grafted(tbs, 4, put=b""))
    with store.transaction() as tx:
        repository.put_revocation_list(tx, ListId("issuing"), endless, known(endless))
        tx.record(EVENT)
    with store.reading() as view:
        assert repository.revocation_list(view, "issuing") == endless


def test_what_belongs_on_which_list(store: Store, sm2_pki: PKI) -> None:
    parties = [sm2_pki.issue(DOCUMENT_SIGNER) for _ in range(4)]
    keep(store, sm2_pki, parties[0], shard=None)
    with store.transaction() as tx:
        for shard, party in enumerate(parties[1:3]):
            repository.add_certificate(tx, party.certificate, issuer="issuing", key=party.key, shard=shard)
        repository.add_certificate(tx, parties[3].certificate, issuer="issuing", key=parties[3].key, shard=1)
        tx.flush()
        for party in (parties[0], parties[1], parties[3]):
            assert repository.revoke_certificate(tx, party.certificate, at=NOW, reason=1)
        tx.record(EVENT)
    serials = [one.certificate.serial for one in parties]
    with store.reading() as view:
        assert repository.revoked(view) == {ListId("issuing"): 3, ListId("issuing", 0): 1, ListId("issuing", 1): 1}
        on = {shard: {one.serial for one in repository.revocations(view, ListId("issuing", shard))} for shard in (0, 1)}
        assert on == {0: {serials[1]}, 1: {serials[3]}}
        assert {one.serial for one in repository.revocations(view, ListId("issuing"))} == {
            serials[0],
            serials[1],
            serials[3],
        }


def test_the_status_of_a_serial_number(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki, sm2_pki.signer)
    serial = sm2_pki.signer.certificate.serial
    with store.reading() as view:
        assert repository.status(view, "issuing", serial) == (True, None)
        assert repository.status(view, "root", serial) == (False, None)
        assert repository.status(view, "issuing", serial + 1) == (False, None)
        assert repository.certificate(view, sm2_pki.signer.certificate.fingerprint) == sm2_pki.signer.certificate
        assert repository.certificate(view, "none") is None
    with store.transaction() as tx:
        repository.revoke_certificate(tx, sm2_pki.signer.certificate, at=NOW, reason=3)
        tx.record(EVENT)
    with store.reading() as view:
        expected = Revocation(serial=serial, at=NOW, reason=3)
        assert repository.status(view, "issuing", serial) == (True, expected)


def test_responders_follow_each_other(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    for _ in range(2):
        party = sm2_pki.issue(OCSP_RESPONDER)
        expected = Responder(authority="issuing", key=party.key, certificate=party.certificate)
        with store.transaction() as tx:
            repository.put_responder(tx, expected)
            tx.record(EVENT)
        with store.reading() as view:
            assert repository.responder(view, "issuing") == expected
            assert repository.responder(view, "root") is None


def test_where_lists_are_published() -> None:
    assert ListId("issuing").path == "issuing.crl"
    assert ListId("issuing", 3).path == "issuing/3.crl"
    assert (ListId("issuing").is_complete, ListId("issuing", 0).is_complete) == (True, False)


def test_what_is_known_of_lists_without_reading_them(store: Store, sm2_pki: PKI) -> None:
    keep(store, sm2_pki)
    made = revocation_list(sm2_pki.issuing)
    with store.transaction() as tx:
        for shard in (-1, 2):
            place = ListId("issuing", shard)
            repository.put_revocation_list(tx, place, made, known(made, number=9, entries=shard))
        tx.record(EVENT)
    with store.reading() as view:
        assert repository.kept_lists(view) == {
            ListId("issuing"): known(made, number=9, entries=-1),
            ListId("issuing", 2): known(made, number=9, entries=2),
        }
        assert repository.count(view, "certificate:none") == 0

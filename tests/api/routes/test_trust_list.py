"""The trust list as it is published: made from the state, signed when something changed, enough to verify by."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from seal.verification.files import judge_file
from tests.api.builders import Furnished, Service, copied, served
from tests.builders import PKI
from tests.fakes.clock import NOW, SettableClock
from trust.authority import Authorities
from trust.blobs import BlobId, BlobStore
from trust.certificates import Certificate
from trust.founding import Role
from trust.paths import Evidence
from trust.rotation import Rotation
from trust.signing import SigningUnavailable
from trust.store import Reading
from trust.trust_list import ListedState
from trust.trust_list_publishing import LOOK_PAUSE
from trust.trust_list_reading import JudgedTrustList, read_trust_list
from trust.validation_policy import Purpose
from trust.verdict import Outcome

PATH = "/pki/trust-list"


def root_of(service: Service) -> Certificate:
    """Return what a verifier has pinned: the SM2 root."""
    with service.instance.base.store.reading() as view:
        return service.instance.base.authorities.get(view, "root-sm2").certificate


def read(service: Service, *, remembered: int = 0) -> JudgedTrustList:
    """Get the list, and read it as a stranger who has pinned the SM2 root."""
    answer = service.ask("GET", PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return read_trust_list(answer.content, (root_of(service),), now=service.clock.now(), remembered=remembered)


def wait(service: Service) -> None:
    """Let pass what is waited between two looks at the state."""
    service.clock.advance(LOOK_PAUSE)


def rotate(service: Service, role: Role) -> None:
    """Let a new key take over."""
    base = service.instance.base
    Rotation(store=base.store, custody=base.custody, authorities=base.authorities).rotate(role, actor="test")


def test_what_is_on_it(shared: Service) -> None:
    judged = read(shared)
    told = judged.trust_list
    assert judged.verdict.outcome is Outcome.PASSED
    assert (told.source, told.issued) == (shared.instance.base.settings.public_url, NOW.replace(microsecond=0))
    assert {one.name for one in told.anchors} == {"root-sm2", "root-p256"}
    assert {one.name for one in told.authorities} == {"issuing-sm2", "issuing-p256"}
    assert {one.name: set(one.purposes) for one in told.signers} == {
        "seal-maker-1": {Purpose.SEAL_MAKING},
        "tsa-sm2-1": {Purpose.TIME_STAMPING},
        "tsa-p256-1": {Purpose.TIME_STAMPING},
        "licence-claim-1": {Purpose.LICENCE_CLAIM},
        "audit-1": {Purpose.AUDIT},
        "trust-list-1": {Purpose.TRUST_LIST},
        "delegation-1": {Purpose.DELEGATION},
    }
    assert {one.state for one in told.all} == {ListedState.ACTIVE}
    assert told.next_update - told.issued <= timedelta(days=7)
    assert {one.issuer for one in told.revocation_lists} == {
        one.certificate.subject for one in (*told.anchors, *told.authorities)
    }


def test_caches_are_told_whether_it_is_still_the_same(shared: Service) -> None:
    first = shared.ask("GET", PATH)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=600"
    for told in (tag, f"W/{tag}", f'"other", {tag}'):
        again = shared.ask("GET", PATH, headers={"If-None-Match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert shared.ask("GET", PATH, headers={"If-None-Match": '"other"'}).content == first.content


def test_the_same_list_for_everybody_until_something_changes(service: Service) -> None:
    first = read(service).trust_list
    wait(service)
    assert read(service).trust_list == first
    rotate(service, Role.LICENCE_CLAIM)
    assert read(service).trust_list == first  # for as long as nobody looks again
    wait(service)
    second = read(service, remembered=first.sequence).trust_list
    assert second.sequence == first.sequence + 1
    states = {one.name: one.state for one in second.signers if one.name.startswith("licence-claim")}
    assert states == {"licence-claim-1": ListedState.SUPERSEDED, "licence-claim-2": ListedState.ACTIVE}


def test_another_process_hands_out_the_same_list(service: Service) -> None:
    first = service.ask("GET", PATH).content
    folder = service.instance.base.settings.data_dir
    with served(folder, SettableClock(NOW + timedelta(minutes=1))) as other:
        assert other.ask("GET", PATH).content == first


def test_a_key_that_was_revoked_is_told(service: Service) -> None:
    first = read(service).trust_list
    base = service.instance.base
    certificate = service.instance.service_keys.certificate(Role.AUDIT)
    with base.store.transaction() as tx:
        base.authorities.revoke(tx, certificate, reason=4, actor="test")
    base.authorities.keep_lists_fresh()
    wait(service)
    second = read(service, remembered=first.sequence).trust_list
    assert {one.name for one in second.all if one.state is ListedState.REVOKED} == {"audit-1"}


def test_a_list_is_renewed_before_its_end(service: Service) -> None:
    first = read(service).trust_list
    service.clock.advance(timedelta(days=5, hours=1))
    service.instance.base.authorities.keep_lists_fresh()
    second = read(service, remembered=first.sequence).trust_list
    assert second.sequence == first.sequence + 1
    assert second.next_update > first.next_update


def test_a_file_that_was_lost_is_made_anew(service: Service) -> None:
    first = read(service).trust_list
    lost = 0
    for path in service.instance.base.settings.blobs.glob("??/*/*"):
        if b'"payload"' in service.instance.blobs.get(BlobId(path.name)):
            path.unlink()
            lost += 1
    assert lost
    wait(service)
    assert read(service, remembered=first.sequence).trust_list.sequence == first.sequence + 1


def test_a_custody_that_does_not_answer(service: Service) -> None:
    class Silent:
        def sign(self, *_: object) -> bytes:
            raise SigningUnavailable

    first = read(service).trust_list
    rotate(service, Role.LICENCE_CLAIM)
    lists = service.instance.trust_lists
    service.instance.service_keys.custody = Silent()  # type: ignore[assignment] # the port of a device that is away
    wait(service)
    assert read(service).trust_list == first  # which is right in all that it says, for a while
    service.clock.advance(timedelta(days=8))
    answer = service.ask("GET", PATH)
    assert (answer.status_code, answer.json()["code"]) == (503, "keys.signing_unavailable")
    assert lists.kept is not None


def test_the_list_alone_is_enough_to_verify_by(furnished_folder: Furnished, tmp_path: Path) -> None:
    """Seal, signatures, time-stamps of a licence and of a document: judged with the list and nothing else."""
    with served(copied(furnished_folder.folder, tmp_path / "instance")) as service:
        evidence = read(service).evidence
    for pdf in (furnished_folder.licence_pdf, furnished_folder.stamped_pdf):
        for known, expected in ((evidence, Outcome.PASSED), (Evidence(), Outcome.INDETERMINATE)):
            assert judge_file(pdf, known, now=NOW).document.outcome is expected


def test_no_cache_is_told_more_than_the_list(shared: Service) -> None:
    told = json.loads(shared.ask("GET", PATH).content)
    assert set(told) == {"payload", "signature", "certificates"}
    assert len(told["certificates"]) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_writes_it(shared: Service, method: str) -> None:
    assert shared.ask(method, PATH).status_code == 405


class SlowBlobs:
    """A file store in which something else happens before the first file is put there."""

    def __init__(self, inner: BlobStore, meanwhile: Callable[[], object]) -> None:
        self.inner, self.meanwhile = inner, [meanwhile]

    def put(self, content: bytes) -> BlobId:
        if self.meanwhile:
            self.meanwhile.pop()()
        return self.inner.put(content)

    def put_all(self, contents: Sequence[bytes]) -> tuple[BlobId, ...]:
        return tuple(self.put(content) for content in contents)

    def get(self, name: BlobId) -> bytes:
        return self.inner.get(name)

    def remove(self, name: BlobId) -> None:
        self.inner.remove(name)


def test_of_two_processes_the_higher_number_stays_the_newest(service: Service) -> None:
    fast = service.instance.trust_lists
    slow = replace(fast, blobs=SlowBlobs(service.instance.blobs, fast.publish))
    assert slow.publish().sequence == 2  # it had drawn 1, and the other was done before
    assert read(service).trust_list.sequence == 2


def test_an_anchor_of_somebody_else_is_listed_for_what_it_is_for(service: Service, p256_pki: PKI) -> None:
    instance = service.instance

    class Outside(Authorities):
        """Authorities that trust one more root, for time-stamps alone."""

        @override
        def evidence(self, view: Reading, *, naming: Iterable[Certificate] = ()) -> Evidence:
            ours, other = super().evidence(view, naming=naming), p256_pki.root.certificate
            policy = ours.policy.limiting(other, frozenset({Purpose.TIME_STAMPING}))
            return replace(ours, anchors=(*ours.anchors, other), policy=policy)

    base = instance.base
    authorities = Outside(base.store, base.custody, address=base.settings.pki_url)
    encoded = replace(instance.trust_lists, authorities=authorities).publish().encoded
    told = read_trust_list(encoded, (root_of(service),), now=NOW).trust_list
    assert {one.name: set(one.purposes) for one in told.anchors} == {
        "root-sm2": set(Purpose),
        "root-p256": set(Purpose),
        "Test Root": {Purpose.TIME_STAMPING},
    }

"""Status lists over HTTP: enough, with the trust list, to check a licence without asking for it."""

from licence.claim import read_claim
from licence.status_list import LicenceStatus, read_status_list
from tests.api.builders import Furnished, Service
from trust.trust_list_reading import read_trust_list
from trust.verdict import Outcome


def code_of(service: Service, furnished: Furnished) -> str:
    """Return the code of the type of the licence that was issued."""
    with service.instance.base.store.reading() as view:
        return service.instance.catalogue.require(view, furnished.type).code


def test_a_licence_is_checked_without_anybody_seeing_which(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    """What a phone does that was here once: trust list, status list, and the claim of a QR code."""
    service, now = shared_furnished, shared_furnished.clock.now()
    with service.instance.base.store.reading() as view:
        root = service.instance.base.authorities.get(view, "root-sm2").certificate
    trusted = read_trust_list(service.ask("GET", "/pki/trust-list").content, (root,), now=now).trust_list
    answer = service.ask("GET", f"/status-lists/{code_of(service, furnished_folder)}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    status_list, verdict = read_status_list(answer.content, trusted, now=now)
    assert verdict.outcome is Outcome.PASSED
    claim = read_claim(furnished_folder.claim.rpartition("/")[2]).claim
    assert (status_list.number, status_list.status(claim.status_index)) == (claim.status_list, LicenceStatus.VALID)


def test_a_list_is_asked_for_by_its_number_as_claims_name_it(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    claim = read_claim(furnished_folder.claim.rpartition("/")[2]).claim
    answer = shared_furnished.ask("GET", f"/status-lists/{claim.status_list}")
    assert (
        answer.content
        == shared_furnished.ask("GET", f"/status-lists/{code_of(shared_furnished, furnished_folder)}").content
    )
    for number in ("99", "0", "01", "12345"):
        answer = shared_furnished.ask("GET", f"/status-lists/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "licence.type_unknown")


def test_caches_are_told_whether_it_is_still_the_same(shared_furnished: Service, furnished_folder: Furnished) -> None:
    path = f"/status-lists/{code_of(shared_furnished, furnished_folder)}"
    first = shared_furnished.ask("GET", path)
    again = shared_furnished.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"].startswith("public, max-age=60")


def test_a_type_that_is_not_there(shared_furnished: Service) -> None:
    answer = shared_furnished.ask("GET", "/status-lists/11330000MB0000000X999")
    assert (answer.status_code, answer.json()["code"]) == (404, "licence.type_unknown")

"""Sign-on as it is administered: two administrators for a registration, and keys that are rotated."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from identity.duties import Duty, Grant
from identity.jose import JWSAlgorithm
from identity.openid.keys import KNOWN_AFTER
from tests.api.builders import Service
from tests.api.sign_on import Browser, SignOn, System, query_of

BODY: dict[str, Any] = {
    "redirect_uris": ["https://app.example/back"],
    "scopes": ["openid", "profile"],
    "level": 2,
    "reason": "政务服务大厅接入统一登录。",
}


@pytest.fixture(scope="module")
def system(shared: Service) -> System:
    return SignOn(shared).system()


def test_a_registration_is_in_force_once_another_person_has_agreed(shared: Service, system: System) -> None:
    administrator = shared.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    security = shared.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    path, key = f"/v1/clients/{system.client}/openid", {"Idempotency-Key": "one"}
    before = shared.ask("GET", path, token=administrator).json()
    proposed = shared.ask("PUT", path, token=administrator, json=BODY, headers=key)
    assert (proposed.status_code, proposed.json()["state"]) == (202, "proposed")
    assert proposed.json()["id"] == shared.ask("PUT", path, token=administrator, json=BODY, headers=key).json()["id"]
    assert before == shared.ask("GET", path, token=security).json()
    approval = f"/v1/proposals/{proposed.json()['id']}/approval"
    told = {"digest": proposed.json()["digest"]}
    assert shared.ask("POST", approval, token=administrator, json=told).status_code == 403
    assert shared.ask("POST", approval, token=security, json=told).status_code == 200
    after = shared.ask("GET", path, token=security).json()
    assert (after["registered"]["level"], after["sector"]) == (2, "app.example")
    browser = Browser(shared)
    answer = system.begin(browser, scope="openid offline_access")
    assert query_of(answer.headers["location"])["error"] == "invalid_scope"


def test_what_cannot_be_registered_is_refused_at_once(shared: Service, system: System) -> None:
    administrator = shared.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    key = {"Idempotency-Key": "two"}
    body = {**BODY, "redirect_uris": ["http://app.example/back"]}
    answer = shared.ask("PUT", f"/v1/clients/{system.client}/openid", token=administrator, json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "openid.metadata_malformed")
    nobody = shared.ask("PUT", "/v1/clients/nobody/openid", token=administrator, json=BODY, headers=key)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "identity.client_unknown")
    missing = shared.ask("GET", "/v1/clients/nobody/openid", token=administrator)
    assert (missing.status_code, missing.json()["code"]) == (404, "openid.not_registered")


def kid_of(service: Service, token: str, state: str, algorithm: str = "ES256") -> str:
    """Return the key that stands in a place."""
    kept = service.ask("GET", "/v1/openid/keys", token=token).json()
    return next(str(one["kid"]) for one in kept if (one["algorithm"], one["state"]) == (algorithm, state))


def test_keys_are_rotated_by_two(service: Service) -> None:
    security, other = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR)), service.bearer(Grant(Duty.AUDITOR))
    signing, coming = (kid_of(service, security, state) for state in ("current", "next"))

    def propose(kid: str, key: str) -> Response:
        body = {"algorithm": "ES256", "kid": kid, "reason": "定期轮换。"}
        headers = {"Idempotency-Key": key}
        return service.ask("POST", "/v1/openid/keys/rotations", token=security, json=body, headers=headers)

    early = propose(coming, "early")
    assert (early.status_code, early.json()["code"]) == (409, "openid.key_too_young")
    service.clock.advance(KNOWN_AFTER + timedelta(seconds=1))
    for kid in (signing, kid_of(service, security, "next", "SM2SM3")):
        wrong = propose(kid, kid)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "openid.key_not_next")
    proposal = propose(coming, "one").json()
    assert (proposal["kind"], proposal["subject"], proposal["content"]) == (
        "openid_key:rotate",
        "ES256",
        {"kid": coming},
    )
    assert service.ask("GET", f"/v1/proposals/{proposal['id']}", token=other).json()["before"] == {"kid": signing}
    assert kid_of(service, security, "current") == signing  # nothing has happened yet
    path, told = f"/v1/proposals/{proposal['id']}/approval", {"digest": proposal["digest"]}
    own = service.ask("POST", path, token=security, json=told)
    assert (own.status_code, own.json()["code"]) == (409, "lifecycle.four_eyes_required")
    assert service.ask("POST", path, token=other, json=told).json()["state"] == "approved"
    assert kid_of(service, security, "current") == coming
    assert propose(coming, "one").json()["id"] == proposal["id"]  # the same request, whatever has become of it


def test_a_rotation_that_was_overtaken_is_not_agreed_to(service: Service) -> None:
    security, other = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR)), service.bearer(Grant(Duty.AUDITOR))
    coming = kid_of(service, security, "next")
    service.clock.advance(KNOWN_AFTER + timedelta(seconds=1))
    body, key = {"algorithm": "ES256", "kid": coming, "reason": "定期轮换。"}, {"Idempotency-Key": "one"}
    proposal = service.ask("POST", "/v1/openid/keys/rotations", token=security, json=body, headers=key).json()
    service.instance.openid.keys.rotate(JWSAlgorithm.ES256, by="system")
    path, told = f"/v1/proposals/{proposal['id']}/approval", {"digest": proposal["digest"]}
    late = service.ask("POST", path, token=other, json=told)
    assert (late.status_code, late.json()["code"]) == (409, "openid.key_not_next")
    assert kid_of(service, security, "current") == coming


def test_a_key_that_somebody_else_may_have_is_let_go_by_one(service: Service) -> None:
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    coming = kid_of(service, security, "current")
    body = {"kid": coming, "reason": "密钥疑似泄露。"}
    lacking = service.ask("POST", "/v1/openid/keys/replacements", token=security, json={**body, "reason": "   "})
    assert (lacking.status_code, lacking.json()["code"]) == (400, "reason.missing")
    replaced = service.ask("POST", "/v1/openid/keys/replacements", token=security, json=body).json()
    again = service.ask("POST", "/v1/openid/keys/replacements", token=security, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "openid.key_not_published")
    assert kid_of(service, security, "current") == replaced["kid"]
    published = {one["kid"] for one in service.ask("GET", "/oauth2/jwks").json()["keys"]}
    assert (coming in published, replaced["kid"] in published) == (False, True)
    told = service.ask("GET", "/v1/instance/ceremonies", token=security).json()["events"]
    assert (told[0]["tag"], told[0]["subject"]) == ("key:stop_alone:done", coming)

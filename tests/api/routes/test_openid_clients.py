"""Sign-on as it is administered: two administrators for a registration, and keys that are rotated."""

from datetime import timedelta
from typing import Any

import pytest

from identity.duties import Duty, Grant
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


def test_the_security_administrator_rotates_keys(service: Service) -> None:
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    kept = service.ask("GET", "/v1/openid/keys", token=security).json()
    coming = next(one["kid"] for one in kept if one["algorithm"] == "ES256" and one["state"] == "next")
    early = service.ask("POST", "/v1/openid/keys/rotations", token=security, json={"algorithm": "ES256"})
    assert (early.status_code, early.json()["code"]) == (409, "openid.key_too_young")
    service.clock.advance(KNOWN_AFTER + timedelta(seconds=1))
    rotated = service.ask("POST", "/v1/openid/keys/rotations", token=security, json={"algorithm": "ES256"}).json()
    assert (rotated["kid"], rotated["state"]) == (coming, "current")
    body = {"algorithm": "ES256", "reason": "密钥疑似泄露。"}
    replaced = service.ask("POST", "/v1/openid/keys/replacements", token=security, json=body).json()
    published = {one["kid"] for one in service.ask("GET", "/oauth2/jwks").json()["keys"]}
    assert (coming in published, replaced["kid"] in published) == (False, True)

"""Business systems over HTTP: their life, their keys, what they may ask, and what they see of themselves."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.assertion import ASSERTION_TYPE
from identity.duties import Duty, Grant
from tests.api.builders import PUBLIC_URL, Service

Body = dict[str, Any]
TOKEN = "/oauth2/token"


class System:
    """A business system that is registered over HTTP, and those who administer it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.admin = service.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
        self.security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
        self.key = ECKey.generate_key("P-256")
        body = {
            "name": "综合业务系统",
            "organisation": service.organisation(),
            "public_jwk": self.key.as_dict(private=False),
            "description": "办理营业执照",
            "contact": "值班室 0571-8000000",
        }
        answer = self.ask("POST", "", self.admin, json=body)
        assert answer.status_code == 201, answer.text
        self.view: Body = answer.json()
        self.id: str = self.view["id"]

    def ask(self, method: str, path: str, token: str, **request: Any) -> Any:  # noqa: ANN401 - an answer
        once = {"Idempotency-Key": uuid4().hex}
        return self.service.ask(method, f"/v1/clients{path}", token=token, headers=once, **request)

    def approve(self) -> "System":
        assert self.ask("POST", f"/{self.id}/approval", self.security).status_code == 200
        return self

    def assertion(self, key: ECKey | None = None, **claims: object) -> str:
        told = {
            "iss": self.id,
            "sub": self.id,
            "aud": f"{PUBLIC_URL}{TOKEN}",
            "jti": secrets.token_hex(8),
            "exp": int((self.service.clock.now() + timedelta(minutes=2)).timestamp()),
        }
        return jwt.encode({"alg": "ES256"}, {**told, **claims}, key or self.key)

    def token(self, key: ECKey | None = None) -> Any:  # noqa: ANN401 - an answer
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(key),
        }
        return self.service.ask("POST", TOKEN, data=form)

    def bearer(self, key: ECKey | None = None) -> str:
        answer = self.token(key)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def agree(self, proposal: Body) -> Any:  # noqa: ANN401 - an answer
        path = f"/v1/proposals/{proposal['id']}/approval"
        return self.service.ask("POST", path, token=self.security, json={"digest": proposal["digest"]})


@pytest.fixture(scope="module")
def system(shared: Service) -> System:
    """Return a system that is approved, for tests that do not disturb each other."""
    return System(shared).approve()


def test_a_system_sees_what_is_on_record_of_it(system: System) -> None:
    own = system.ask("GET", "/self", system.bearer()).json()
    assert (own["id"], own["state"], own["contact"]) == (system.id, "active", "值班室 0571-8000000")
    assert own == system.ask("GET", f"/{system.id}", system.admin).json()
    (key,) = own["keys"]
    assert (key["algorithm"], key["state"]) == ("ES256", "active")
    assert key["kid"] == system.key.thumbprint()


def test_systems_are_listed(system: System) -> None:
    organisation = system.view["organisation"]
    listed = system.ask("GET", "", system.security, params={"organisation": organisation}).json()
    assert [one["id"] for one in listed["clients"]] == [system.id]
    assert listed["next"] is None
    page = system.ask("GET", "", system.security, params={"limit": 1}).json()
    assert len(page["clients"]) == 1
    assert page["next"] == page["clients"][0]["id"]


def test_systems_are_found_by_name_and_identifier(system: System) -> None:
    def found(text: str) -> list[str]:
        listed = system.ask("GET", "", system.security, params={"text": text, "limit": 200}).json()
        return [one["id"] for one in listed["clients"]]

    assert system.id in found("综合业务")
    assert [system.id] == found(system.id)
    assert found("%") == []


def test_what_is_left_of_the_quotas_is_told_to_who_administers(service: Service) -> None:
    system = System(service).approve()
    usual = system.ask("GET", f"/{system.id}/usage", system.admin).json()
    system.ask("PUT", f"/{system.id}/quotas", system.admin, json={"requests_per_minute": 77})
    before = system.ask("GET", f"/{system.id}/usage", system.admin).json()
    assert [(one["name"], one["window"]) for one in before] == [("minute", 60), ("day", 86400), ("stampings", 86400)]
    assert (usual[0]["quota"], before[0]["quota"]) == (6000, 77)  # at once, in the process that was told
    system.ask("GET", "/self", system.bearer())
    after = system.ask("GET", f"/{system.id}/usage", system.security).json()
    assert before[1]["remaining"] - 1 == after[1]["remaining"]
    assert before[2]["remaining"] == after[2]["remaining"]
    answer = system.ask("GET", "/client_0/usage", system.admin)
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.client_unknown")


def test_a_suspended_system_is_stopped_at_its_next_request(service: Service) -> None:
    one = System(service).approve()
    token = one.bearer()
    suspended = one.ask("POST", f"/{one.id}/suspension", one.security, json={"reason": "疑似泄露"})
    assert suspended.json()["state"] == "suspended"
    assert one.ask("GET", "/self", token).status_code == 401
    assert one.token().status_code in (400, 401, 403)
    own = one.ask("POST", f"/{one.id}/resumption", one.security, json={"reason": "查明无误"})
    assert (own.status_code, own.json()["code"]) == (409, "lifecycle.four_eyes_required")
    other = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    assert one.ask("POST", f"/{one.id}/resumption", other, json={"reason": "查明无误"}).json()["state"] == "active"
    one.bearer()


def test_a_system_brings_its_next_key_itself(service: Service) -> None:
    one = System(service).approve()
    fresh, token = ECKey.generate_key("P-256"), one.bearer()
    statement = one.assertion(jwk=fresh.as_dict(private=False))
    rotated = one.ask("POST", "/self/keys", token, json={"statement": statement})
    assert rotated.status_code == 201, rotated.text
    assert [key["state"] for key in rotated.json()["keys"]] == ["active", "active"]
    replayed = one.ask("POST", "/self/keys", token, json={"statement": statement})
    assert (replayed.status_code, replayed.json()["details"]) == (403, {"fault": "replay"})
    same = one.assertion(jwk=fresh.as_dict(private=False))
    again = one.ask("POST", "/self/keys", token, json={"statement": same})
    assert (again.status_code, again.json()["code"]) == (409, "identity.client_key_exists")
    one.bearer(fresh)
    retired = one.ask("DELETE", f"/self/keys/{one.key.thumbprint()}", token)
    assert [key["state"] for key in retired.json()["keys"]].count("retired") == 1
    assert one.token().status_code in (400, 401, 403)
    last = one.ask("DELETE", f"/self/keys/{fresh.thumbprint()}", one.bearer(fresh))
    assert (last.status_code, last.json()["code"]) == (409, "identity.client_key_last")
    gone = one.ask("DELETE", f"/self/keys/{one.key.thumbprint()}", token)
    assert (gone.status_code, gone.json()["code"]) == (404, "identity.client_key_unknown")


@pytest.mark.parametrize("what", ["signed by another key", "no key in it", "of another system", "a private key"])
def test_a_key_that_no_key_in_use_has_signed_is_none(system: System, shared: Service, what: str) -> None:
    fresh = ECKey.generate_key("P-256")
    public = fresh.as_dict(private=False)
    token, code = system.bearer(), "identity.assertion_refused"
    match what:
        case "signed by another key":
            statement = system.assertion(fresh, jwk=public)
        case "no key in it":
            statement = system.assertion(jwk="none")
        case "of another system":
            statement = System(shared).approve().assertion(jwk=public)
        case _:
            statement, code = system.assertion(jwk=fresh.as_dict(private=True)), "identity.client_key_malformed"
    answer = system.ask("POST", "/self/keys", token, json={"statement": statement})
    assert answer.json()["code"] == code
    assert len(system.ask("GET", "/self", token).json()["keys"]) == 1


def test_a_key_comes_by_two_and_goes_by_one(service: Service) -> None:
    one = System(service).approve()
    fresh = ECKey.generate_key("P-256")
    body = {"public_jwk": fresh.as_dict(private=False), "reason": "原密钥遗失"}
    proposal = one.ask("POST", f"/{one.id}/key-proposals", one.admin, json=body).json()
    assert one.token(fresh).status_code in (400, 401, 403)
    assert one.agree(proposal).status_code == 200
    one.bearer(fresh)
    for key in (one.key, fresh):  # the last one as well: it stops harm
        assert one.ask("DELETE", f"/{one.id}/keys/{key.thumbprint()}", one.admin).status_code == 200
    assert one.token(fresh).status_code in (400, 401, 403)


def test_a_system_has_five_keys_at_most(service: Service) -> None:
    one = System(service).approve()
    token = one.bearer()

    def bring() -> Any:  # noqa: ANN401 - an answer
        fresh = ECKey.generate_key("P-256").as_dict(private=False)
        return one.ask("POST", "/self/keys", token, json={"statement": one.assertion(jwk=fresh)})

    assert [bring().status_code for _ in range(4)] == [201] * 4
    answer = bring()
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["details"]) == ("identity.client_keys_too_many", {"most": 5})


def test_other_words_and_the_end_need_another_person(service: Service) -> None:
    one = System(service).approve()
    body = {"name": "市场监管系统", "description": "", "contact": "值班室 0571-9000000", "reason": "更名"}
    proposal = one.ask("POST", f"/{one.id}/changes", one.admin, json=body).json()
    assert one.ask("GET", f"/{one.id}", one.admin).json()["name"] == "综合业务系统"
    assert one.agree(proposal).status_code == 200
    changed = one.ask("GET", f"/{one.id}", one.admin).json()
    assert (changed["name"], changed["contact"]) == ("市场监管系统", "值班室 0571-9000000")
    token = one.bearer()
    proposal = one.ask("POST", f"/{one.id}/retirement", one.admin, json={"reason": "系统下线"}).json()
    assert one.agree(proposal).status_code == 200
    assert one.ask("GET", "/self", token).status_code == 401
    over = one.ask("POST", f"/{one.id}/changes", one.admin, json=body)
    assert (over.status_code, over.json()["code"]) == (409, "lifecycle.event_not_possible")


def test_what_can_be_no_words_of_a_system(system: System) -> None:
    body = {"name": " \u3000", "reason": "更名"}
    assert system.ask("POST", f"/{system.id}/changes", system.admin, json=body).status_code in (400, 422)


# --- quotas


def test_every_answer_tells_what_is_left(system: System) -> None:
    answer = system.ask("GET", "/self", system.bearer())
    assert answer.headers["ratelimit-policy"] == '"minute";q=6000;w=60, "day";q=5000000;w=86400'
    assert answer.headers["ratelimit"].startswith('"minute";r=')
    person = system.ask("GET", f"/{system.id}", system.admin)
    assert "ratelimit" not in person.headers


def test_a_system_that_has_used_up_its_quota_waits(service: Service) -> None:
    one = System(service).approve()
    limits = {"requests_per_minute": 3}
    limited = one.ask("PUT", f"/{one.id}/quotas", one.admin, json=limits).json()
    assert (limited["requests_per_minute"], limited["requests_per_day"]) == (3, None)
    token = one.bearer()
    assert [one.ask("GET", "/self", token).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = one.ask("GET", "/self", token)
    assert (answer.status_code, answer.json()["code"]) == (429, "request.quota_exceeded")
    assert int(answer.headers["retry-after"]) == answer.json()["details"]["seconds"]
    assert answer.headers["ratelimit"].startswith('"minute";r=0;t=')
    refused = [event for event in service.events() if event.facts.get("code") == "request.quota_exceeded"]
    assert [event.actor for event in refused] == [one.id]  # once a minute: else who asks in a loop fills the trail

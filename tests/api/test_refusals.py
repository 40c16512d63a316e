"""Who is refused without being known is on record too, before the answer; and nobody fills the trail that way."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from fastapi.testclient import TestClient
from typing_extensions import override

from api.decisions import Decisions
from api.refusals import Refusals
from tests.api.builders import Service, copied, served
from tests.api.sign_on import SignOn, System
from trust.events import AuditEvent
from trust.store import StoreUnavailable

NOTHING: Final = "xs_" + "A" * 43


def told(service: Service, before: int) -> list[tuple[str, str, object]]:
    return [(one.tag, one.actor, one.facts.get("code")) for one in service.events(after=before)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Bearer {NOTHING}"},
        {"Authorization": f"Bearer {'x' * 129}"},
        {"Authorization": "Basic abc"},
        {"Authorization": f"DPoP {NOTHING}"},
        {"Authorization": f"DPoP {NOTHING}", "DPoP": "nonsense"},
    ],
    ids=["nothing", "unknown", "too long", "another kind", "no proof", "a proof that is none"],
)
def test_who_bears_nothing_that_holds_is_refused_on_record(shared: Service, headers: dict[str, str]) -> None:
    before = shared.head()
    answer = shared.ask("GET", "/v1/seals/seal_01k9x3v5b7d2f4h6j8m0n1p3q5", headers=headers)
    assert answer.status_code == 401
    (event,) = shared.events(after=before)
    assert (event.tag, event.actor, event.subject) == ("access:bear:refused", "nobody", "nobody")
    assert event.facts == {
        "permission": "seal:read",
        "code": answer.json()["code"],
        "route": "GET /v1/seals/{seal}",
        "about": "seal_01k9x3v5b7d2f4h6j8m0n1p3q5",
    }


def test_a_number_in_an_address_is_not_written_down(shared: Service) -> None:
    before = shared.head()
    assert shared.ask("GET", "/v1/subjects/330102199003070417").status_code == 401
    (event,) = shared.events(after=before)
    assert "330102199003070417" not in str(event)


class Broken(Decisions):
    """Decisions that cannot be written."""

    @override
    def append(self, events: Sequence[AuditEvent]) -> None:
        raise StoreUnavailable


def test_without_a_record_nobody_is_refused(shared: Service) -> None:
    usual = shared.app.state.refusals
    shared.app.state.refusals = Refusals(Broken(shared.instance.base.store), "10000/minute")
    answer = shared.ask("GET", "/v1/me")
    shared.app.state.refusals = usual
    assert (answer.status_code, shared.ask("GET", "/v1/me").status_code) == (503, 401)


@pytest.fixture(scope="module")
def strict(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a service that refuses an address three times an hour."""
    folder = copied(founded_folder, tmp_path_factory.mktemp("strict") / "instance")
    with served(folder, refused_rate="3/hour") as service:
        yield service


def test_nobody_fills_the_trail_by_being_refused(strict: Service) -> None:
    token, before = strict.bearer(), strict.head()
    statuses = [strict.ask("GET", "/v1/me").status_code for _ in range(6)]
    assert statuses == [401, 401, 401, 429, 429, 429]
    refused = ("access:bear:refused", "nobody", "request.unauthenticated")
    assert told(strict, before) == [refused] * 3 + [("access:bear:refused", "nobody", "request.too_many")]
    assert int(strict.ask("GET", "/v1/me").headers["retry-after"]) > 3000
    assert strict.ask("GET", "/v1/me", token=token).status_code == 200  # who bears what holds is not counted


def test_a_network_of_many_addresses_is_one(strict: Service) -> None:
    before = strict.head()
    hosts = [f"2001:db8::{number}" for number in range(1, 7)]
    statuses = [TestClient(strict.app, client=(one, 1)).get("/v1/me").status_code for one in hosts]
    assert statuses == [401, 401, 401, 429, 429, 429]
    assert [code for _, _, code in told(strict, before)][3:] == ["request.too_many"]


# --- sign-on


@pytest.fixture(scope="module")
def system(shared: Service) -> System:
    return SignOn(shared).system()


@pytest.mark.parametrize(
    ("changes", "code", "who"),
    [
        ({"response_type": "token"}, "openid.authorization_refused", ""),
        ({"redirect_uri": "https://evil.example"}, "openid.redirect_unknown", "nobody"),
        ({"client_id": "client_nobody"}, "openid.redirect_unknown", "nobody"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:none"}, "openid.request_unknown", "nobody"),
    ],
)
def test_a_login_that_is_refused_is_on_record(
    shared: Service, system: System, changes: dict[str, str], code: str, who: str
) -> None:
    before = shared.head()
    shared.ask("GET", "/oauth2/authorize", params=system.parameters(**changes), follow_redirects=False)
    assert told(shared, before) == [("openid_login:ask:refused", who or system.client, code)]


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("/oauth2/token", {"grant_type": "password", "client_id": "nobody"}, "openid.client_refused"),
        ("/oauth2/token", {"grant_type": "client_credentials"}, "identity.assertion_refused"),
        ("/oauth2/introspect", {"client_id": "nobody"}, "openid.client_refused"),
        ("/oauth2/revoke", {"client_id": "nobody"}, "openid.client_refused"),
        ("/oauth2/par", {"client_id": "nobody"}, "openid.client_refused"),
        ("/oauth2/userinfo", {}, "openid.access_token_refused"),
    ],
)
def test_a_refused_question_of_a_system_is_on_record(
    shared: Service, path: str, form: dict[str, str], code: str
) -> None:
    before = shared.head()
    answer = shared.ask("POST", path, data=form)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert told(shared, before) == [("openid_token:ask:refused", "nobody", code)]


def test_what_was_noted_where_it_was_found_is_noted_once(shared: Service, system: System) -> None:
    before = shared.head()
    assert system.redeem("xk_none").status_code == 400
    tags = [tag for tag, _, _ in told(shared, before)]
    assert tags == ["client:authenticate:done", "openid_token:issue:refused"]
    before = shared.head()
    assert system.post("/oauth2/token", client_assertion="nonsense").status_code == 401
    assert [tag for tag, _, _ in told(shared, before)] == ["token:issue:refused"]


def test_a_form_of_another_site_is_refused_on_record(shared: Service) -> None:
    before = shared.head()
    form = {"mark": "none", "username": "a", "password": "b"}
    assert shared.ask("POST", "/login", data=form).status_code == 403
    assert told(shared, before) == [("access:bear:refused", "nobody", "login.form_forged")]

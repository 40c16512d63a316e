"""Every act of the console is clicked by a test, or named with a reason: what judges a whole run does judge it."""

from tests.console.clicks import NOT_CLICKED, acts, missed
from tests.console.sources import not_understood

LONG = 20


def test_every_call_of_the_sources_is_understood() -> None:
    assert not_understood() == []


def test_acts_are_found_however_their_address_is_said() -> None:
    assert {
        ("POST", "/v1/clients"),
        ("DELETE", "/v1/auth/sessions/others"),
        ("PUT", "/v1/auth/password"),
        ("POST", "/v1/bulk-jobs/{job}/pause"),
        ("POST", "/v1/licences/{licence}/withdrawal"),
        ("POST", "/v1/seals/{seal}/sending-back"),
        ("POST", "/v1/auth/sessions/current/step-up"),
    } <= acts()


def test_what_is_not_clicked_is_an_act_and_has_a_reason() -> None:
    assert set(NOT_CLICKED) <= acts()
    assert all(len(reason) > LONG for reason in NOT_CLICKED.values())


def test_an_act_that_no_browser_sent_is_missed() -> None:
    host = "http://localhost:1234"
    sent = {(method, host + path.replace("{", "").replace("}", "")) for method, path in acts()}
    assert missed(sent) == []
    one = ("DELETE", f"{host}/v1/auth/sessions/others")
    assert missed(sent - {one}) == ["DELETE /v1/auth/sessions/others"]
    assert missed((sent - {one}) | {("DELETE", f"{host}/v1/auth/sessions/session_01?now=1")}) == [
        "DELETE /v1/auth/sessions/others"
    ]

"""A session of a browser is bound to it: its secret that turns up elsewhere ends it, and its owner is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx2
import pytest

from tests.api.builders import Service, copied, served
from tests.api.sign_on import PASSWORD, Browser, Human, SignOn, System

OURS: Final = {"Sec-Fetch-Site": "same-origin", "X-Xinyin-Console": "1"}
HOME: Final = "__Host-xinyin-home"
SESSION: Final = "__Host-xinyin-session"
CONSOLE: Final = "__Host-xinyin-console"


@pytest.fixture(scope="module")
def sign_on(shared: Service) -> SignOn:
    return SignOn(shared)


@pytest.fixture(scope="module")
def system(sign_on: SignOn) -> System:
    return sign_on.system()


@pytest.fixture
def human(sign_on: SignOn) -> Human:
    return sign_on.human()


def logged_in(service: Service, human: Human, *, browser: Browser | None = None) -> Browser:
    found = browser or Browser(service)
    found.log_in(found.ask("GET", "/login"), human)
    assert me(service, found.cookies).status_code == 200
    return found


def me(service: Service, cookies: Mapping[str, str], *, token: str = "") -> httpx2.Response:
    """Ask who is logged in, as the console does, or as the bearer of a token."""
    service.http.cookies.clear()
    kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return service.ask("GET", "/v1/me", token=token, headers={**OURS, "Cookie": kept})


def notices(service: Service, human: Human) -> list[str]:
    return [one.kind.value for one in service.instance.proofing.notices.of(human.person)]


def test_a_session_comes_from_the_browser_that_it_was_opened_in(shared: Service, human: Human) -> None:
    browser = logged_in(shared, human)
    (mine,) = browser.ask("GET", "/v1/auth/sessions", headers=OURS).json()
    assert (mine["is_this"], mine["bound"]) == (True, "device")


@pytest.mark.parametrize("elsewhere", ["no browser", "another browser", "header", "header with the browser"])
def test_a_sessions_secret_that_turns_up_elsewhere_ends_it(shared: Service, human: Human, elsewhere: str) -> None:
    browser, before = logged_in(shared, human), shared.head()
    secret, home = browser.cookies[CONSOLE], browser.cookies[HOME]
    stolen = {
        "no browser": lambda: me(shared, {CONSOLE: secret}),
        "another browser": lambda: me(shared, {CONSOLE: secret, HOME: "xb_another"}),
        "header": lambda: me(shared, {}, token=secret),
        "header with the browser": lambda: me(shared, {HOME: home}, token=secret),
    }[elsewhere]()
    assert (stolen.status_code, stolen.json()["code"]) == (401, "request.unauthenticated")
    (noted,) = (one for one in shared.events(after=before) if one.tag == "session:bear:refused")
    assert (noted.subject, noted.facts["ended"], noted.facts["bound"]) == (human.person, True, "device")
    assert me(shared, browser.cookies).status_code == 401
    assert "session_strayed" in notices(shared, human)


def test_its_owner_reads_of_it_after_the_next_login(shared: Service, human: Human) -> None:
    browser = logged_in(shared, human)
    name = browser.ask("GET", "/v1/auth/sessions", headers=OURS).json()[0]["id"]
    me(shared, {CONSOLE: browser.cookies[CONSOLE]})
    again = logged_in(shared, human, browser=Browser(shared))
    told = again.ask("GET", "/v1/me/notices", headers=OURS).json()["notices"]
    assert [one["facts"] for one in told if one["kind"] == "session_strayed"] == [{"session": name}]


def test_of_two_who_bear_it_elsewhere_at_once_one_is_told(shared: Service, human: Human) -> None:
    browser = logged_in(shared, human)
    for _ in range(2):
        me(shared, {CONSOLE: browser.cookies[CONSOLE]})
    assert notices(shared, human).count("session_strayed") == 1


def test_a_page_of_sign_on_asks_whoever_brings_a_strange_session(shared: Service, system: System, human: Human) -> None:
    browser = logged_in(shared, human)
    thief = Browser(shared, {SESSION: browser.cookies[SESSION]})
    assert 'name="password"' in system.begin(thief).text
    assert me(shared, browser.cookies).status_code == 401


def test_a_business_system_leads_a_browser_here_and_nobody_is_asked_again(
    shared: Service, system: System, human: Human
) -> None:
    browser = logged_in(shared, human)
    from_elsewhere = {name: value for name, value in browser.cookies.items() if name != CONSOLE}  # SameSite=Strict
    assert "/login/agree" in str(system.begin(Browser(shared, from_elsewhere)).text)


def test_the_browser_keeps_its_secret_and_every_session_of_it_is_bound_to_that(
    shared: Service, sign_on: SignOn, human: Human
) -> None:
    browser = logged_in(shared, human)
    home = browser.cookies[HOME]
    browser.send("/logout", browser.go("/logout"))
    assert SESSION not in browser.cookies
    logged_in(shared, sign_on.human("顾横波"), browser=browser)
    assert browser.cookies[HOME] == home


def test_a_session_that_was_opened_before_there_were_bounds_goes_on(shared: Service, human: Human) -> None:
    browser = logged_in(shared, human)
    with shared.instance.base.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE token SET device = NULL")
    assert me(shared, {CONSOLE: browser.cookies[CONSOLE]}).status_code == 200


def test_without_tls_the_cookie_has_no_prefix(founded_folder: Path, tmp_path: Path) -> None:
    address = "http://127.0.0.1:8080"
    with served(copied(founded_folder, tmp_path / "instance"), public_url=address) as service:
        service.http.base_url = address
        browser = Browser(service)
        browser.log_in(browser.ask("GET", "/login"), SignOn(service).human())
        assert {"xinyin-home", "xinyin-session", "xinyin-console"} <= set(browser.cookies)
        assert PASSWORD not in str(browser.cookies)

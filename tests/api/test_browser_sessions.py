"""The console's session: a cookie that no other site can use, and a login that leads nowhere but back to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx2
import pyotp
import pytest

from api import browser_sessions
from tests.api.builders import Service, copied, served
from tests.api.sign_on import PASSWORD, Browser, Human, SignOn

OURS: Final = {"Sec-Fetch-Site": "same-origin", "X-Xinyin-Console": "1"}
STRICT: Final = "__Host-xinyin-console"
LAX: Final = "__Host-xinyin-session"
HOME: Final = "__Host-xinyin-home"
NEXT: Final = "__Host-xinyin-next"


@dataclass(frozen=True)
class House:
    """A service, and somebody who has an account there."""

    service: Service
    sign_on: SignOn
    human: Human

    def logged_in(self, place: str = "/console/seals") -> Browser:
        """Return a browser in which somebody has logged in on the way to a page."""
        browser = Browser(self.service)
        page = browser.ask("GET", "/login", params={"next": place})
        browser.ask("POST", "/login", data={**hidden(browser, page), **self.told})
        return browser

    @property
    def told(self) -> dict[str, str]:
        """What the human types."""
        return {"username": self.human.username, "password": PASSWORD, "code": ""}

    def me(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> httpx2.Response:
        """Ask who is logged in, with these cookies and headers."""
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.service.http.cookies.clear()
        return self.service.ask("GET", "/v1/me", headers={**headers, **({"Cookie": kept} if kept else {})})


def hidden(browser: Browser, page: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in browser.form(page).items() if name == "mark"}


@pytest.fixture(scope="module")
def house(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with served(copied(founded_folder, tmp_path_factory.mktemp("console") / "instance")) as service:
        sign_on = SignOn(service)
        yield House(service, sign_on, sign_on.human())


@pytest.fixture(scope="module")
def browser(house: House) -> Browser:
    return house.logged_in()


def lines(answer: httpx2.Response, name: str) -> list[str]:
    return [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]


# --- what the API takes


def test_the_console_asks_with_its_cookie_and_its_header(house: House, browser: Browser) -> None:
    answer = house.me({one: browser.cookies[one] for one in (STRICT, HOME)}, OURS)
    assert answer.status_code == 200
    assert answer.json()["id"] == house.human.person


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, id="no header of ours"),
        pytest.param({"X-Xinyin-Console": "1"}, id="no word of where it comes from"),
        pytest.param({**OURS, "Sec-Fetch-Site": "cross-site"}, id="from elsewhere"),
        pytest.param({**OURS, "Sec-Fetch-Site": "same-site"}, id="from a neighbour"),
        pytest.param({**OURS, "Sec-Fetch-Site": "none"}, id="typed by hand"),
        pytest.param({**OURS, "Sec-Fetch-Site": ""}, id="from nowhere"),
    ],
)
def test_the_cookie_opens_nothing_without_both_signs(
    house: House, browser: Browser, headers: Mapping[str, str]
) -> None:
    answer = house.me(browser.cookies, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "request.unauthenticated")


def test_the_cookie_that_comes_along_from_elsewhere_opens_nothing(house: House, browser: Browser) -> None:
    assert browser.cookies[LAX] == browser.cookies[STRICT]
    assert house.me({LAX: browser.cookies[LAX]}, OURS).status_code == 401


@pytest.mark.parametrize("value", ["", "xs_of-nobody", "x" * 200, "xs_\x7f"])
def test_a_cookie_that_holds_no_session_opens_nothing(house: House, value: str) -> None:
    assert house.me({STRICT: value}, OURS).status_code == 401


def test_a_token_in_the_header_is_taken_before_the_cookie(house: House, browser: Browser) -> None:
    token = house.service.bearer()
    mine = house.me(browser.cookies, {**OURS, "Authorization": f"Bearer {token}"}).json()["id"]
    assert mine != house.human.person
    assert house.me(browser.cookies, {**OURS, "Authorization": "Bearer xs_of-nobody"}).status_code == 401


# --- what the cookies are


def test_no_script_reads_the_cookies_and_no_other_site_lets_them_come_along(house: House) -> None:
    browser = Browser(house.service)
    page = browser.ask("GET", "/login", params={"next": "/console/seals"})
    answer = browser.ask("POST", "/login", data={**hidden(browser, page), **house.told})
    (strict,), (lax,) = lines(answer, STRICT), lines(answer, LAX)
    for one, samesite in ((strict, "strict"), (lax, "lax")):
        parts = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"httponly", "secure", "path=/", f"samesite={samesite}"} <= parts
        assert not any(part.startswith(("domain=", "max-age=", "expires=")) for part in parts)


def test_logging_out_by_the_api_takes_the_cookies_and_ends_the_session(house: House) -> None:
    browser = house.logged_in()
    before = dict(browser.cookies)
    answer = browser.ask("DELETE", "/v1/auth/sessions/current", headers=OURS)
    assert answer.status_code == 204
    assert {STRICT, LAX} & set(browser.cookies) == set()
    assert house.me(before, OURS).status_code == 401


def test_logging_out_with_a_token_touches_no_browser(house: House, browser: Browser) -> None:
    token = house.service.bearer()
    answer = browser.ask("DELETE", "/v1/auth/sessions/current", headers={**OURS, "Authorization": f"Bearer {token}"})
    assert answer.status_code == 204
    assert answer.headers.get_list("set-cookie") == []
    assert house.me(browser.cookies, OURS).status_code == 200


# --- a further factor


def test_the_console_gets_a_stronger_session_in_its_cookies_alone(house: House) -> None:
    human = house.sign_on.human("周昉")
    browser = House(house.service, house.sign_on, human).logged_in()
    before = browser.cookies[STRICT]
    made = browser.ask("POST", "/v1/auth/authenticators/one-time-codes/secrets", headers=OURS).json()
    assert made["picture"].startswith("data:image/png;base64,")
    totp, clock = pyotp.TOTP(made["secret"]), house.service.clock
    enrolment = {"secret": made["secret"], "code": totp.at(clock.now() - timedelta(seconds=30)), "name": "手机"}
    enrolled = browser.ask("POST", "/v1/auth/authenticators/one-time-codes", json=enrolment, headers=OURS)
    assert enrolled.status_code == 201, enrolled.text
    shown = {"code": totp.at(clock.now())}
    answer = browser.ask("POST", "/v1/auth/sessions/current/step-up", json=shown, headers=OURS)
    assert (answer.status_code, answer.json()["token"], answer.json()["level"]) == (201, "", 2)
    assert browser.cookies[STRICT] not in ("", before)
    assert browser.cookies[STRICT] not in answer.text
    assert browser.cookies[LAX] == browser.cookies[STRICT]
    assert house.me(browser.cookies, OURS).json()["level"] == 2
    assert house.me({STRICT: before}, OURS).status_code == 401


def test_who_bears_a_token_gets_the_stronger_one_as_before(house: House, browser: Browser) -> None:
    human = house.sign_on.human("吴璟")
    login = {"username": human.username, "password": PASSWORD}
    token = house.service.ask("POST", "/v1/auth/sessions", json=login).json()["token"]
    made = house.service.ask("POST", "/v1/auth/authenticators/one-time-codes/secrets", token=token).json()
    totp, clock = pyotp.TOTP(made["secret"]), house.service.clock
    enrolment = {"secret": made["secret"], "code": totp.at(clock.now() - timedelta(seconds=30)), "name": "手机"}
    assert (
        house.service.ask("POST", "/v1/auth/authenticators/one-time-codes", json=enrolment, token=token).status_code
        == 201
    )
    headers = {**OURS, "Authorization": f"Bearer {token}"}
    answer = browser.ask(
        "POST", "/v1/auth/sessions/current/step-up", json={"code": totp.at(clock.now())}, headers=headers
    )
    assert answer.json()["token"].startswith("xs_")
    assert answer.headers.get_list("set-cookie") == []


# --- who one is


def test_one_is_told_ones_masked_name_and_how_long_one_may_be_away(house: House, browser: Browser) -> None:
    told = house.me(browser.cookies, OURS).json()
    assert (told["name"], told["level"], told["idle_minutes"]) == ("**明", 1, 60)


def test_a_business_system_has_no_name_of_a_person_and_is_never_idle(house: House) -> None:
    told = house.service.ask("GET", "/v1/me", token=house.service.system_bearer()).json()
    assert (told["name"], told["idle_minutes"]) == ("", None)


# --- where a login leads


def test_a_login_leads_to_the_page_that_was_wanted_and_forgets_it(house: House) -> None:
    browser = Browser(house.service)
    page = browser.ask("GET", "/login", params={"next": "/console/seals?state=made&page=2"})
    assert browser.cookies[NEXT].strip('"') == "/console/seals?state=made&page=2"
    answer = browser.ask("POST", "/login", data={**hidden(browser, page), **house.told})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/seals?state=made&page=2")
    assert NEXT not in browser.cookies


def test_a_login_for_nothing_in_particular_leads_to_the_account(house: House) -> None:
    browser = Browser(house.service)
    page = browser.ask("GET", "/login")
    answer = browser.ask("POST", "/login", data={**hidden(browser, page), **house.told})
    assert answer.headers["location"].partition("?")[0] == "/account"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example/console/",
        "\\\\evil.example",
        "/console",
        "/consoles/",
        "/v1/me",
        "/console/\\evil.example",
        "/console/\r\nSet-Cookie: a=b",
        "/console/#/seals",
        "/console/seals@evil.example",
        "%2F%2Fevil.example",
        "/console/" + "a" * 501,
        "javascript:alert(1)",
        "",
    ],
)
def test_a_login_leads_nowhere_else(house: House, browser: Browser, place: str) -> None:
    stranger = Browser(house.service)
    page = stranger.ask("GET", "/login", params={"next": place})
    if page.status_code == 200:
        assert NEXT not in stranger.cookies
        answer = stranger.ask("POST", "/login", data={**hidden(stranger, page), **house.told})
        assert answer.headers["location"].partition("?")[0] == "/account"
        known = browser.ask("GET", "/login", params={"next": place})
        assert known.headers["location"].partition("?")[0] == "/account"
    else:
        assert page.status_code in (400, 422)


def test_a_cookie_that_somebody_planted_leads_nowhere(house: House) -> None:
    browser = Browser(house.service)
    page = browser.ask("GET", "/login")
    browser.cookies[NEXT] = "//evil.example/console/"
    answer = browser.ask("POST", "/login", data={**hidden(browser, page), **house.told})
    assert answer.headers["location"].partition("?")[0] == "/account"


def test_the_path_of_a_page_stays_on_this_host_however_it_is_encoded() -> None:
    for place in ("/console/%2F%2Fevil.example", "/console/..%2F..%2Fv1", "/console/a?next=//evil.example"):
        assert browser_sessions.place_of(place) == place


def test_whoever_is_logged_in_is_led_on_at_once_with_both_cookies(house: House) -> None:
    browser = house.logged_in()
    secret = browser.cookies[LAX]
    del browser.cookies[STRICT]
    answer = browser.ask("GET", "/login", params={"next": "/console/licences"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/licences")
    assert browser.cookies[STRICT] == browser.cookies[LAX] == secret
    assert house.me(browser.cookies, OURS).status_code == 200


def test_whoever_was_logged_out_is_asked_and_not_led_round(house: House) -> None:
    browser = house.logged_in()
    kept = dict(browser.cookies)
    browser.ask("DELETE", "/v1/auth/sessions/current", headers=OURS)
    browser.cookies.update(kept)  # a browser that gave nothing back
    page = browser.ask("GET", "/login", params={"next": "/console/seals"})
    assert page.status_code == 200
    assert 'name="username"' in page.text

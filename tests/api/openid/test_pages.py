"""The pages of sign-on: cookies, forms that nobody else can send, policies, languages, ways to log in and out."""

import base64
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from api.browser_sessions import FormForged, FormIncomplete
from api.openid.logout_courier import LogoutCarrier, LogoutCourier
from api.problems import status_of
from api.telling import words_of
from identity import jose
from identity.authentication.authenticators import Authenticator, HeldCertificate
from identity.openid.ending import NOTICE_LIFETIME, topic_of
from identity.openid.errors import RequestUnknown
from identity.openid.grants import Participant
from identity.openid.repository import BATCH
from tests.api.builders import PUBLIC_URL
from tests.api.sign_on import PASSWORD, Browser, Human, SignOn, System, query_of
from trust.events import AuditEvent
from trust.founding import Role
from trust.outbox import CarrierUnavailable, MessageRefused, Outbox
from trust.outbox_repository import Message, MessageState

pytestmark = pytest.mark.usefixtures("begin_at_the_same_moment")

GOODBYE = "https://app.example/goodbye"
HOME = "https://app.example/logout"


@pytest.fixture(scope="module")
def system(sign_on: SignOn) -> System:
    return sign_on.system(post_logout_redirect_uris=(GOODBYE,), backchannel_logout_uri=HOME)


@pytest.fixture
def browser(sign_on: SignOn) -> Browser:
    return Browser(sign_on.service)


def entered(browser: Browser, system: System, human: Human) -> str:
    """Log in, agree, and return the ID token."""
    page = browser.log_in(system.begin(browser), human)
    answer = browser.agree(page) if page.status_code == 200 else page
    return str(system.redeem(query_of(answer.headers["location"])["code"]).json()["id_token"])


# --- cookies and forms


def test_a_session_stands_in_a_cookie_that_nobody_else_can_read_or_plant(
    browser: Browser, system: System, human: Human
) -> None:
    page = system.begin(browser)
    answer = browser.ask(
        "POST", "/login", data={**browser.form(page), "username": human.username, "password": PASSWORD}
    )
    lines = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    console, home = "__Host-xinyin-console", "__Host-xinyin-home"
    assert {"__Host-xinyin-session", console, home, "__Host-xinyin-visit", "__Host-xinyin-device"} == set(lines)
    for name, line in lines.items():
        told = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", f"samesite={'strict' if name == console else 'lax'}", "path=/"} <= told
        assert not any(part.startswith("domain") for part in told)


def test_what_was_in_the_browser_before_is_worth_nothing_after_the_login(
    browser: Browser, system: System, human: Human
) -> None:
    page = system.begin(browser)
    visit, mark = browser.cookies["__Host-xinyin-visit"], browser.form(page)["mark"]
    browser.cookies["__Host-xinyin-session"] = "xs_planted"
    browser.log_in(page, human)
    assert browser.cookies["__Host-xinyin-session"] not in ("", "xs_planted")
    assert browser.cookies["__Host-xinyin-visit"] != visit
    before = browser.cookies["__Host-xinyin-session"]
    assert browser.ask("POST", "/logout", data={"mark": mark}).status_code == 403
    browser.service.clock.advance(timedelta(seconds=1))
    browser.log_in(system.begin(browser, prompt="login"), human)
    assert browser.cookies["__Host-xinyin-session"] != before
    stale = Browser(browser.service, {"__Host-xinyin-session": before})
    assert stale.ask("GET", "/account").headers["location"].startswith("/login")


@pytest.mark.parametrize("fault", ["no cookie", "another visit", "another mark", "from elsewhere", "no mark"])
def test_a_form_that_this_browser_has_not_opened_is_refused(
    browser: Browser, system: System, human: Human, fault: str
) -> None:
    page = system.begin(browser)
    form = {**browser.form(page), "username": human.username, "password": PASSWORD}
    headers = {}
    kind = FormIncomplete if fault == "no mark" else FormForged
    refusal = kind(**dict.fromkeys(kind.detail_names, "mark"))
    match fault:
        case "no cookie":
            browser.cookies.clear()
        case "another visit":
            browser.cookies["__Host-xinyin-visit"] = "another"
        case "another mark":
            form["mark"] = "0" * 64
        case "from elsewhere":
            headers["Sec-Fetch-Site"] = "cross-site"
        case _:
            del form["mark"]
    answer = browser.ask("POST", "/login", data=form, headers=headers)
    assert answer.status_code == status_of(type(refusal)).value
    assert words_of(refusal)[0] in answer.text
    assert "__Host-xinyin-session" not in browser.cookies
    assert answer.headers["content-type"].startswith("text/html")


def test_a_cookie_opens_nothing_of_the_api(browser: Browser, system: System, human: Human) -> None:
    browser.log_in(system.begin(browser), human)
    assert browser.ask("GET", "/v1/me").status_code == 401


def test_a_token_of_a_business_system_is_no_session_of_a_browser(browser: Browser, sign_on: SignOn) -> None:
    browser.cookies["__Host-xinyin-session"] = sign_on.service.system_bearer()
    assert browser.ask("GET", "/account").headers["location"].startswith("/login")


def test_no_page_is_framed_kept_or_runs_what_is_not_ours(browser: Browser, system: System) -> None:
    page = system.begin(browser)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self' https://app.example;" in policy
    assert (page.headers["x-frame-options"], page.headers["cache-control"]) == ("DENY", "no-store")
    assert page.headers["x-robots-tag"] == "noindex"
    assert "form-action 'self';" in browser.go("/login").headers["content-security-policy"]


def test_an_app_is_led_back_to_by_its_own_scheme(browser: Browser, sign_on: SignOn) -> None:
    app = sign_on.system(redirect_uris=("cn.app:/back",))
    page = browser.follow(browser.ask("GET", "/oauth2/authorize", params=app.parameters(redirect_uri="cn.app:/back")))
    assert "form-action 'self' cn.app:;" in page.headers["content-security-policy"]


@pytest.mark.parametrize(("language", "word"), [("zh", "用户名"), ("en", "Username")])
def test_pages_speak_both_languages_and_stay_in_the_login(
    browser: Browser, system: System, language: str, word: str
) -> None:
    page = browser.go("/login")
    secret = browser.form(system.begin(browser))["request"]
    page = browser.go(f"/login?request={secret}&lang={language}")
    other = "en" if language == "zh" else "zh"
    assert (word in page.text, f"/login?lang={other}&amp;request={secret}" in page.text) == (True, True)
    assert page.headers["content-language"] == ("zh-CN" if language == "zh" else "en")


def test_an_error_page_speaks_both_languages(browser: Browser) -> None:
    for language, word in (("zh", "没有登录成功"), ("en", "did not succeed")):
        page = browser.go(f"/login/next?request=none&lang={language}")
        told = words_of(RequestUnknown())[0 if language == "zh" else 1]
        assert (page.status_code, word in page.text, told in page.text) == (404, True, True)


# --- logging in


@pytest.mark.parametrize("fields", [{"password": "wrong"}, {"username": "nobody"}, {"code": "000000"}])
def test_whatever_is_wrong_the_page_says_the_same(
    browser: Browser, system: System, human: Human, fields: dict[str, str]
) -> None:
    page = system.begin(browser)
    good = {"username": human.username, "password": PASSWORD}
    answer = browser.send("/login", page, **{**good, **fields})
    assert (answer.status_code, "用户名、口令或验证没有通过" in answer.text) == (403, True)
    assert PASSWORD not in answer.text


def test_guessing_waits_and_the_page_says_so(sign_on: SignOn, browser: Browser, system: System) -> None:
    human, page = sign_on.human(), system.begin(browser)
    answers = [browser.send("/login", page, username=human.username, password="wrong") for _ in range(12)]
    assert (answers[-1].status_code, int(answers[-1].headers["retry-after"]) > 0) == (429, True)
    assert 'role="alert"' in answers[-1].text


@pytest.mark.parametrize("field", ["username", "password"])
def test_a_field_that_is_missing_is_told(browser: Browser, system: System, field: str) -> None:
    form = {**browser.form(system.begin(browser)), "username": "a", "password": "b"}
    del form[field]
    answer = browser.ask("POST", "/login", data=form)
    assert (answer.status_code, field in answer.text) == (400, True)


def test_somebody_else_logs_in_and_the_one_before_is_gone(
    sign_on: SignOn, browser: Browser, system: System, human: Human
) -> None:
    hint = entered(browser, system, human)
    other = sign_on.human()
    sign_on.service.clock.advance(timedelta(seconds=1))
    browser.agree(browser.log_in(system.begin(browser, prompt="login"), other))
    assert notices_of(sign_on, system)[-1].payload["sid"] == claims(sign_on, hint)["sid"]


def claims(sign_on: SignOn, token: str) -> dict[str, Any]:
    return jose.read(token, sign_on.service.instance.openid.keys.verifying()[jose.signed_by(token)])


def notices_of(sign_on: SignOn, system: System) -> list[Message]:
    found = Outbox(sign_on.service.instance.base.store, topic_of(system.client)).messages()
    return list(reversed(found))


def test_who_is_logged_in_and_asked_for_by_nobody_sees_the_account(browser: Browser, human: Human) -> None:
    page = browser.log_in(browser.go("/login"), human)
    assert ("我的登录" in page.text, "**明" in page.text) == (True, True)
    assert browser.ask("GET", "/login").headers["location"].startswith("/account")


def test_pages_of_a_login_lead_to_what_comes_next(sign_on: SignOn, browser: Browser, system: System) -> None:
    human = sign_on.human()
    secret = browser.form(system.begin(browser))["request"]
    for path in ("/login/step-up", "/login/agree", "/login/next"):
        assert browser.ask("GET", f"{path}?request={secret}").headers["location"].startswith("/login?")
    browser.log_in(browser.go(f"/login?request={secret}"), human)
    for path in ("/login/step-up", "/login/next"):
        assert browser.ask("GET", f"{path}?request={secret}").headers["location"].startswith("/login/agree?")
    assert browser.ask("GET", f"/login/agree?request={secret}").status_code == 200


# --- with a certificate


def test_a_certificate_answers_the_question_on_the_page(sign_on: SignOn, browser: Browser, system: System) -> None:
    base, human = sign_on.service.instance.base, sign_on.human()
    signer, certificate = sign_on.service.instance.service_keys.credential(Role.AUDIT)
    with base.store.transaction() as tx:
        held = HeldCertificate(certificate=certificate)
        one = Authenticator(id="auth_usb", person=human.person, name="USB", held=held, added_at=tx.now, used_at=None)
        base.sign_in.repository.add(tx, one)
        tx.record(AuditEvent(tag="authenticator:add:done", actor=human.person, subject=human.person))
    base.sign_in.is_trusted = lambda _, shown: shown.fingerprint == certificate.fingerprint
    page = system.begin(browser)
    asked = browser.send("/login/certificate", page)
    text = asked.text.split('class="code">')[1].split("</textarea>")[0]
    signature = base64.b64encode(signer.sign(text.encode())).decode()
    wrong = browser.send("/login/certificate/answer", asked, certificate="nonsense", signature="!")
    assert wrong.status_code == 403
    asked = browser.send("/login/certificate", wrong)
    text = asked.text.split('class="code">')[1].split("</textarea>")[0]
    signature = base64.b64encode(signer.sign(text.encode())).decode()
    pem = "-----BEGIN CERTIFICATE-----\n" + base64.b64encode(certificate.der).decode() + "\n-----END CERTIFICATE-----"
    agreeing = browser.send("/login/certificate/answer", asked, certificate=pem, signature=signature)
    tokens = system.redeem(query_of(browser.agree(agreeing).headers["location"])["code"]).json()
    assert claims(sign_on, tokens["id_token"])["amr"] == ["sc"]


def test_a_passkey_that_answers_nothing_is_refused(browser: Browser, system: System) -> None:
    page = system.begin(browser)
    for credential in ("{}", "no JSON", "[]"):
        form = {**browser.form(page), "question": "none", "credential": credential}
        answer = browser.ask("POST", "/login/passkey", data=form)
        assert (answer.status_code, "没有通过" in answer.text) == (403, True)


# --- logging out


def test_a_business_system_that_shows_its_token_logs_out_at_once(
    sign_on: SignOn, browser: Browser, system: System, human: Human
) -> None:
    hint = entered(browser, system, human)
    params = {"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE, "state": "bye"}
    answer = browser.ask("GET", "/oauth2/logout", params=params)
    assert answer.headers["location"] == f"{GOODBYE}?state=bye"
    assert "__Host-xinyin-session" not in browser.cookies
    assert browser.ask("GET", "/account").headers["location"].startswith("/login")
    assert notices_of(sign_on, system)[-1].payload["sid"] == claims(sign_on, hint)["sid"]
    again = browser.ask("POST", "/oauth2/logout", data=params)
    assert again.headers["location"] == f"{GOODBYE}?state=bye"


@pytest.mark.parametrize("fault", ["no hint", "another person's", "tampered", "another client", "not registered"])
def test_otherwise_the_person_is_asked(
    sign_on: SignOn, browser: Browser, system: System, human: Human, fault: str
) -> None:
    hint = entered(browser, system, human)
    params = {"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE, "client_id": system.client}
    match fault:
        case "no hint":
            del params["id_token_hint"]
        case "another person's":
            params["id_token_hint"] = entered(Browser(sign_on.service), system, sign_on.human())
        case "tampered":
            params["id_token_hint"] = hint[:-2]
        case "another client":
            params["client_id"] = sign_on.system().client
        case _:
            params = {"post_logout_redirect_uri": "https://evil.example/"}
    page = browser.ask("GET", "/oauth2/logout", params=params)
    assert (page.status_code, "<h1" in page.text, "evil" in page.text) == (200, True, False)
    assert "__Host-xinyin-session" in browser.cookies
    fields = browser.form(page)
    answer = browser.ask("POST", "/logout", data=fields)
    expected = GOODBYE if fault in ("no hint", "another person's", "tampered") else None
    assert answer.headers.get("location") == expected
    assert "__Host-xinyin-session" not in browser.cookies
    forged = browser.ask("POST", "/logout", data={**fields, "address": "https://evil.example/"})
    assert forged.status_code in (200, 403)
    assert "location" not in forged.headers


def test_a_session_that_ends_elsewhere_is_told_of_as_well(sign_on: SignOn, browser: Browser, system: System) -> None:
    human = sign_on.human()
    hint = entered(browser, system, human)
    ending = sign_on.service.instance.openid.ending
    ending.sweep()
    before = len(notices_of(sign_on, system))
    sign_on.service.clock.advance(timedelta(hours=9))
    assert ending.sweep() >= 1
    assert ending.sweep() == 0
    told = notices_of(sign_on, system)[before:]
    assert claims(sign_on, hint)["sid"] in [one.payload["sid"] for one in told]
    assert ending.forget() >= 0


def test_of_many_sessions_those_that_are_over_are_found(sign_on: SignOn, system: System) -> None:
    """By one question, however many go on; and more than one round finds, where more have ended."""
    instance = sign_on.service.instance
    store, repository, ending = instance.base.store, instance.openid.repository, instance.openid.ending
    human, browser = sign_on.human(), Browser(sign_on.service)
    entered(browser, system, human)
    ending.sweep()
    gone = [f"ses_gone_{number:04}" for number in range(BATCH + 1)]
    with store.transaction() as tx:
        for one in gone:
            taking_part = Participant(session=one, client=system.client, person=human.person, sid=f"sid {one}")
            repository.put_participant(tx, taking_part)
        tx.record(AuditEvent(tag="test:enter:done", actor="test", subject="test"))
    assert ending.sweep(session=gone[-1]) == 1
    assert ending.sweep(session="ses_unknown") == 0
    assert ending.sweep() == BATCH
    with store.reading() as view:
        left = view.rows(text("SELECT person FROM openid_participant WHERE client = :client"), client=system.client)
    assert human.person in {person for (person,) in left}  # whose session goes on


def receiver(*statuses: int) -> tuple[httpx2.Client, list[httpx2.Request]]:
    """Return a client whose requests are answered with these statuses, one after the other."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        status = statuses[len(seen) - 1]
        if not status:
            raise httpx2.ConnectError("nobody")
        return httpx2.Response(status)

    return httpx2.Client(transport=httpx2.MockTransport(answer)), seen


def test_a_business_system_is_told_with_a_token_of_its_own(
    sign_on: SignOn, browser: Browser, system: System, human: Human
) -> None:
    openid = sign_on.service.instance.openid
    hint = entered(browser, system, human)
    browser.ask("GET", "/oauth2/logout", params={"id_token_hint": hint})
    message = notices_of(sign_on, system)[-1]
    client, seen = receiver(200, 204, 500, 0, 400)
    carrier = LogoutCarrier(openid.ending, sign_on.service.clock, client)
    assert carrier.deliver(message).answer == "HTTP status 200"
    assert carrier.deliver(message).answer == "HTTP status 204"
    for _ in range(2):
        with pytest.raises(CarrierUnavailable):
            carrier.deliver(message)
    with pytest.raises(MessageRefused):
        carrier.deliver(message)
    sign_on.service.clock.advance(NOTICE_LIFETIME + timedelta(seconds=1))
    with pytest.raises(MessageRefused):
        carrier.deliver(message)
    token = dict(httpx2.QueryParams(seen[0].content.decode()))["logout_token"]
    told = claims(sign_on, token)
    assert (str(seen[0].url), told["aud"], told["iss"]) == (HOME, system.client, PUBLIC_URL)
    assert (told["sid"], "nonce" in told) == (claims(sign_on, hint)["sid"], False)
    assert openid.ending.hint(token) is None  # a logout token is no ID token


def test_one_that_is_silent_delays_no_other(sign_on: SignOn, human: Human) -> None:
    instance, courier = sign_on.service.instance, LogoutCourier(sign_on.service.instance.openid, pause=0.01)
    silent, good = (sign_on.system(backchannel_logout_uri=f"https://{one}.example/") for one in ("silent", "good"))
    browser = Browser(sign_on.service)
    entered(browser, silent, human)
    entered(browser, good, human)
    browser.send("/logout", browser.go("/logout"))

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(500 if request.url.host == "silent.example" else 200)

    courier.carrier = LogoutCarrier(
        instance.openid.ending, sign_on.service.clock, httpx2.Client(transport=httpx2.MockTransport(answer))
    )
    assert courier.round() >= 1
    assert notices_of(sign_on, good)[-1].state is MessageState.DELIVERED
    assert notices_of(sign_on, silent)[-1].state is MessageState.WAITING
    courier.start()
    courier.stop()


def test_who_is_not_registered_for_it_any_more_is_not_told(
    sign_on: SignOn, browser: Browser, system: System, human: Human
) -> None:
    plain = sign_on.system()
    browser.ask("GET", "/oauth2/logout", params={"id_token_hint": entered(browser, system, human)})
    message = notices_of(sign_on, system)[-1]
    changed = Message(**{**vars(message), "payload": {**message.payload, "client": plain.client}})
    client, _ = receiver(200)
    carrier = LogoutCarrier(sign_on.service.instance.openid.ending, sign_on.service.clock, client)
    with pytest.raises(MessageRefused):
        carrier.deliver(changed)


# --- activation


def activated(browser: Browser, code: str, **fields: str) -> httpx2.Response:
    page = browser.go("/login/activate?lang=en")
    typed = {"code": code, "username": "new.comer", "password": PASSWORD, "again": PASSWORD, **fields}
    return browser.send("/login/activate?lang=en", page, **typed)


def test_whoever_gets_an_account_begins_by_a_page(sign_on: SignOn, browser: Browser) -> None:
    assert 'href="/login/activate?lang=en"' in browser.go("/login?lang=en").text
    _, code = sign_on.opened()
    done = activated(browser, code)
    assert (done.status_code, "Your account is active" in done.text) == (200, True)
    assert 'href="/login?lang=en&amp;next=%2Fconsole%2Fme"' in done.text  # where a passkey can be bound
    human = Human(person="", username="new.comer")
    account = browser.log_in(browser.go("/login?lang=en"), human)
    assert (account.status_code, "__Host-xinyin-session" in browser.cookies) == (200, True)
    assert 'href="/console/"' in account.text
    spent = activated(Browser(sign_on.service), code, username="another.one")
    assert (spent.status_code, "was used, or has expired" in spent.text) == (403, True)


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"code": "xa_nothing"}, 403, "was used, or has expired"),
        ({"again": PASSWORD + "s"}, 400, "are not the same"),
        ({"username": "N"}, 400, "username"),
        ({"password": "short", "again": "short"}, 400, "password"),
    ],
)
def test_what_activates_nothing_is_told_beside_the_form(
    sign_on: SignOn, browser: Browser, fields: dict[str, str], status: int, told: str
) -> None:
    _, code = sign_on.opened()
    answer = activated(browser, **{"code": code, "username": "late.comer", **fields})
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert PASSWORD not in answer.text
    assert code not in answer.text
    assert 'name="again"' in answer.text  # the form is there to be sent again


def test_no_other_site_sends_an_activation_code(sign_on: SignOn, browser: Browser) -> None:
    _, code = sign_on.opened()
    fields = {"mark": "00", "code": code, "username": "other.site", "password": PASSWORD, "again": PASSWORD}
    answer = browser.ask("POST", "/login/activate?lang=en", data=fields)
    assert answer.status_code == status_of(FormForged)
    assert activated(Browser(sign_on.service), code, username="other.site").status_code == 200

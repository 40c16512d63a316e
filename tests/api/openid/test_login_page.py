"""The pages of sign-on in Chromium: a passkey that answers, no complaint, nothing that keeps anybody out."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from identity.authentication.authenticators import Authenticator
from identity.authentication.passkeys import Passkey
from tests.chromium import Browser, Tab, browsing
from tests.interop.served_openid import SignOnServed, served_over_http
from tests.judges import required
from trust.events import AuditEvent

pytestmark = pytest.mark.browser
AXE: Final = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: Final = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
NAME: Final = b"a passkey of the tests"


@pytest.fixture(scope="module")
def service(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOnServed]:
    with served_over_http(founded_folder, tmp_path_factory.mktemp("served") / "instance", host="localhost") as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


@pytest.fixture
def tab(browser: Browser) -> Tab:
    found = browser.tab()
    found.measure(PHONE)
    return found


def address_of(service: SignOnServed) -> str:
    parameters = service.system.parameters(redirect_uri="http://127.0.0.1:9/back", scope="openid profile")
    return f"{service.address}/oauth2/authorize?{urlencode(parameters)}"


def encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def with_passkey(service: SignOnServed, tab: Tab) -> None:
    """Put a passkey into the browser, and its public half where it was enrolled."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    cose = bytes.fromhex("a5010203262001215820") + point[1:33] + bytes.fromhex("225820") + point[33:]
    base = service.sign_on.service.instance.base
    with base.store.transaction() as tx:
        held = Passkey(credential=NAME, public_key=cose, uses=0, is_synced=False)
        person = service.human.person
        one = Authenticator(id="auth_passkey", person=person, name="手机", held=held, added_at=tx.now, used_at=None)
        base.sign_in.repository.add(tx, one)
        tx.record(AuditEvent(tag="authenticator:add:done", actor=person, subject=person))
    tab.call("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = tab.call("WebAuthn.addVirtualAuthenticator", options=options)["authenticatorId"]
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": encoded(NAME),
        "isResidentCredential": True,
        "rpId": "localhost",
        "privateKey": encoded(private),
        "userHandle": encoded(b"somebody"),
        "signCount": 1,
    }
    tab.call("WebAuthn.addCredential", authenticatorId=made, credential=credential)


def violations(tab: Tab) -> list[str]:
    """Return what axe finds on the page."""
    script = required("web/node_modules/axe-core", AXE if AXE.exists() else None)
    tab.evaluate(script.read_text(encoding="utf-8"))
    found: list[str] = json.loads(
        tab.evaluate("axe.run().then((all) => JSON.stringify(all.violations.map((one) => one.id)))")
    )
    return found


def test_a_passkey_answers_in_the_browser(service: SignOnServed, tab: Tab) -> None:
    with_passkey(service, tab)
    tab.open(address_of(service))
    tab.wait("!!document.querySelector('form[data-passkey]:not([hidden])')")
    assert violations(tab) == []
    tab.evaluate("document.querySelector('form[data-passkey] button').click()")
    tab.wait("!!document.querySelector('[name=decision]')")
    assert violations(tab) == []
    assert tab.complaints == []
    cookies = {one["name"]: one for one in tab.call("Network.getCookies", urls=[service.address])["cookies"]}
    assert (cookies["xinyin-session"]["httpOnly"], cookies["xinyin-session"]["sameSite"]) == (True, "Lax")
    assert tab.evaluate("document.cookie") == ""


def test_a_browser_without_a_passkey_says_so(service: SignOnServed, tab: Tab) -> None:
    tab.call("Network.clearBrowserCookies")
    tab.open(address_of(service))
    tab.wait("!!document.querySelector('form[data-passkey]:not([hidden])')")
    tab.evaluate("navigator.credentials.get = () => Promise.reject(new Error('none'))")
    tab.evaluate("document.querySelector('form[data-passkey] button').click()")
    tab.wait("document.querySelector('[data-told]').textContent !== ''")
    assert violations(tab) == []

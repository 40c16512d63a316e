"""Client libraries of others complete every flow of sign-on over HTTP, and what must be refused is refused."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from typing_extensions import override

from tests.api.builders import found
from tests.api.sign_on import Browser
from tests.interop.served_openid import BACK, SignOnServed, served_over_http
from tests.judges import required

pytestmark = pytest.mark.interop
SCRIPT: Final = Path(__file__).with_name("openid_client.mjs")
MODULES: Final = Path(__file__).parents[2] / "web" / "node_modules"
CHECKS: Final = tuple(re.findall(r'check\("([^"]+)"', SCRIPT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignOnServed]:
    """Return an instance that is served."""
    founded = tmp_path_factory.mktemp("founded") / "instance"
    found(founded)
    with served_over_http(founded, tmp_path_factory.mktemp("served") / "instance") as one:
        yield one


@pytest.fixture(scope="module")
def results(service: SignOnServed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what openid-client found."""
    folder = required("web/node_modules/openid-client", MODULES if (MODULES / "openid-client").is_dir() else None)
    told = tmp_path_factory.mktemp("told") / "told.json"
    library, jose = (folder / one for one in ("openid-client/build/index.js", "jose/dist/webapi/index.js"))
    told.write_text(json.dumps({**service.told(), "library": str(library), "jose": str(jose)}), encoding="utf-8")
    ran = subprocess.run(["node", str(SCRIPT), str(told)], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    read: dict[str, str] = json.loads(ran.stdout)
    return read


@pytest.mark.parametrize("name", CHECKS)
def test_openid_client(results: dict[str, str], name: str) -> None:
    assert results[name] == "held"


def test_every_check_was_run(results: dict[str, str]) -> None:
    assert list(CHECKS) == list(results)


# --- Authlib, a client library of PyPI


class Session:
    """What Authlib's client sends its requests with."""

    def request(self, method: str, url: str, **options: Any) -> httpx2.Response:  # noqa: ANN401 - as Authlib gives them
        """Send one request, signed by what Authlib gives as `auth`."""
        auth = options.pop("auth", None)
        headers, body = options.pop("headers", None) or {}, options.pop("data", None)
        if auth is not None:
            encoded = urlencode(body) if isinstance(body, dict) else body
            url, headers, body = auth.prepare(method, url, headers, encoded)
            body = dict(parse_qsl(body)) if isinstance(body, str) else body
        with httpx2.Client(trust_env=False) as http:
            return http.request(method, url, headers=headers, data=body)

    def post(self, url: str, **options: Any) -> httpx2.Response:  # noqa: ANN401 - likewise
        """Send a form."""
        return self.request("POST", url, **options)

    def close(self) -> None:
        """Keep nothing open."""


class Later(PrivateKeyJWT):  # type: ignore[misc] # it ships no types
    """Authlib's own authentication, at the moment that the service's clock tells."""

    moment = 0

    @override
    def sign(self, auth: Any, token_endpoint: str) -> Any:
        claims = {
            **dict.fromkeys(("iss", "sub"), auth.client_id),
            "aud": token_endpoint,
            "jti": generate_token(36),
            "exp": self.moment + 60,
        }
        return jwt.encode({"alg": "ES256"}, claims, auth.client_secret)


def authlib_client(service: SignOnServed) -> OAuth2Client:
    """Return Authlib's client as a business system configures it."""
    client = OAuth2Client(
        Session(),
        client_id=service.system.client,
        client_secret=service.system.key,
        token_endpoint_auth_method="private_key_jwt",
        revocation_endpoint_auth_method="private_key_jwt",
        scope="openid profile offline_access",
        redirect_uri=BACK,
        code_challenge_method="S256",
        token_endpoint=f"{service.address}/oauth2/token",
    )
    authentication = Later(f"{service.address}/oauth2/token")
    authentication.moment = int(service.sign_on.service.clock.now().timestamp())
    client.register_client_auth_method(authentication)
    return client


def left_with(service: SignOnServed, address: str) -> str:
    """Let somebody log in and agree, and return where the browser is led back."""
    browser = Browser(service.sign_on.service)
    page = browser.log_in(browser.go(address.removeprefix(service.address)), service.human)
    return str((browser.agree(page) if page.status_code == 200 else page).headers["location"])


def test_authlib_completes_the_flow(service: SignOnServed) -> None:
    client, verifier = authlib_client(service), generate_token(48)
    address, state = client.create_authorization_url(
        f"{service.address}/oauth2/authorize", code_verifier=verifier, nonce="a-nonce"
    )
    back = left_with(service, address)
    token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    published = Session().request("GET", f"{service.address}/oauth2/jwks").json()["keys"]
    keys = KeySet.import_key_set({"keys": [one for one in published if one["crv"] == "P-256"]})
    read = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            "iss": {"value": service.address},
            "aud": {"value": service.system.client},
            "nonce": {"value": "a-nonce"},
        },
        params={"access_token": token["access_token"], "client_id": service.system.client},
    )
    claims.validate(now=int(service.sign_on.service.clock.now().timestamp()))
    renewed = client.refresh_token(f"{service.address}/oauth2/token", refresh_token=token["refresh_token"])
    assert renewed["refresh_token"] != token["refresh_token"]
    introspected = client.introspect_token(f"{service.address}/oauth2/introspect", token=renewed["access_token"])
    assert introspected.json()["active"] is True
    assert client.revoke_token(f"{service.address}/oauth2/revoke", token=renewed["refresh_token"]).status_code == 200
    introspected = client.introspect_token(f"{service.address}/oauth2/introspect", token=renewed["access_token"])
    assert introspected.json()["active"] is False


@pytest.mark.parametrize("fault", ["verifier", "used", "refresh", "state", "redirect"])
def test_authlib_is_refused_what_must_be(service: SignOnServed, fault: str) -> None:
    client, verifier = authlib_client(service), generate_token(48)
    address, state = client.create_authorization_url(f"{service.address}/oauth2/authorize", code_verifier=verifier)
    back = left_with(service, address)
    if fault == "verifier":
        verifier = generate_token(48)
    if fault == "state":
        state = "another"
    more = {"redirect_uri": "http://127.0.0.1:9/second"} if fault == "redirect" else {}
    token: dict[str, Any] = {}
    if fault in ("used", "refresh"):
        token = client.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    if fault == "refresh":
        client.refresh_token(f"{service.address}/oauth2/token", refresh_token=token["refresh_token"])
    again = partial(client.fetch_token, authorization_response=back, state=state, code_verifier=verifier, **more)
    if fault == "refresh":
        again = partial(client.refresh_token, f"{service.address}/oauth2/token", refresh_token=token["refresh_token"])
    with pytest.raises(AuthlibBaseError) as refused:
        again()
    assert refused.value.error == ("mismatching_state" if fault == "state" else "invalid_grant")


def test_authlib_gets_a_token_of_its_own(service: SignOnServed) -> None:
    client = authlib_client(service)
    client.scope = None
    token = client.fetch_token(f"{service.address}/oauth2/token", grant_type="client_credentials")
    assert token["access_token"].startswith("xc_")

"""A simulated province, over real HTTP on this machine: a login of its own, tickets, and accounts by SCIM.

It speaks the protocols from its own reading of them: it checks every assertion, every verifier and every version as the
real one would, and shares no code with the client. What it does wrong is planned step by step.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from typing_extensions import override

__all__ = ["Answer", "Citizen", "Province", "serving"]

CLIENT: Final = "xinyin"
CREATED, NO_CONTENT, BAD, UNAUTHORIZED, NOT_FOUND, CONFLICT, CHANGED = 201, 204, 400, 401, 404, 409, 412
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"


@dataclass
class Answer:
    """What goes back: the plan of a step may change any of it."""

    body: Any
    status: int = 200
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    pause: Callable[[], object] | None = None
    """Called between two halves of the answer."""


Plan = Callable[[Answer], None]


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """Somebody with an account at the province."""

    sub: str
    name: str
    number: str
    authlevel: int = 2
    acr: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What userinfo says."""
        return {
            "sub": self.sub,
            "name": self.name,
            "paperstype": 1,
            "papersnumber": self.number,
            "authlevel": self.authlevel,
        }


class Province:
    """Answers, and does wrong what it is told to do wrong."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.address = ""
        self.key = ECKey.generate_key("P-256", {"kid": "first"})
        self.published = [self.key]
        self.client_keys: Callable[[], Mapping[str, Any]] = lambda: {"keys": []}
        """The public keys of the one client that it knows."""

        self.plans: dict[str, deque[Plan | None]] = {}
        self.calls: list[str] = []
        self.claims: dict[str, Any] = {}
        """Changes of the claims of ID tokens; None takes one out."""

        self.metadata: dict[str, Any] = {}
        self.pushed: dict[str, dict[str, str]] = {}
        self.codes: dict[str, tuple[dict[str, str], Citizen]] = {}
        self.tickets: dict[str, Citizen] = {}
        self.tokens: dict[str, Citizen | None] = {}
        self.accounts: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()

    def plan(self, step: str, *plans: Plan | None) -> None:
        """Do something else in the next calls of a step."""
        self.plans.setdefault(step, deque()).extend(plans)

    # --- what the browser does

    def authorize(self, address: str, citizen: Citizen) -> dict[str, str]:
        """Log a citizen in where the browser was sent, and return what it brings back."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["client_id"] == CLIENT
        asked = self.pushed.pop(query["request_uri"])
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = (asked, citizen)
        return {"code": code, "state": asked["state"], "iss": self.address}

    def ticket(self, citizen: Citizen) -> str:
        """Give a citizen a ticket, as the province's own page would."""
        found = secrets.token_urlsafe(16)
        self.tickets[found] = citizen
        return found

    # --- endpoints

    def answer(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return what a call is answered with, after its plan."""
        step, made = self.route(method, urlsplit(path), body, headers)
        self.calls.append(step)
        plans = self.plans.get(step)
        plan = plans.popleft() if plans else None
        if plan is not None:
            plan(made)
        return made

    def route(  # noqa: PLR0911 - one for each endpoint
        self, method: str, target: SplitResult, body: bytes, headers: Mapping[str, str]
    ) -> tuple[str, Answer]:
        """Return which step a call is, and its answer."""
        path = target.path
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "/.well-known/openid-configuration":
            return "discovery", Answer(self.described())
        if path == "/jwks":
            return "jwks", Answer({"keys": [one.as_dict(private=False) for one in self.published]})
        if path == "/userinfo":
            citizen = self.tokens.get(bearer)
            return "userinfo", Answer({}, UNAUTHORIZED) if citizen is None else Answer(citizen.told)
        if path.startswith("/scim/"):
            return "scim", self.scim(method, target, body, headers, bearer)
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if path == "/par":
            return "par", self.push(form)
        assert path == "/token"
        if form["grant_type"] == "client_credentials":
            return "client token", self.client_token(form)
        if form["grant_type"] == EXCHANGE:
            return "exchange", self.exchange(form)
        return "token", self.redeem(form)

    def described(self) -> dict[str, Any]:
        """Return the province's description of itself."""
        told = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "pushed_authorization_request_endpoint": f"{self.address}/par",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/jwks",
            "end_session_endpoint": f"{self.address}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        return {name: value for name, value in {**told, **self.metadata}.items() if value is not None}

    def is_proven(self, form: Mapping[str, str], *audiences: str) -> bool:
        """Tell whether the client has proven itself, with an assertion of its own that nobody has used."""
        if form.get("client_assertion_type") != JWT_BEARER:
            return False
        keys = KeySet.import_key_set(dict(self.client_keys()))  # type: ignore[arg-type]
        claims = jwt.decode(form["client_assertion"], keys, algorithms=["ES256"]).claims
        is_fresh = claims["jti"] not in self.used and self.now() < claims["exp"] <= self.now() + 300
        self.used.add(claims["jti"])
        return is_fresh and claims["iss"] == claims["sub"] == CLIENT and claims["aud"] in audiences

    def push(self, form: dict[str, str]) -> Answer:
        """Take a request for a login (RFC 9126)."""
        if not self.is_proven(form, self.address, f"{self.address}/par"):
            return Answer({"error": "invalid_client"}, UNAUTHORIZED)
        name = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(16)}"
        self.pushed[name] = form
        return Answer({"request_uri": name, "expires_in": 60}, CREATED)

    def redeem(self, form: dict[str, str]) -> Answer:
        """Give tokens for a code."""
        found = self.codes.pop(form["code"], None)
        if not self.is_proven(form, f"{self.address}/token") or found is None:
            return Answer({"error": "invalid_grant"}, BAD)
        asked, citizen = found
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return Answer({"error": "invalid_grant"}, BAD)
        token = self.token(citizen)
        half = hashlib.sha256(token.encode()).digest()[:16]
        claims = {
            "iss": self.address,
            "sub": citizen.sub,
            "aud": CLIENT,
            "nonce": asked["nonce"],
            "iat": int(self.now()),
            "exp": int(self.now()) + 300,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "acr": citizen.acr,
            **self.claims,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode({"alg": "ES256", "kid": self.key.kid}, told, self.key)
        return Answer({"access_token": token, "token_type": "Bearer", "id_token": id_token})

    def exchange(self, form: dict[str, str]) -> Answer:
        """Give a token for a ticket, once (RFC 8693)."""
        citizen = self.tickets.pop(form["subject_token"], None)
        if not self.is_proven(form, f"{self.address}/token") or citizen is None:
            return Answer({"error": "invalid_grant"}, BAD)
        body = {"access_token": self.token(citizen), "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer"}
        return Answer(body)

    def client_token(self, form: dict[str, str]) -> Answer:
        """Give a client a token for itself."""
        if not self.is_proven(form, f"{self.address}/token"):
            return Answer({"error": "invalid_client"}, UNAUTHORIZED)
        return Answer({"access_token": self.token(None), "token_type": "Bearer", "expires_in": 900})

    def token(self, citizen: Citizen | None) -> str:
        """Return a new access token."""
        found = secrets.token_urlsafe(16)
        self.tokens[found] = citizen
        return found

    # --- accounts

    def scim(  # noqa: PLR0911 - one for each case
        self, method: str, target: SplitResult, body: bytes, headers: Mapping[str, str], bearer: str
    ) -> Answer:
        """Keep accounts (RFC 7644)."""
        if self.tokens.get(bearer, "") is not None:
            return Answer({}, UNAUTHORIZED)
        name = target.path.removeprefix("/scim/Users").strip("/")
        if not name and method == "GET":
            external = dict(parse_qsl(target.query))["filter"].split('"')[1]
            found = [one for one in self.accounts.values() if one["externalId"] == external]
            return Answer({"totalResults": len(found), "Resources": found})
        told = json.loads(body) if body else {}
        if not name:
            if any(one["externalId"] == told["externalId"] for one in self.accounts.values()):
                return Answer({"scimType": "uniqueness"}, CONFLICT)
            name = f"remote-{len(self.accounts) + 1}"
            self.accounts[name] = {**told, "id": name, "version": 1}
            return Answer(self.accounts[name], CREATED)
        if name not in self.accounts:
            return Answer({}, NOT_FOUND)
        etag = f'W/"{self.accounts[name]["version"]}"'
        if method == "GET":
            return Answer(self.accounts[name], headers={"ETag": etag})
        if method == "DELETE":
            del self.accounts[name]
            return Answer(None, NO_CONTENT)
        if headers.get("If-Match") != etag:
            return Answer({}, CHANGED)
        self.accounts[name] = {**told, "id": name, "version": self.accounts[name]["version"] + 1}
        return Answer(self.accounts[name])


@contextmanager
def serving(province: Province) -> Iterator[Province]:
    """Serve the province on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            answer = province.answer(self.command, self.path, body, dict(self.headers.items()))
            octets = answer.raw
            if octets is None:
                octets = b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(octets)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(octets[:1])
            if answer.pause is not None:
                self.wfile.flush()
                answer.pause()
            self.wfile.write(octets[1:])

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - as the library has it

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    province.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield province
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

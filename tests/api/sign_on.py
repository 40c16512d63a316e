"""Sign-on for tests: business systems that are registered for it, people with accounts, browsers without scripts."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from api.demo import cast
from identity.assertion import ASSERTION_TYPE
from identity.duties import Actor, Duty, Grant
from identity.levels import Level
from identity.openid.metadata import ClientMetadata
from identity.openid.registering import KIND
from identity.openid.scopes import Scope
from identity.service import RegisterPerson
from tests.api.builders import Service

__all__ = ["BACK", "PASSWORD", "Browser", "Human", "SignOn", "System", "pkce", "query_of"]

BACK: Final = "https://app.example/back"
PASSWORD: Final = "seven quiet herons at dawn"
SYSTEM: Final = Actor(id="system administrator", grants=frozenset({Grant(Duty.SYSTEM_ADMINISTRATOR)}), level=Level.HIGH)
SECURITY: Final = Actor(
    id="security administrator", grants=frozenset({Grant(Duty.SECURITY_ADMINISTRATOR)}), level=Level.HIGH
)
VERIFIER: Final = "a-verifier-of-forty-three-characters-or-more-1234"
FIELD: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
ALL: Final = frozenset(Scope)


def pkce(verifier: str = VERIFIER) -> dict[str, str]:
    """Return the parameters of a challenge."""
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}


def query_of(address: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


@dataclass(frozen=True)
class Human:
    """A person with an account."""

    person: str
    username: str
    codes: bytes = b""


@dataclass
class Browser:
    """A browser that runs no scripts, and goes no further than the service itself."""

    service: Service
    cookies: dict[str, str] = field(default_factory=dict)
    last: httpx2.Response | None = None

    def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        """Send one request with the cookies of this browser, and follow nothing."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**request.pop("headers", {}), **({"Cookie": kept} if kept else {})}
        self.service.http.cookies.clear()
        answer = self.service.http.request(method, path, headers=headers, follow_redirects=False, **request)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in line:
                self.cookies.pop(line.partition("=")[0], None)
        self.last = answer
        return answer

    def go(self, address: str) -> httpx2.Response:
        """Open an address, and follow where it leads within the service."""
        answer = self.ask("GET", address)
        return self.follow(answer)

    def follow(self, answer: httpx2.Response) -> httpx2.Response:
        """Follow redirections within the service."""
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = self.ask("GET", answer.headers["location"])
        return answer

    def form(self, answer: httpx2.Response) -> dict[str, str]:
        """Return the hidden fields of a page."""
        return {name: unescape(value) for name, value in FIELD.findall(answer.text)}

    def send(self, path: str, page: httpx2.Response, **fields: str) -> httpx2.Response:
        """Send a form of a page with what somebody has typed."""
        hidden = {name: value for name, value in self.form(page).items() if name in ("mark", "request", "question")}
        return self.follow(self.ask("POST", path, data={**hidden, **fields}))

    def log_in(self, page: httpx2.Response, human: Human, *, code: str = "") -> httpx2.Response:
        """Log in with a password, and a one-time code where there is one."""
        return self.send("/login", page, username=human.username, password=PASSWORD, code=code)

    def agree(self, page: httpx2.Response, *, organisation: str = "") -> httpx2.Response:
        """Agree to what is told."""
        return self.send("/login/agree", page, decision="agree", organisation=organisation)


@dataclass(frozen=True)
class System:
    """A business system with its key, as it asks the protocol endpoints."""

    service: Service
    client: str
    key: ECKey

    def assertion(self, **changes: Any) -> str:  # noqa: ANN401 - any claim
        """Return a signed assertion."""
        claims = {
            "iss": self.client,
            "sub": self.client,
            "aud": self.service.instance.openid.issuer,
            "jti": secrets.token_hex(8),
            "exp": int((self.service.clock.now() + timedelta(minutes=2)).timestamp()),
            **changes,
        }
        return jwt.encode({"alg": "ES256"}, claims, self.key)

    def post(self, path: str, **form: str) -> httpx2.Response:
        """Ask an endpoint with a proof of who asks."""
        told = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(), **form}
        return self.service.ask("POST", path, data={name: value for name, value in told.items() if value})

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """Return the parameters of a good request for a login, changed; what is None is left out."""
        good = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": BACK,
            "scope": "openid profile",
            "state": "some-state",
            "nonce": "some-nonce",
            **pkce(),
            **changes,
        }
        return {name: value for name, value in good.items() if value is not None}

    def begin(self, browser: Browser, **changes: str | None) -> httpx2.Response:
        """Send a browser to the authorization endpoint, and follow within the service."""
        return browser.follow(browser.ask("GET", "/oauth2/authorize", params=self.parameters(**changes)))

    def redeem(self, code: str, **changes: str) -> httpx2.Response:
        """Bring a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return self.post("/oauth2/token", **{**form, **changes})

    def refresh(self, token: str, **changes: str) -> httpx2.Response:
        """Bring a refresh token."""
        return self.post("/oauth2/token", **{"grant_type": "refresh_token", "refresh_token": token, **changes})


@dataclass
class SignOn:
    """A service with business systems and people."""

    service: Service
    officers: dict[Duty, Actor] = field(default_factory=dict)

    def human(self, name: str = "王小明") -> Human:
        """Register a person with an account."""
        person, code = self.opened(name)
        username = f"user{self.service.people}"
        self.service.instance.base.access.activate(code, username=username, password=PASSWORD)
        return Human(person, username)

    def opened(self, name: str = "王小明") -> tuple[str, str]:
        """Register a person, open an account, and return the person and the activation code."""
        service, base = self.service, self.service.instance.base
        service.people += 1
        command = RegisterPerson(name=name, citizen_number=cast.person_number(service.people))
        first, second = (Actor(id=one, grants=frozenset({Grant(Duty.REGISTRAR)})) for one in ("a", "b"))
        person = base.identity.register_person(first, command).id
        base.identity.prove(second, person)
        return person, base.access.open_account(SECURITY, person).secret

    def system(self, *, name: str = "政务服务大厅", organisation: str = "", **changes: Any) -> System:  # noqa: ANN401 - any metadata
        """Register a business system for sign-on, with the two who have to agree."""
        service, base = self.service, self.service.instance.base
        key = ECKey.generate_key("P-256")
        client = base.clients.register_client(
            SYSTEM,
            name=name,
            organisation=organisation or service.organisation(),
            public_jwk=key.as_dict(private=False),
            request_key=uuid4().hex,
        ).id
        base.clients.approve_client(SECURITY, client)
        self.register(client, **changes)
        return System(service, client, key)

    def officer(self, duty: Duty) -> Actor:
        """Return somebody who holds a duty."""
        if duty not in self.officers:
            secret = self.service.bearer(Grant(duty))
            self.officers[duty] = self.service.instance.base.access.actor_of(secret)
        return self.officers[duty]

    def register(self, client: str, **changes: Any) -> None:  # noqa: ANN401 - any metadata
        """Let a business system take part in sign-on."""
        usual: Mapping[str, Any] = {"redirect_uris": (BACK,), "scopes": ALL}
        registered = ClientMetadata(**{**usual, **changes})
        instance = self.service.instance
        system, security = (self.officer(one) for one in (Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR))
        proposal = instance.openid.registrations(instance.four_eyes).propose(
            system, client, registered, reason="接入统一登录。", request_key=uuid4().hex
        )
        assert proposal.kind == KIND
        instance.four_eyes.approve(security, proposal.id, digest=proposal.digest)

    def code_of(self, system: System, human: Human, **changes: str | None) -> str:
        """Let somebody log in, and return the code."""
        browser = Browser(self.service)
        page = browser.log_in(system.begin(browser, **changes), human)
        if page.status_code == 200:
            page = browser.agree(page)
        return query_of(page.headers["location"])["code"]

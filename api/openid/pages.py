"""The pages on which persons log in, agree and log out: models, and how they are answered."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from typing_extensions import override

from api.browser_sessions import Visit
from api.middleware import SAFE_HEADERS
from api.pages.rendering import render
from api.pages.words import Language, say
from api.wiring import Instance
from identity.openid.authorizing import Asked
from identity.openid.grants import Consent
from identity.openid.scopes import Scope

__all__ = [
    "AccountPage",
    "ActivatePage",
    "AgreePage",
    "CertificatePage",
    "Choice",
    "FormPage",
    "LoginPage",
    "LogoutPage",
    "ProblemPage",
    "StepUpPage",
    "Told",
    "answer",
    "answer_problem",
    "asked_of",
]

SCRIPTS: Final = "; script-src 'self'; connect-src 'self'"
OWN_FORMS: Final = "form-action 'self'"


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A page with a form that only this browser can send."""

    name: ClassVar[str]
    """The key of its words."""

    language: Language
    mark: str = ""
    secret: str = ""
    """Under which the login goes on; empty where somebody logs in for nobody in particular."""

    client: str = ""
    """Name of the business system."""

    error: str = ""
    """What was wrong with what was sent before."""

    @property
    def title(self) -> str:
        """The title."""
        return say(self.language, f"{self.name}.title")

    @property
    def query(self) -> str:
        """What goes after the address of every page of this login."""
        told = {"lang": self.language.value, **({"request": self.secret} if self.secret else {})}
        return urlencode(told)


@dataclass(frozen=True, kw_only=True)
class LoginPage(FormPage):
    """Where persons log in."""

    name: ClassVar[str] = "login"
    template: ClassVar[str] = "login.html.j2"

    upper: bool = False
    """Whether the platform above can be asked."""

    username: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivatePage(FormPage):
    """Where persons whose account was opened choose username and password."""

    name: ClassVar[str] = "activate"
    template: ClassVar[str] = "login_activate.html.j2"

    username: str = ""
    is_done: bool = False


@dataclass(frozen=True, kw_only=True)
class StepUpPage(FormPage):
    """Where persons show a further factor."""

    name: ClassVar[str] = "step_up"
    template: ClassVar[str] = "login_step_up.html.j2"

    level: int


@dataclass(frozen=True, kw_only=True)
class CertificatePage(FormPage):
    """Where the key of a certificate answers a question."""

    name: ClassVar[str] = "certificate"
    template: ClassVar[str] = "login_certificate.html.j2"

    question: str
    text: str
    """What the key signs."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An organisation for which the person may act."""

    id: str
    name: str
    credit_code: str
    standing: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a scope lets a business system know, in words."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class AgreePage(FormPage):
    """Where persons say for whom they act, and agree to what is told."""

    name: ClassVar[str] = "agree"
    template: ClassVar[str] = "consent.html.j2"

    host: str
    """Where the browser goes from here."""

    scopes: frozenset[Scope]
    third_party: str = ""
    """At whose interface the business system is going to act for the person, if at anybody's."""

    choices: tuple[Choice, ...] = ()

    @property
    def items(self) -> tuple[Told, ...]:
        """What the business system is told."""
        return tuple(
            Told(
                title=say(self.language, f"scope.{one.value}.title"), text=say(self.language, f"scope.{one.value}.text")
            )
            for one in Scope
            if one in self.scopes
        )


@dataclass(frozen=True, kw_only=True)
class LogoutPage(FormPage):
    """Where persons log out."""

    name: ClassVar[str] = "logout"
    template: ClassVar[str] = "logout.html.j2"

    client_id: str = ""
    address: str = ""
    """Where the browser goes afterwards, if that business system has registered it."""

    state: str = ""
    is_over: bool = False

    @property
    @override
    def title(self) -> str:
        """The title."""
        return say(self.language, "logout.over.title" if self.is_over else "logout.title")


@dataclass(frozen=True, kw_only=True)
class AccountPage(FormPage):
    """What a person who is logged in sees: how, and who may know."""

    name: ClassVar[str] = "account"
    template: ClassVar[str] = "account.html.j2"

    person: str
    """The masked name."""

    level: int
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProblemPage(FormPage):
    """Tells of what went wrong."""

    name: ClassVar[str] = "login_problem"
    template: ClassVar[str] = "login_problem.html.j2"

    text: str
    request_number: str = ""


def policy_for(destination: str) -> str:
    """Return the content security policy of a page whose form may lead to `destination` in the end.

    Browsers hold the addresses that a form is redirected to against the policy as well (CSP 3, 4.2.4).
    """
    whole = SAFE_HEADERS["Content-Security-Policy"] + SCRIPTS
    if not destination:
        return whole
    parts = urlsplit(destination)
    source = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
    return whole.replace(OWN_FORMS, f"{OWN_FORMS} {source}")


def answer(
    request: Request,
    instance: Instance,
    page: LoginPage | ActivatePage | StepUpPage | CertificatePage | AgreePage | LogoutPage | AccountPage,
    *,
    visit: Visit,
    path: str,
    destination: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """Return a page as the answer; `path` is where it can be read in the other language."""
    root = request.scope.get("root_path", "").rstrip("/")
    told = {"lang": page.language.other.value, **({"request": page.secret} if page.secret else {})}
    headers = {
        "Content-Language": page.language.tag,
        "Content-Security-Policy": policy_for(destination),
        "X-Robots-Tag": "noindex",
    }
    html = render(page, root=root, switch=f"{root}{path}?{urlencode(told)}")
    found = HTMLResponse(html, status_code=status.value, headers=headers)
    visit.keep(found, instance)
    return found


def asked_of(asked: Asked | None) -> dict[str, str]:
    """Return what every page of a login shows of it."""
    return {} if asked is None else {"secret": asked.secret, "client": asked.client.name}


def answer_problem(request: Request, page: ProblemPage, *, status: HTTPStatus) -> HTMLResponse:
    """Return the page that tells of what went wrong."""
    root = request.scope.get("root_path", "").rstrip("/")
    switch = with_language(request, page.language.other) if request.method == "GET" else f"{root}/login"
    headers = {"Content-Language": page.language.tag, "X-Robots-Tag": "noindex"}
    return HTMLResponse(render(page, root=root, switch=switch), status_code=status.value, headers=headers)


def with_language(request: Request, language: Language) -> str:
    """Return the query of a request with another language."""
    told = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*told, ('lang', language.value)])}"

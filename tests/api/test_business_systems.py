"""docs/business-systems.md is run: who does what stands there gets a token, one sealed document, and the same again."""

import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.app import create
from identity.duties import Actor
from seal.stamping.authorising import AuthoriseStamping
from tests.api.builders import PUBLIC_URL, Furnished, Service, operations_of
from tests.fakes.clock import NOW

PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "business-systems.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """Return what the program on the page defines."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - it is what is tested
    return names


@pytest.fixture
def system(furnished: Service, furnished_folder: Furnished, said: dict[str, Any]) -> tuple[str, Any]:
    """Return a business system that was registered, approved and authorised as the page says, and its key."""
    clients, key = furnished.instance.base.clients, ec.generate_private_key(ec.SECP256R1())
    registered = clients.register_client(
        Actor(id="system", grants=frozenset()),
        name="公文系统",
        organisation=furnished_folder.authority,
        public_jwk=said["public_jwk"](key),
        request_key="first-hour",
    )
    client = clients.approve_client(Actor(id="security", grants=frozenset()), registered.id).id
    grant = AuthoriseStamping(
        seal=furnished_folder.seal,
        holder=client,
        purpose="document.stamp",
        document_kinds=("notice",),
        valid_until=NOW + timedelta(days=30),
        request_key="first-hour",
    )
    furnished.instance.authorisations.authorise(furnished_folder.officer, grant)
    return client, key


def token(service: Service, said: dict[str, Any], system: tuple[str, Any]) -> str:
    """Ask for a token with the form of the page."""
    client, key = system
    form = said["question"](key, client, PUBLIC_URL, int(service.clock.now().timestamp()))
    answer = service.ask("POST", "/oauth2/token", data=form)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 900)
    return str(answer.json()["access_token"])


def test_the_page_leads_to_one_sealed_document(
    furnished: Service, furnished_folder: Furnished, said: dict[str, Any], system: tuple[str, Any]
) -> None:
    (command,) = re.findall(r"```sh\n(curl.*?)```", PAGE, re.DOTALL)
    words = shlex.split(command)
    fields = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "-F")
    key = next(word for word in words if word.startswith("Idempotency-Key")).partition(": ")[2]
    assert fields.pop("file") == "@notice.pdf"
    path = words[-1].replace("$SERVICE", "").replace("$SEAL", furnished_folder.seal)
    bearer = token(furnished, said, system)

    def send(content: bytes) -> Any:  # noqa: ANN401 - the client's answer
        file = {"file": ("notice.pdf", content, "application/pdf")}
        return furnished.ask("POST", path, token=bearer, data=fields, files=file, headers={"Idempotency-Key": key})

    answer = send(furnished_folder.plain_pdf)
    assert answer.status_code == 201
    verdict = furnished.ask("POST", "/v1/verify", files={"file": ("sealed.pdf", answer.content)}).json()
    assert verdict["outcome"] == "passed"
    again = send(furnished_folder.plain_pdf)
    assert (again.status_code, again.content) == (201, answer.content)
    assert again.headers["Stamping-ID"] == answer.headers["Stamping-ID"]
    other = send(furnished_folder.stamped_pdf)
    assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")
    mine = furnished.ask("GET", "/v1/stamping-authorisations", token=bearer)
    assert mine.status_code == 200
    assert furnished.ask("GET", "/v1/clients/self", token=bearer).json()["name"] == "公文系统"


def test_an_assertion_of_a_wrong_clock_is_refused(
    furnished: Service, said: dict[str, Any], system: tuple[str, Any]
) -> None:
    client, key = system
    late = int((furnished.clock.now() - timedelta(minutes=2)).timestamp())
    answer = furnished.ask("POST", "/oauth2/token", data=said["question"](key, client, PUBLIC_URL, late))
    assert answer.json()["error"] == "invalid_client"


def test_the_operations_that_are_named_are_there(furnished: Service) -> None:
    named = re.findall(r"`(GET|POST|DELETE) (/[^`\s]+)`", PAGE)
    assert len(named) >= 10
    there = {(method, path) for method, path, _ in operations_of(create(furnished.instance))}
    assert set(named) <= there

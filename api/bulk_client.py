"""Speaking with a service about bulk jobs, as any client does: asking, watching, fetching results."""

import json
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import httpx2
from typing_extensions import override

from trust.errors import Conflict, Unavailable

__all__ = ["ENDED", "BulkClient", "ServiceRefused", "ServiceSilent", "TokenInFile"]

TIMEOUT: Final = httpx2.Timeout(60.0, connect=5.0)
ENDED: Final = ("finished", "refused", "cancelled")
RETRIES: Final = 30
"""Times in a row that a lost connection is opened again, a second apart."""


class ServiceSilent(Unavailable):
    """The service does not answer at the address that was given."""

    code = "bulk.service_silent"


class ServiceRefused(Conflict):
    """The service refused what it was asked for; `answer` is what it says."""

    code = "bulk.service_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("answer",)


class TokenInFile(httpx2.Auth):
    """Bears the token that stands in a file, read for each request: a job may last longer than a token."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @override
    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send a request with the token of now."""
        token = self.file.read_text(encoding="ascii").strip()
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


@dataclass(frozen=True, kw_only=True)
class BulkClient:
    """A service, spoken with by the bearer of a token."""

    http: httpx2.Client

    @classmethod
    def of(cls, address: str, token_file: Path) -> "BulkClient":
        """Return a client of the service at an address."""
        bearer = TokenInFile(token_file)
        return cls(
            http=httpx2.Client(base_url=address, auth=bearer, timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        )

    def upload(self, file: Path, *, form: Mapping[str, str], key: str) -> dict[str, Any]:
        """Ask for a job. Raise `ServiceSilent` or `ServiceRefused`, as every method does."""
        with file.open("rb") as content:
            files = {"file": (file.name, content, "application/octet-stream")}
            headers = {"Idempotency-Key": key}
            return told(self.ask("POST", "/v1/bulk-jobs", data=dict(form), files=files, headers=headers))

    def reissue(self, order: Mapping[str, object], *, key: str) -> dict[str, Any]:
        """Ask for a job that issues anew what is in force."""
        headers = {"Idempotency-Key": key}
        return told(self.ask("POST", "/v1/bulk-jobs/reissues", json=dict(order), headers=headers))

    def job(self, name: str) -> dict[str, Any]:
        """Return a job."""
        return told(self.ask("GET", f"/v1/bulk-jobs/{name}"))

    def problems(self, name: str, *, limit: int) -> list[dict[str, Any]]:
        """Return what is wrong with the first rows of a job that got no licence."""
        found: list[dict[str, Any]] = told(self.ask("GET", f"/v1/bulk-jobs/{name}/problems", params={"limit": limit}))[
            "problems"
        ]
        return found

    def step(self, name: str, path: str) -> dict[str, Any]:
        """Take a step in the life of a job."""
        return told(self.ask("POST", f"/v1/bulk-jobs/{name}/{path}"))

    def watch(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield a job whenever it changes, until it has ended; a connection that is lost is opened again."""
        last, silent = "", 0
        while True:
            try:
                for number, job in self.events(name, last):
                    last, silent = number, 0
                    yield job
                    if job["state"] in ENDED:
                        return
            except ServiceSilent:
                silent += 1
                if silent == RETRIES:
                    raise
                time.sleep(1)

    def events(self, name: str, last: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the events of one connection, each with its number."""
        headers = {"Last-Event-ID": last} if last else {}
        number = ""
        try:
            with self.http.stream("GET", f"/v1/bulk-jobs/{name}/events", headers=headers) as response:
                require_success(response)
                for line in response.iter_lines():
                    if line.startswith("id: "):
                        number = line.removeprefix("id: ")
                    elif line.startswith("data: "):
                        yield number, json.loads(line.removeprefix("data: "))
        except httpx2.HTTPError:
            raise ServiceSilent from None

    def results(self, name: str, target: Path) -> None:
        """Write what came of each row to a file: CSV, or JSON Lines where its name says so."""
        asked = {"format": "jsonl" if target.suffix == ".jsonl" else "csv"}
        try:
            with self.http.stream("GET", f"/v1/bulk-jobs/{name}/results", params=asked) as response:
                require_success(response)  # before a file of before is emptied
                with target.open("wb") as file:
                    for part in response.iter_bytes():
                        file.write(part)
        except httpx2.HTTPError:
            raise ServiceSilent from None

    def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever httpx2 takes
        """Send a request, and return its answer."""
        try:
            response = self.http.request(method, path, **request)
        except httpx2.HTTPError:
            raise ServiceSilent from None
        require_success(response)
        return response

    def __enter__(self) -> Self:
        """Begin to speak with the service."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self.http.close()


def require_success(response: httpx2.Response) -> None:
    """Return if an answer is a success, else raise `ServiceRefused` with what it says."""
    if response.is_success:
        return
    body = response.read()
    try:
        problem = json.loads(body)
        answer = f"{problem['code']}: {problem['detail_zh']} {problem['detail_en']}"
    except (ValueError, KeyError, TypeError):
        answer = str(response.status_code)
    raise ServiceRefused(answer=answer)


def told(response: httpx2.Response) -> dict[str, Any]:
    """Return the JSON of an answer."""
    body: dict[str, Any] = response.json()
    return body

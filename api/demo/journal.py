"""What the story keeps of each step: who asked what, what was answered, how long it took. Secrets are left out."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from rich.console import Console

__all__ = ["Journal", "Step", "StoryFailed", "Voice"]

SECRET_MEMBERS: Final = ("token", "activation_code", "access_token", "password", "code", "client_assertion")
SHOWN_PATH: Final = 80
SHOWN: Final = 1200
"""Characters of an answer that the story shows."""


class StoryFailed(Exception):
    """A step was not answered as the story goes."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request and its answer."""

    number: int
    chapter: str
    who: str
    what: str
    request: str
    status: int
    told: str
    """The code of a refusal or the outcome of a verification, where the answer is one."""

    answer: str
    milliseconds: float


@dataclass
class Journal:
    """Every step so far, and how long each chapter took."""

    console: Console
    steps: list[Step] = field(default_factory=list)
    chapters: dict[str, float] = field(default_factory=dict)
    chapter: str = ""

    @contextmanager
    def chapter_of(self, title: str) -> Iterator[None]:
        """Begin a chapter, and time it."""
        self.chapter = title
        self.console.print(f"[bold]{title}[/bold]")
        started = time.perf_counter()
        yield
        self.chapters[title] = round(time.perf_counter() - started, 3)

    def add(
        self, *, who: str, what: str, request: str, status: int, told: str, answer: str, milliseconds: float
    ) -> None:
        """Keep a step and show it."""
        step = Step(
            number=len(self.steps) + 1,
            chapter=self.chapter,
            who=who,
            what=what,
            request=request,
            status=status,
            told=told,
            answer=answer,
            milliseconds=round(milliseconds, 1),
        )
        self.steps.append(step)
        mark = "[green]✓[/green]" if status < httpx2.codes.BAD_REQUEST else "[cyan]⊘ 拒绝 refused[/cyan]"
        outcome = f" → {told}" if told else ""
        self.console.print(f"  {mark} {who}：{what}{outcome} [dim]{step.status} {step.milliseconds:.0f} ms[/dim]")

    def note(self, what: str) -> None:
        """Keep and show something that is not a request."""
        self.add(who="演示", what=what, request="", status=0, told="", answer="", milliseconds=0)

    def story(self) -> str:
        """Return the whole story in Markdown."""
        lines = ["# 信印演示 The story of Xinyin", ""]
        chapter = ""
        for step in self.steps:
            if step.chapter != chapter:
                chapter = step.chapter
                lines += [f"## {chapter}", ""]
            lines.append(f"{step.number}. **{step.who}** {step.what}")
            if step.request:
                outcome = f" **{step.told}**" if step.told else ""
                lines.append(f"   `{step.request}` → {step.status}{outcome}, {step.milliseconds} ms")
            if step.answer:
                lines += ["", "   ```json", *(f"   {line}" for line in step.answer.splitlines()), "   ```"]
            lines.append("")
        return "\n".join(lines)


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with its secrets left out and its long texts cut."""
    if isinstance(value, dict):
        return {
            name: "…"
            if name in SECRET_MEMBERS and isinstance(inner, str) and inner.startswith(("xs_", "xc_", "xa_", "xy_"))
            else without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    if isinstance(value, str) and value.startswith("-----BEGIN"):
        return "-----BEGIN … PEM …-----"
    return value


def shown(response: httpx2.Response) -> str:
    """Return what the story shows of an answer."""
    kind = response.headers.get("content-type", "")
    if not is_json(kind):
        return f"{kind}, {len(response.content)} octets" if response.content else ""
    text = json.dumps(without_secrets(response.json()), ensure_ascii=False, indent=2)
    return text if len(text) <= SHOWN else text[:SHOWN] + "\n…"


def is_json(kind: str) -> bool:
    """Tell whether a content type is that of one JSON value, and not of many in lines."""
    return kind.partition(";")[0].endswith("json")


def told_by(response: httpx2.Response) -> str:
    """Return the code of a refusal or the outcome of a verification, or nothing where the answer is neither."""
    if not is_json(response.headers.get("content-type", "")):
        return ""
    answer = response.json()
    if not isinstance(answer, dict):
        return ""
    return str(answer.get("outcome", "")) if response.is_success else str(answer.get("code", ""))


@dataclass
class Voice:
    """Somebody who speaks with the service: with a token of their own, or as the public without one."""

    who: str
    http: httpx2.Client
    journal: Journal
    token: str = field(default="", repr=False)

    def ask(
        self,
        what: str,
        method: str,
        path: str,
        *,
        expect: int | tuple[int, ...] = (200, 201, 202, 204),
        **request: Any,  # noqa: ANN401 - whatever httpx2 takes
    ) -> httpx2.Response:
        """Send a request and keep it in the journal. Raise `StoryFailed` when the answer is not the expected one."""
        headers = {**request.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        started = time.perf_counter()
        response = self.http.request(method, path, headers=headers, **request)
        took = (time.perf_counter() - started) * 1000
        self.journal.add(
            who=self.who,
            what=what,
            request=f"{method} {path if len(path) <= SHOWN_PATH else path[:SHOWN_PATH] + '…'}",
            status=response.status_code,
            told=told_by(response),
            answer=shown(response),
            milliseconds=took,
        )
        expected = (expect,) if isinstance(expect, int) else expect
        if response.status_code not in expected:
            raise StoryFailed(f"{self.who}: {what}: {response.status_code} {response.text[:500]}")
        return response

    def json(self, what: str, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        """Send a request and return the JSON of its answer."""
        return self.ask(what, method, path, **request).json()

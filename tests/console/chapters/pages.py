"""Every page of the console, as the story leaves the world: who looks at it, and where."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.console.harness import DESKTOP, PHONE, Desk

__all__ = ["Route", "pictured", "routes", "seen_by"]

PAGES: Final = Path(__file__).parents[3] / "web" / "console" / "src" / "pages"
ROUTE: Final = re.compile(r'path: "(?P<path>[^"]+)",\s*name: "(?P<name>[^"]+)"')
LANGUAGES: Final = {"zh": "中文", "en": "English"}
"""By what the button is called that leads there."""

SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
USABLE: Final = 1000.0
"""Milliseconds in which a page is there that is opened by its address: each script, what it asks, and what it shows.

On a machine that has nothing else to do: where more than one task waits for each processor, so many times as long.
"""

TRIES: Final = 3
"""How often it may try: other tests run at the same time."""

CHINESE: Final = """[...document.querySelectorAll("nav a, main th[scope=col], main .el-form-item__label")]
  .map((one) => one.innerText).filter((text) => /[\\u3400-\\u9fff]/.test(text)).join()"""
WIDER: Final = "document.documentElement.scrollWidth - innerWidth"


class Route(NamedTuple):
    """A page of the console, as its sources name it."""

    name: str
    path: str


def routes() -> list[Route]:
    """Return every page that the router knows."""
    texts = (one.read_text(encoding="utf-8") for one in sorted(PAGES.glob("*/area.ts")))
    return [Route(found["name"], found["path"]) for text in texts for found in ROUTE.finditer(text)]


def seen_by(known: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return for every page who looks at it, and its address behind /console; `known` says what is called how."""
    found = {
        "home": ("reviewer", "/"),
        "approvals": ("security", "/approvals"),
        "seals": ("reviewer", "/seals"),
        "seal_application": ("applicant", "/seals/application"),
        "seal": ("owner", "/seals/{seal}"),
        "seal_review": ("reviewer", "/seals/{applied}/review"),
        "seal_mending": ("applicant", "/seals/{returned}/mending"),
        "seal_replacement": ("applicant", "/seals/{seal}/replacement"),
        "seal_authorisations": ("owner", "/seals/{seal}/authorisations"),
        "seal_ledger": ("owner", "/seals/{seal}/ledger"),
        "stamping": ("owner", "/stamping"),
        "seal_destructions": ("security", "/seal-destructions"),
        "licences": ("officer", "/licences"),
        "licence-new": ("officer", "/licences/new"),
        "licence-reviews": ("licence.reviewer", "/licences/reviews"),
        "licence-review": ("licence.reviewer", "/licences/reviews/{request}"),
        "bulk-jobs": ("officer", "/licences/bulk"),
        "bulk-new": ("officer", "/licences/bulk/new"),
        "bulk-reissue": ("officer", "/licences/bulk/reissue"),
        "bulk-job": ("officer", "/licences/bulk/{job}"),
        "licence": ("officer", "/licences/{licence}"),
        "licence-edition": ("officer", "/licences/{licence}/edition?event=renew"),
        "types": ("officer", "/catalogue"),
        "type-new": ("officer", "/catalogue/new?from=food_permit"),
        "type": ("licence.reviewer", "/catalogue/{type}"),
        "type-draft": ("officer", "/catalogue/{type}/draft"),
        "sharing": ("licence.reviewer", "/sharing"),
        "verify": ("auditor", "/verify"),
        "subjects": ("registrar", "/subjects"),
        "subject": ("registrar", "/subjects/{person}"),
        "proofing": ("registrar2", "/proofing"),
        "accounts": ("security", "/accounts"),
        "account": ("security", "/accounts/{person}"),
        "duties": ("security", "/duties"),
        "clients": ("system", "/clients"),
        "client": ("system", "/clients/{client}"),
        "peers": ("system", "/peers"),
        "account-messages": ("system", "/account-messages"),
        "delegations": ("owner", "/delegations?organisation={authority}"),
        "delegation": ("officer", "/delegations/{delegation}"),
        "keys": ("security", "/keys"),
        "audit": ("auditor", "/audit"),
        "setup": ("system", "/setup"),
        "my-licences": ("holder", "/my-licences?holder={enterprise}"),
        "my-licence": ("holder", "/my-licences/{licence}?holder={enterprise}"),
        "live-code": ("holder", "/my-licences/{licence}/show?holder={enterprise}"),
        "give-consent": ("holder", "/my-licences/{licence}/consent?holder={enterprise}"),
        "my-consents": ("holder", "/my-consents?holder={enterprise}"),
        "my-records": ("holder", "/my-records?holder={enterprise}"),
        "my-seals": ("owner", "/my-seals"),
        "me": ("auditor", "/me"),
    }
    return {name: (who, path.format_map(known)) for name, (who, path) in found.items()}


def waiting() -> float:
    """Return how many tasks share a processor now."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def loaded(desk: Desk, path: str) -> float:
    """Open a page by its address, and return after how many milliseconds nothing of it was on its way any more."""
    desk.load(f"/console{path}")
    return float(desk.tab.evaluate("performance.now()"))


def pictured(desk: Desk, name: str, path: str) -> Iterator[str]:
    """Open a page, look at it in both languages and sizes, and yield what is wrong with it."""
    took = [loaded(desk, path)]
    while min(took) > USABLE * waiting() and len(took) < TRIES:
        took.append(loaded(desk, path))
    if min(took) > USABLE * waiting():
        yield f"{name}: usable after {took} ms"
    for language, button in LANGUAGES.items():
        if desk.tab.evaluate(f"document.documentElement.lang.startsWith({language!r})") is False:
            desk.click(button)
            desk.tab.wait(f"document.documentElement.lang.startsWith({language!r})")
        codes = set(desk.tab.evaluate("eyes.raw()")) - set(desk.world.people)  # somebody may be called like one
        yield from (f"{name} {language}: says {one}" for one in sorted(codes))
        if language == "en" and (said := desk.tab.evaluate(CHINESE)):
            yield f"{name}: says in Chinese {said}"
        if language == "en":
            strange = desk.tab.evaluate("eyes.strange()")
            yield from (f"{name}: would be read out in a wrong language: {one}" for one in strange)
        for size, measure in SIZES.items():
            desk.tab.measure(measure)
            desk.rest()
            desk.tab.wait("![...document.querySelectorAll('[class*=-enter-active], [class*=-leave-active]')].length")
            desk.shot(f"{name}-{language}-{size}")
            yield from (f"{name} {language} {size}: {one}" for one in desk.axe())
            if desk.tab.evaluate(WIDER) > 1:
                yield f"{name} {language} {size}: wider than the screen"

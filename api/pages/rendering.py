"""Turns page models into HTML, and keeps the few static files of the pages in memory."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.words import Language, say, say_all
from trust.crypto.sm3 import sm3

__all__ = ["STATIC", "WORKER", "Renderable", "StaticFile", "is_foreign", "render"]

FOLDER: Final = Path(__file__).parent

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


class Renderable(Protocol):
    """A page model."""

    template: ClassVar[str]

    @property
    def language(self) -> Language:
        """The language of the page."""
        ...


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    """A file that pages refer to."""

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        """What changes with the content. It goes into the address, so that browsers may keep the file for good."""
        return sm3(self.content).hex()[:16]

    @cached_property
    def compressed(self) -> bytes:
        """The content as it travels: the reader of QR codes is a megabyte otherwise."""
        return gzip.compress(self.content, mtime=0)


def read_static() -> Mapping[str, StaticFile]:
    """Read every static file."""
    found = {
        path.name: StaticFile(content=path.read_bytes(), media_type=TYPES[path.suffix])
        for path in sorted((FOLDER / "static").iterdir())
        if path.suffix in TYPES
    }
    return MappingProxyType(found)


STATIC: Final = read_static()

HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
LATIN: Final = re.compile("[A-Za-z]")

WORKER: Final = StaticFile(content=(FOLDER / "worker.js").read_bytes(), media_type=TYPES[".js"])
"""The service worker, which has to stand at the root of what it works for. web/ builds it, and verify.js."""


def is_foreign(text: str, language: Language) -> bool:
    """Tell whether a text is Chinese on a page that is not: it is marked as such, so that it is read out rightly.

    Names of the registry and what people have written are as they are in either language. Chinese is what has more
    Chinese characters than Latin letters: 云州ABC科技有限公司 is, and a sentence of ours with a name in it is not.
    """
    return language is not Language.CHINESE and len(HAN.findall(text)) > len(LATIN.findall(text))


ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader([FOLDER / "templates", FOLDER / "icons"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.tests["foreign_to"] = is_foreign


def render(page: Renderable, *, root: str, switch: str, hotline: str = "") -> str:
    """Return the HTML of a page.

    `root` goes before every address, for a service below a path of its host. `switch` is where the page can be read
    in the other language. `hotline` is the number that people call, if there is one.
    """

    def static(name: str) -> str:
        return f"{root}/static/{name}?v={STATIC[name].version}"

    template = ENVIRONMENT.get_template(page.template)
    words = {"say": partial(say, page.language), "say_all": partial(say_all, page.language)}
    return template.render(page=page, **words, root=root, switch=switch, static=static, hotline=hotline)

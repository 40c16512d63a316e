"""Typst's door: a joined source and its inputs become the pages of a PDF, or a fault that tells the line.

The compiler has no file to read but the typefaces: everything else comes in as text. It may therefore run in a worker
that has no file system at all (trust/confinement.py), warmed by `warm` in the process that workers are forked from.

A source that is set often stands in a file, and finds the data of one page in another beside it, whose content is kept
in memory alone: with new inputs the compiler would evaluate its whole library anew, for each page. What of it asks
nothing of the data becomes a file of its own, which the compiler evaluates once.
"""

import os
import re
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from threading import Lock
from typing import Any, Final, Literal

import typst

from trust import typefaces
from trust.crypto.sm3 import sm3

__all__ = ["DATA_FILE", "Fault", "Typesetter", "picture_in_worker", "typeset_in_worker", "typesetter", "warm"]

SOURCE: Final = "__typst_py_bytes__.typ"
"""How the compiler calls a source that is no file, and we call the files of those that are."""

LINE: Final = re.compile(re.escape(SOURCE) + r":(\d+):")
DATA_FILE: Final = "data.json"
"""Where a filed source finds the data of one page."""

COMMON: Final = re.compile(
    rb"^// ==== the same for every licence ====$(.*?)^// ==== of this licence ====$", re.MULTILINE | re.DOTALL
)
"""The part of a source that is evaluated once, between the lines that say so (licence/templates/lib.typ)."""

COMMON_FILE: Final = "common.typ"
MOST_FILED: Final = 32
STANDARDS: Final[Mapping[str, Literal["a-2b", "a-3b"]]] = {"a-2b": "a-2b", "a-3b": "a-3b"}
LARGEST_PDF: Final = 16 << 20
LONGEST_MESSAGE: Final = 2000
"""Characters: a message may quote as much of a value as there is."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the compiler refuses. The message may quote values, so it is shown to nobody but the template's author."""

    message: str = field(repr=False)
    line: int
    """In the joined source; 0 where none is told."""


class Typesetter:
    """One compiler. Safe to share between threads, which take turns at it."""

    def __init__(self, fonts: Path) -> None:
        # Only our own typefaces: a page must not look different on a machine that has others.
        faces = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts, *typefaces.folders()[1:]]
        )
        self.folder = Path(mkdtemp(prefix="typesetting-"))
        weakref.finalize(self, remove, self.folder, os.getpid())
        self.compiler = typst.Compiler(root=self.folder, font_paths=faces, ignore_system_fonts=True)
        self.inputs: Mapping[str, str] | None = None
        """Those that the compiler has, where that is known."""

        self.data = MemoryFile()
        self.lock = Lock()
        self.filed = lru_cache(maxsize=MOST_FILED)(self.file)

    def file(self, source: bytes) -> Path:
        """Return a file that holds a source that is set often: what is known of a file is kept from page to page.

        Another thread, or a process that was forked from ours, may have filed it, or be about to: nobody sees a half.
        """
        folder = self.folder / sm3(source).hex()
        folder.mkdir(exist_ok=True)
        common = COMMON.search(source)
        if common is not None:
            lines = b"\n" * common[0].count(b"\n")  # faults are told by the lines of the whole
            self.write(folder / COMMON_FILE, common[1])
            source = b'%b#import "%b": *%b%b' % (
                source[: common.start()],
                COMMON_FILE.encode(),
                lines,
                source[common.end() :],
            )
        self.write(folder / SOURCE, source)
        with suppress(FileExistsError):  # in each of them it leads to a file of its own
            (folder / DATA_FILE).symlink_to(self.data.path)
        return folder / SOURCE

    def write(self, path: Path, content: bytes) -> None:
        """Write a file whose half nobody ever sees."""
        with NamedTemporaryFile(dir=path.parent, delete=False) as written:
            written.write(content)
        Path(written.name).replace(path)

    def typeset(
        self, source: bytes | Path, inputs: Mapping[str, str], *, standard: str, at: datetime, data: str = ""
    ) -> bytes | Fault:
        """Return a PDF of this kind of PDF/A that tells `at` as the time of its creation.

        `data` is what a filed source finds beside it.
        """
        moment = at.replace(microsecond=0)  # PDF tells no fractions of a second
        held = self.data.holding(data.encode()) if data else nullcontext()
        try:
            with self.lock, held:
                pdf = self.compile(source, inputs, format="pdf", pdf_standards=STANDARDS[standard], timestamp=moment)
        except typst.TypstError as error:
            return fault_of(error)
        assert isinstance(pdf, bytes)  # noqa: S101 - one PDF, for lists are of pictures
        return pdf if len(pdf) <= LARGEST_PDF else Fault(message="the document is too large", line=0)

    def picture(self, source: bytes, inputs: Mapping[str, str], *, dpi: int) -> tuple[bytes, ...] | Fault:
        """Return each page as PNG."""
        try:
            with self.lock:
                pages = self.compile(source, inputs, format="png", ppi=dpi)
        except typst.TypstError as error:
            return fault_of(error)
        return (pages,) if isinstance(pages, bytes) else tuple(pages or ())

    def compile(self, source: bytes | Path, inputs: Mapping[str, str], **options: Any) -> Any:  # noqa: ANN401 - as typst has it
        """Set a source. Inputs that the compiler has already are not told again, so that it knows what came of them."""
        known, self.inputs = self.inputs, None
        told = ... if inputs == known else dict(inputs)
        made = self.compiler.compile(input=source, sys_inputs=told, **options)
        self.inputs = dict(inputs)
        return made


class MemoryFile:
    """A file that stands in the memory of this process alone: data of holders touch no disk. For one at a time."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("typesetting", os.MFD_CLOEXEC)
        self.process = os.getpid()
        self.path = Path(f"/proc/self/fd/{self.descriptor}")
        """Where this process, and no other, finds it."""

        weakref.finalize(self, close, self.descriptor, self.process)

    @contextmanager
    def holding(self, content: bytes) -> Iterator[None]:
        """Let the file have a content for a while. Afterwards it is empty."""
        if self.process != os.getpid():  # forked: the file of the other process is not to be shared with it
            own = os.memfd_create("typesetting", os.MFD_CLOEXEC)
            os.dup2(own, self.descriptor, inheritable=False)
            os.close(own)
            self.process = os.getpid()
        os.pwrite(self.descriptor, content, 0)
        try:
            yield
        finally:
            os.ftruncate(self.descriptor, 0)


def remove(folder: Path, process: int) -> None:
    """Remove the files of a compiler, unless this is a process that was forked from its own."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def close(descriptor: int, process: int) -> None:
    """Close a file, unless this is a process that was forked from its own: there the number may be another file's."""
    if os.getpid() == process:
        os.close(descriptor)


def fault_of(error: typst.TypstError) -> Fault:
    """Return what the compiler says, with the last line that it points at: that of the template, not of a library."""
    lines = LINE.findall(error.diagnostic)
    return Fault(message=error.message[:LONGEST_MESSAGE], line=int(lines[-1]) if lines else 0)


@cache
def typesetter(fonts: Path = typefaces.FOLDER) -> Typesetter:
    """Return the compiler of this process for a folder of typefaces; there is one, for it holds much memory."""
    return Typesetter(fonts)


WARMING: Final = """
#set text(lang: "zh", fallback: false)
#text(font: "Xinyin Kai")[一A1] #text(font: "Xinyin Sans")[A1] #text(font: "Xinyin Mongolian")[ᠮᠣᠩᠭᠣᠯ]
#for weight in ("regular", "bold", "black") [#text(font: "Xinyin Serif", weight: weight)[一]]
#image(bytes("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0h1v1z'/></svg>"), width: 1mm)
"""
"""Touches every typeface once that is everywhere."""

WARMING_RARE: Final = '#text(font: "HanaMinB")[\U00020000]'


def warm() -> None:
    """Read all typefaces into memory: afterwards the compiler of this process needs no file."""
    at = datetime.fromtimestamp(0, tz=UTC)
    source = WARMING + (WARMING_RARE if typefaces.Typeface.RARE.is_there else "")
    told = typesetter().typeset(source.encode(), {}, standard="a-2b", at=at)
    assert isinstance(told, bytes)  # noqa: S101 - our own typefaces and lines


def typeset_in_worker(source: bytes, inputs: Mapping[str, str], standard: str, at: datetime) -> bytes | Fault:
    """Set a page with the compiler of this process, as `Typesetter.typeset` does."""
    return typesetter().typeset(source, inputs, standard=standard, at=at)


def picture_in_worker(source: bytes, inputs: Mapping[str, str], dpi: int) -> tuple[bytes, ...] | Fault:
    """Draw pages with the compiler of this process, as `Typesetter.picture` does."""
    return typesetter().picture(source, inputs, dpi=dpi)

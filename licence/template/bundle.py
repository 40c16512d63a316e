"""Template bundles 模板包: all the files of one template, held together, never changed, known by their digest.

A bundle holds `template.typ` with the further `.typ` files that it joins, `manifest.json`, `sample.json` and pictures,
under names without folders. A licence type names a bundle of an administrator as `sm3:<digest>`; the blob store keeps
its archive under that digest. docs/templates.md tells how one is written.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from licence.errors import TemplateMalformed
from licence.template.manifest import FIELD_NAME, FILE_NAME, TemplateManifest, members, parse_manifest
from trust.crypto.sm3 import sm3

__all__ = ["LARGEST_ARCHIVE", "LIBRARY", "MAIN", "MANIFEST", "SAMPLE", "TemplateBundle", "digest_of", "ready_bundle"]

MAIN: Final = "template.typ"
LIBRARY: Final = "lib.typ"
MANIFEST: Final = "manifest.json"
SAMPLE: Final = "sample.json"

MOST_FILES: Final = 40
LARGEST: Final[Mapping[str, int]] = MappingProxyType(
    {"typ": 256 << 10, "json": 64 << 10, "svg": 1 << 20, "png": 1 << 20}
)
"""Octets of one file, by how its name ends."""

LARGEST_BUNDLE: Final = 4 << 20
LARGEST_ARCHIVE: Final = LARGEST_BUNDLE + MOST_FILES * 512
"""Of a zip archive in octets, with room for its directory."""

MOST_PIXELS: Final = 16_000_000
PNG_HEAD: Final = struct.Struct(">8s4x4sII")
PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

REFERENCE: Final = "sm3:"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")

ACTIVE_SVG: Final = re.compile(
    r"<!|<\s*(?:\w+:)?(script|foreignObject|text|style|animate\w*|set|a|audio|video)\b|\bon\w+\s*="
)
"""Declarations, programs, what is set in typefaces that nobody knows, and what changes after it was drawn."""

LINK: Final = re.compile(r"""\b(?:href|src)\s*=\s*["'](?!#|data:image/(?:png|jpeg);base64,)""")
"""What lies elsewhere."""

FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that an archive can tell: equal bundles have equal archives."""


@dataclass(frozen=True)
class TemplateBundle:
    """The files of a template by name. Raise `TemplateMalformed` for what cannot be one."""

    files: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        """Look at everything that can be judged without setting a page."""
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))
        if len(self.files) > MOST_FILES:
            raise TemplateMalformed(file="", fault="too_many_files")
        for name, content in self.files.items():
            require_file(name, content)
        if sum(map(len, self.files.values())) > LARGEST_BUNDLE:
            raise TemplateMalformed(file="", fault="too_large")
        for name in (MAIN, MANIFEST, SAMPLE):
            if name not in self.files:
                raise TemplateMalformed(file=name, fault="missing")
        for one in self.manifest.artwork:
            if one.file not in self.files:
                raise TemplateMalformed(file=one.file, fault="missing")
        require_sample(self.sample)

    @cached_property
    def digest(self) -> str:
        """SM3 of the archive in hexadecimal digits, which is its name in the blob store."""
        return sm3(self.to_archive()).hex()

    @property
    def reference(self) -> str:
        """How a licence type names this template."""
        return REFERENCE + self.digest

    @cached_property
    def manifest(self) -> TemplateManifest:
        """What the template says of itself."""
        try:
            return parse_manifest(self.files[MANIFEST])
        except (ValueError, RecursionError) as error:
            raise TemplateMalformed(file=MANIFEST, fault=fault_of(error)) from None

    @cached_property
    def sample(self) -> Mapping[str, Any]:
        """The data of a licence that shows the template."""
        try:
            told = json.loads(self.files[SAMPLE])
        except (ValueError, RecursionError):
            raise TemplateMalformed(file=SAMPLE, fault="json") from None
        if not isinstance(told, dict):
            raise TemplateMalformed(file=SAMPLE, fault="sample")
        return told

    def to_archive(self) -> bytes:
        """Return the bundle as a zip archive, the same octets for equal files: compressors differ, so nothing is."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.files.items():
                entry = zipfile.ZipInfo(name, FIXED_DATE)
                entry.create_system = 3  # as on Unix, wherever it is written
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return target.getvalue()

    @classmethod
    def from_archive(cls, archive: bytes) -> "TemplateBundle":
        """Read a zip archive of any program. Raise `TemplateMalformed`; nothing is unpacked before limits are kept."""
        if len(archive) > LARGEST_ARCHIVE:
            raise TemplateMalformed(file="", fault="too_large")
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                entries = opened.infolist()
                require_entries(entries)
                return cls({entry.filename: opened.read(entry) for entry in entries})
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            raise TemplateMalformed(file="", fault="archive") from None


def require_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Return if an archive may be unpacked, else raise `TemplateMalformed`."""
    if len(entries) > MOST_FILES:
        raise TemplateMalformed(file="", fault="too_many_files")
    if len({entry.filename for entry in entries}) != len(entries):
        raise TemplateMalformed(file="", fault="twice")
    for entry in entries:
        if not FILE_NAME.fullmatch(entry.filename):
            raise TemplateMalformed(file=named(entry.filename), fault="name")
        if entry.file_size > LARGEST[suffix(entry.filename)]:
            raise TemplateMalformed(file=entry.filename, fault="too_large")


def digest_of(reference: str) -> str | None:
    """Return the digest that a reference to a bundle names, or None for the name of a ready template."""
    digest = reference.removeprefix(REFERENCE)
    return digest if reference.startswith(REFERENCE) and DIGEST.fullmatch(digest) else None


def ready_bundle(folder: Path) -> TemplateBundle:
    """Return a template that ships with the house as a bundle, with the library of its folder."""
    paths = [path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)]
    files = {path.name: path.read_bytes() for path in paths if path.name not in EXCHANGED}
    library = folder.parent / LIBRARY
    return TemplateBundle(files | {LIBRARY: library.read_bytes()})


EXCHANGED: Final = frozenset({"schema.json", "type.json"})
"""What a ready type has beside its template, and an exchange file holds beside the bundle."""


def require_file(name: str, content: bytes) -> None:
    """Return if a file may be part of a bundle, else raise `TemplateMalformed`."""
    if not FILE_NAME.fullmatch(name):
        raise TemplateMalformed(file=named(name), fault="name")
    kind = suffix(name)
    if len(content) > LARGEST[kind]:
        raise TemplateMalformed(file=name, fault="too_large")
    if kind == "png":
        require_png(name, content)
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise TemplateMalformed(file=name, fault="encoding") from None
    if "\0" in text or text.startswith("\ufeff"):
        raise TemplateMalformed(file=name, fault="encoding")
    if kind == "json" and name not in (MANIFEST, SAMPLE):
        raise TemplateMalformed(file=name, fault="name")
    if kind == "typ" and PACKAGE.search(text):
        raise TemplateMalformed(file=name, fault="package")
    if kind == "svg" and not is_drawing(text):
        raise TemplateMalformed(file=name, fault="svg")


PACKAGE: Final = re.compile(r"""["']@""")
"""What names a package: there is none in reach, and where no worker is confined the compiler would look outside."""

SVG_START: Final = re.compile(r"(?:<\?xml[^>]*\?>)?\s*<svg\b")


def is_drawing(value: object) -> bool:
    """Tell whether a value is an SVG that neither runs, changes nor leads elsewhere."""
    if not isinstance(value, str) or not SVG_START.match(value):
        return False
    return not (ACTIVE_SVG.search(value) or LINK.search(value))


def require_png(name: str, content: bytes) -> None:
    """Return if the head of a PNG file tells of a picture that is not too large, else raise `TemplateMalformed`."""
    if len(content) < PNG_HEAD.size:
        raise TemplateMalformed(file=name, fault="png")
    signature, chunk, width, height = PNG_HEAD.unpack_from(content)
    if signature != PNG_SIGNATURE or chunk != b"IHDR" or not 0 < width * height <= MOST_PIXELS:
        raise TemplateMalformed(file=name, fault="png")


def require_sample(sample: Mapping[str, Any]) -> None:
    """Return if a sample has the parts that data have, else raise `TemplateMalformed`."""
    parts = {"fields", "licence", "qr"}
    try:
        members("sample", sample, parts, optional=frozenset({"pictures"}))
        fields = sample["fields"]
        if not isinstance(fields, dict) or not all(FIELD_NAME.fullmatch(name) for name in fields):
            raise ValueError("fields")
        if not isinstance(sample["licence"], dict):
            raise ValueError("licence")  # noqa: TRY004 - what is wrong with a JSON text is a wrong value
        if not isinstance(sample["qr"], str):
            raise ValueError("qr")  # noqa: TRY004 - likewise
        pictures = sample.get("pictures", {})
        if not isinstance(pictures, dict) or not all(is_drawing(one) for one in pictures.values()):
            raise ValueError("pictures")
    except ValueError as error:
        raise TemplateMalformed(file=SAMPLE, fault=fault_of(error)) from None


def fault_of(error: Exception) -> str:
    """Return which member is wrong, as the readers of JSON tell it; what no reader of ours told is no JSON."""
    told = str(error)
    return told if FIELD_NAME.fullmatch(told) else "json"


def suffix(name: str) -> str:
    """Return how a name ends."""
    return name.rpartition(".")[2]


def named(name: str) -> str:
    """Return a name that somebody else chose, short enough and in characters that may be shown."""
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in name[:80])

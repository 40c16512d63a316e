"""Renders licences: a template, the data of one licence and a moment give a PDF/A, the same bytes each time.

A template is one that ships with the house, known by the name of its folder, or an administrator's bundle, known as
`sm3:<digest>`. Values reach it as JSON and are set as strings, so that nothing in them is ever run. Our own templates
are set here; those of administrators in a worker that has no files and no network, within its limits.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from licence.errors import TemplateBroken, TemplateMalformed, TemplateUnknown, ValueDoesNotFit
from licence.template.bundle import EXCHANGED, LIBRARY, MAIN, MANIFEST, TemplateBundle, digest_of, ready_bundle
from licence.template.manifest import FILE_NAME, PDFStandard, TemplateManifest, parse_manifest
from licence.template.source import JoinedSource, join, picture_inputs
from licence.template.typesetting import DATA_FILE, Fault, typeset_in_worker, typesetter
from trust.blobs import BlobId, BlobMissing, BlobStore
from trust.errors import TrustError
from trust.typefaces import VALUES, VERTICAL, CharacterNotCovered, require_coverage
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

__all__ = ["PreparedTemplate", "Renderer", "inputs_of", "prepare_template", "refusal", "texts"]

TEMPLATE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
DATA_WITH_TEXT: Final = ("fields", "licence")
"""The parts of the data whose strings are set as text; the others are pictures."""

MOST_PREPARED: Final = 32
"""Bundles of administrators that are kept ready."""

# What typst says, and we understand.
DOES_NOT_FIT: Final = re.compile(r"panicked with: does not fit: ([a-z0-9_]+)")
NOT_DISPLAYED: Final = re.compile(r'the text `"(?P<text>.+)"` could not be displayed', re.DOTALL)
PAGES: Final = re.compile(rb"^1 0 obj\n<</Type/Pages/Count (\d+)", re.MULTILINE)
ESCAPED_CHARACTER: Final = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True, kw_only=True)
class PreparedTemplate:
    """A template, ready to be set with the data of many licences."""

    name: str
    source: JoinedSource = field(repr=False)
    inputs: Mapping[str, str] = field(repr=False)
    """What its text shows, whatever the licence."""

    artwork: Mapping[str, str] = field(repr=False)
    """What lies below; left out where it is put in later."""

    standard: PDFStandard = PDFStandard.A_2B
    vertical: frozenset[str] = frozenset()
    pages: int | None = None
    """How many there are to be; None: as many as it takes."""

    @cached_property
    def reads_file(self) -> bool:
        """Whether it finds its data in a file as well, where no input brings them."""
        return b'"%b"' % DATA_FILE.encode() in self.source.text


def prepare_template(name: str, files: Mapping[str, bytes], *, emblem: str = "") -> PreparedTemplate:
    """Return the template that `files` make. Raise `ValueError` for a manifest that is wrong."""
    manifest = parse_manifest(files[MANIFEST]) if MANIFEST in files else None
    shown, below = picture_inputs(files, manifest)
    source, inputs = join(files, MAIN), {**shown, "emblem": emblem}
    if manifest is None:  # a document of ours that is no licence
        return PreparedTemplate(name=name, source=source, inputs=inputs, artwork=below)
    return PreparedTemplate(
        name=name,
        source=source,
        inputs={**inputs, "manifest": files[MANIFEST].decode()},
        artwork=below,
        standard=manifest.standard,
        vertical=manifest.vertical,
        pages=manifest.pages,
    )


class Renderer:
    """Renders the templates of a folder, and the bundles of a blob store. Safe to share between threads."""

    def __init__(
        self,
        templates: Path,
        fonts: Path,
        *,
        bundles: BlobStore | None = None,
        workers: Workers = IN_PROCESS,
        emblem: str = "",
    ) -> None:
        self.templates = templates.resolve()
        self.typesetter = typesetter(fonts)
        self.bundles = bundles
        self.workers = workers
        self.emblem = emblem
        """The operator's emblem as SVG; empty: the neutral one of the library."""

        self.prepared = lru_cache(maxsize=MOST_PREPARED)(self.prepare)

    def render(self, template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
        """Return the whole licence as PDF/A; `at` is the time of creation that it states.

        `data` is what the template's `sample.json` shows. Raises `TemplateUnknown`, `ValueDoesNotFit`,
        `CharacterNotCovered` or `TemplateBroken`.
        """
        prepared = self.prepared(template)
        return self.typeset(prepared, data, at=at, pictures=prepared.artwork)

    def render_text(self, template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
        """Return the licence as `render` does, without artwork; with an empty `qr` the code's place stays white.

        For licence/template/assembly.py, which puts in what is the same on every licence without setting it each time.
        """
        return self.typeset(self.prepared(template), data, at=at, pictures={})

    def manifest(self, template: str) -> TemplateManifest:
        """Return what `manifest.json` says, or raise `TemplateUnknown` or `TemplateBroken`."""
        try:
            return parse_manifest(self.files(template)[MANIFEST])
        except (LookupError, ValueError) as error:
            raise TemplateBroken(template=template) from error

    def bundle(self, template: str) -> TemplateBundle:
        """Return all files of a template, or raise `TemplateUnknown` or `TemplateBroken`."""
        try:
            if digest_of(template) is None:
                return ready_bundle(self.folder(template))
            return TemplateBundle(self.files(template))
        except TemplateMalformed as error:
            raise TemplateBroken(template=template) from error

    # --- building blocks

    def typeset(
        self, prepared: PreparedTemplate, data: Mapping[str, object], *, at: datetime, pictures: Mapping[str, str]
    ) -> bytes:
        """Set one licence."""
        # Typst refuses a missing glyph itself, but lets invisible characters pass that turn the order of the others.
        for name, text in texts(data):
            require_coverage(text, field=name, faces=VERTICAL if name in prepared.vertical else VALUES)
        inputs = inputs_of(prepared, data, pictures)
        try:
            if digest_of(prepared.name) is None:
                source = self.typesetter.filed(prepared.source.text)
                content = inputs.pop("data") if prepared.reads_file else ""
                told = self.typesetter.typeset(source, inputs, standard=prepared.standard, at=at, data=content)
            else:
                told = self.workers.run(
                    typeset_in_worker, prepared.source.text, inputs, standard=prepared.standard, at=at
                )
        except WorkerExhausted as error:
            raise TemplateBroken(template=prepared.name) from error
        if isinstance(told, Fault):
            raise refusal(told, prepared, data)
        if prepared.pages is not None and pages_of(told) != prepared.pages:
            raise TemplateBroken(template=prepared.name)
        return told

    def prepare(self, template: str) -> PreparedTemplate:
        """Return a template, ready to be set."""
        try:
            return prepare_template(template, self.files(template), emblem=self.emblem)
        except ValueError as error:
            raise TemplateBroken(template=template) from error

    def files(self, template: str) -> Mapping[str, bytes]:
        """Return the files of a template, or raise `TemplateUnknown` or `TemplateBroken`."""
        digest = digest_of(template)
        if digest is None:
            return files_of(self.folder(template))
        if self.bundles is None:
            raise TemplateUnknown(template=template)
        try:
            return TemplateBundle.from_archive(self.bundles.get(BlobId(digest))).files
        except BlobMissing as error:
            raise TemplateUnknown(template=template) from error
        except TemplateMalformed as error:
            raise TemplateBroken(template=template) from error

    def folder(self, template: str) -> Path:
        """Return the folder of a template of ours. Its name is checked first: it may come from outside."""
        folder = self.templates / template
        if not TEMPLATE_NAME.fullmatch(template) or not (folder / MAIN).is_file():
            raise TemplateUnknown(template=template)
        return folder


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a template of ours, with the library beside its folder where there is one."""
    paths = [path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name) and path.name not in EXCHANGED]
    library = folder.parent / LIBRARY
    shared = {LIBRARY: library.read_bytes()} if library.is_file() else {}
    return shared | {path.name: path.read_bytes() for path in paths}


def inputs_of(prepared: PreparedTemplate, data: Mapping[str, object], pictures: Mapping[str, str]) -> dict[str, str]:
    """Return everything that a template is set with."""
    told = json.dumps(data, ensure_ascii=False, sort_keys=True, default=dict)
    return {**prepared.inputs, **pictures, "data": told}


def texts(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of everything in `data` that the template sets as text."""
    for part in DATA_WITH_TEXT:
        values = data.get(part)
        if isinstance(values, Mapping):
            for name, value in values.items():
                yield from ((name, text) for text in strings(value))


def strings(value: object) -> Iterator[str]:
    """Yield the texts of a value: itself, or those of its rows."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF of typst has: its first object says so."""
    found = PAGES.search(pdf, 0, 100)
    return 0 if found is None else int(found[1])


def refusal(fault: Fault, prepared: PreparedTemplate, data: Mapping[str, object]) -> TrustError:
    """Return our error for what the compiler says."""
    if found := DOES_NOT_FIT.fullmatch(fault.message):
        return ValueDoesNotFit(field=found[1])
    if found := NOT_DISPLAYED.search(fault.message):
        missing = ESCAPED_CHARACTER.sub(lambda code: chr(int(code[1], 16)), found["text"])[:1]
        for name, text in texts(data):
            if missing in text:
                return CharacterNotCovered(field=name, character=missing, code_point=f"U+{ord(missing):04X}")
    error = TemplateBroken(template=prepared.name)
    error.__cause__ = TypesettingFailed(prepared.source.place(fault.line))
    return error


class TypesettingFailed(Exception):
    """Where a template stopped. What the compiler said is not kept: it may quote a value."""

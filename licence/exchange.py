"""One version of a licence type as a file, to be taken over by another instance. The form: docs/licence-types.md.

A zip archive of three members in a fixed order, nothing compressed and nothing dated, so that the same version always
gives the same octets:

    type.json       the particulars
    schema.json     the data, as a JSON Schema
    template.zip    the template's files, as licence/template/bundle.py packs them

Reading is strict, and keeps its limits before it unpacks anything. A ready type 现成类型 is a folder with the two JSON
files beside its template.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from licence.template.bundle import LARGEST_ARCHIVE, TemplateBundle, ready_bundle
from licence.types.errors import TypeFileMalformed
from licence.types.particulars import TypeParticulars
from licence.types.schema import MAX_SCHEMA

__all__ = ["ExchangedType", "ready_type", "ready_types"]

TYPE: Final = "type.json"
SCHEMA: Final = "schema.json"
TEMPLATE: Final = "template.zip"
LARGEST: Final[Mapping[str, int]] = {TYPE: MAX_SCHEMA, SCHEMA: 2 * MAX_SCHEMA, TEMPLATE: LARGEST_ARCHIVE}
"""Octets of each member, in their order. A schema may be laid out for people."""

LARGEST_FILE: Final = sum(LARGEST.values()) + 4096
FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class ExchangedType:
    """A type as it is exchanged: its particulars, and its template with everything that belongs to it."""

    particulars: TypeParticulars
    template: TemplateBundle

    def to_file(self) -> bytes:
        """Return the file."""
        target = io.BytesIO()
        members = {
            TYPE: text_of(self.particulars.to_json()),
            SCHEMA: text_of(self.particulars.schema),
            TEMPLATE: self.template.to_archive(),
        }
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, content in members.items():
                entry = zipfile.ZipInfo(name, FIXED_DATE)
                entry.create_system = 3  # as on Unix, wherever it is written
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return target.getvalue()

    @classmethod
    def from_file(cls, file: bytes) -> "ExchangedType":
        """Read a file. Raise `TypeFileMalformed`, or what its parts raise."""
        if len(file) > LARGEST_FILE:
            raise TypeFileMalformed(fault="size")
        try:
            with zipfile.ZipFile(io.BytesIO(file)) as archive:
                entries = archive.infolist()
                if [one.filename for one in entries] != list(LARGEST):
                    raise TypeFileMalformed(fault="members")
                for one in entries:
                    if one.file_size > LARGEST[one.filename]:
                        raise TypeFileMalformed(fault=one.filename)
                told, schema, template = (archive.read(one) for one in entries)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            raise TypeFileMalformed(fault="archive") from None
        return cls.of(told, schema, template=TemplateBundle.from_archive(template))

    @classmethod
    def of(cls, told: bytes, schema: bytes, *, template: TemplateBundle) -> "ExchangedType":
        """Return a type of its two JSON files and its template. Raise what is wrong with one of them."""
        particulars = TypeParticulars.from_json(parsed(told, TYPE), parsed(schema, SCHEMA))
        particulars.require()
        return cls(particulars=particulars, template=template)


def ready_type(folder: Path) -> ExchangedType:
    """Return the ready type in a folder."""
    told, schema = (folder / TYPE).read_bytes(), (folder / SCHEMA).read_bytes()
    return ExchangedType.of(told, schema, template=ready_bundle(folder))


def ready_types(folder: Path) -> Mapping[str, Path]:
    """Return the folders of all ready types by their names."""
    return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{TYPE}"))}


def text_of(value: Mapping[str, Any]) -> bytes:
    """Return JSON as a person reads it: in the order in which it was given, which is that of the fields."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def parsed(encoded: bytes, name: str) -> dict[str, Any]:
    """Return the object of a JSON file. Raise `TypeFileMalformed` with its name."""
    try:
        value = json.loads(encoded.decode(), object_pairs_hook=once, parse_constant=refuse, parse_float=refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half a character can be spelt
    except (ValueError, RecursionError):
        raise TypeFileMalformed(fault=name) from None
    if not isinstance(value, dict):
        raise TypeFileMalformed(fault=name)
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of some pairs, none of which may come twice: each reader would choose his."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member comes twice")
    return found


def refuse(_text: str) -> object:
    """Refuse NaN, infinities and fractions, which no type has."""
    raise ValueError("not a whole number")

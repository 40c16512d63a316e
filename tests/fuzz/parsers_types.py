"""Parsers of licence types and of metadata: files of types, their JSON, schemas with patterns, and what PDFs carry."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from licence.exchange import ExchangedType, ready_type, ready_types
from licence.metadata import LicenceMetadata
from licence.types.particulars import TypeParticulars
from licence.types.patterns import PatternUnsafe, require_safe
from licence.types.schema import DataSchema, require_schema
from tests.fuzz.harness import AnyHarness, Harness
from tests.licence.test_exchange import TEMPLATES, small_type
from tests.licence.test_metadata import METADATA, PACKET
from trust.errors import Invalid
from trust.events import canonical

__all__ = ["HARNESSES"]

HOSTILE: Final = ("a" * 60 + "!", "0" * 500, "一" * 50)
"""What a pattern is tried on: it must answer at once, whatever it is."""


class Refused(Invalid):
    """Octets that are no JSON, or a pattern that is refused: what reads the whole says it by an error of its own."""

    code = "test.refused"


def files() -> Iterable[bytes]:
    """Return a file of a type with a small template, for the large ones are mostly pictures."""
    yield small_type().to_file()


def particulars() -> Iterable[bytes]:
    """Return the particulars of the ready types."""
    for folder in ready_types(TEMPLATES).values():
        yield canonical(ready_type(folder).particulars.to_json())


def schemas() -> Iterable[bytes]:
    """Return the schemas of the ready types."""
    for folder in ready_types(TEMPLATES).values():
        yield json.dumps(ready_type(folder).particulars.schema, ensure_ascii=False).encode()


def object_of(octets: bytes) -> Mapping[str, Any]:
    """Return the object of some JSON."""
    try:
        told = json.loads(octets)
    except (ValueError, RecursionError):
        raise Refused from None
    if not isinstance(told, dict):
        raise Refused
    return told


def read_particulars(octets: bytes) -> TypeParticulars:
    """Read the particulars of a type."""
    found = TypeParticulars.from_json(object_of(octets), ready_schema())
    found.require()
    return found


@cache
def ready_schema() -> Mapping[str, Any]:
    """Return a schema that is known to be good."""
    return ready_type(ready_types(TEMPLATES)["residence_permit"]).particulars.schema


def read_schema(octets: bytes) -> DataSchema:
    """Read a schema."""
    return require_schema(object_of(octets))


def read_pattern(octets: bytes) -> str:
    """Read a pattern, and let it look at texts that keep matchers busy."""
    try:
        compiled = require_safe(octets.decode("utf-8"))
    except (PatternUnsafe, UnicodeDecodeError):
        raise Refused from None
    for text in HOSTILE:
        compiled.search(text)
    return compiled.pattern


def patterns() -> Iterable[bytes]:
    """Return patterns as clerks write them."""
    for one in ("^[0-9A-Z]{18}$", "^(JY|XK)[0-9]{1,14}$", "^(?:甲|乙(丙){0,9}){1,3}$", r"^\([0-9]{4}\)[^0-9]{1,30}$"):
        yield one.encode()


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[ExchangedType](name="licence type, as a file", seeds=files, read=ExchangedType.from_file),
    Harness[TypeParticulars](
        name="licence type, particulars",
        seeds=particulars,
        read=read_particulars,
    ),
    Harness[DataSchema](name="licence type, schema", seeds=schemas, read=read_schema),
    Harness[str](name="licence type, pattern", seeds=patterns, read=read_pattern, write=str.encode),
    Harness[LicenceMetadata](
        name="licence metadata, JSON",
        seeds=lambda: (METADATA.to_json(),),
        read=LicenceMetadata.from_json,
        write=LicenceMetadata.to_json,
    ),
    Harness[LicenceMetadata](
        name="licence metadata, XML",
        seeds=lambda: (METADATA.to_xml(),),
        read=LicenceMetadata.from_xml,
        write=LicenceMetadata.to_xml,
    ),
    Harness[LicenceMetadata](
        name="licence metadata, XMP",
        seeds=lambda: (METADATA.into_xmp(PACKET),),
        read=LicenceMetadata.from_xmp,
    ),
)

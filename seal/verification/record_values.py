"""Reading the JSON of a record strictly: every member is known, there, and of its type."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from trust.errors import Invalid, TrustError

__all__ = ["RecordMalformed", "Value"]

Kept = TypeVar("Kept")


class RecordMalformed(Invalid):
    """Not the record of a verdict, or of a version that is not known. `place` is the member that is wrong."""

    code = "verification.record_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("place",)


@dataclass(frozen=True)
class Value:
    """A value of JSON and where it stands."""

    told: Any
    place: str = ""

    @classmethod
    def parse(cls, content: bytes, *, largest: int) -> "Value":
        """Return the value in a text of JSON of at most `largest` octets. A name stands once in an object."""
        if len(content) > largest:
            raise RecordMalformed(place="size")
        try:
            return cls(json.loads(content, object_pairs_hook=distinct, parse_constant=refused))
        except (ValueError, RecursionError):
            raise RecordMalformed(place="json") from None

    def fail(self) -> RecordMalformed:
        """Return the error that this value is not what it should be."""
        return RecordMalformed(place=self.place or "record")

    @property
    def is_null(self) -> bool:
        """Whether nothing is told."""
        return self.told is None

    def object(self) -> Mapping[str, Any]:
        """Return an object as it is."""
        if not isinstance(self.told, dict):
            raise self.fail()
        return self.told

    def members(self, *names: str, maybe: tuple[str, ...] = ()) -> dict[str, "Value"]:
        """Return the members of an object that has exactly these, and those of `maybe` that it has."""
        told = self.object()
        if told.keys() - set(maybe) != set(names):
            raise self.fail()
        return {name: Value(told[name], f"{self.place}.{name}".lstrip(".")) for name in told}

    def entries(self) -> dict[str, "Value"]:
        """Return the members of an object, whatever their names."""
        return {name: Value(value, f"{self.place}.{name}") for name, value in self.object().items()}

    def items(self) -> list["Value"]:
        """Return the values of a list."""
        if not isinstance(self.told, list):
            raise self.fail()
        return [Value(one, f"{self.place}[{number}]") for number, one in enumerate(self.told)]

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.told, str):
            raise self.fail()
        return self.told

    def number(self) -> int:
        """Return a whole number that is not negative."""
        if type(self.told) is not int or self.told < 0:
            raise self.fail()
        return self.told

    def hexadecimal(self, length: int) -> str:
        """Return so many hexadecimal digits."""
        text = self.text()
        if not re.fullmatch(r"[0-9a-f]*", text) or len(text) != length:
            raise self.fail()
        return text

    def one_of(self, known: Mapping[str, Kept]) -> Kept:
        """Return what a text stands for."""
        if self.text() not in known:
            raise self.fail()
        return known[self.text()]

    def moment(self) -> datetime:
        """Return a moment with its zone."""
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            raise self.fail() from None
        if found.tzinfo is None:
            raise self.fail()
        return found

    def all_of(self, kind: Callable[[bytes], Kept]) -> tuple[Kept, ...]:
        """Return every value of a list as what its octets, in base64, are."""
        return tuple(one.octets_of(kind) for one in self.items())

    def octets_of(self, kind: Callable[[bytes], Kept]) -> Kept:
        """Return what octets in base64 are."""
        try:
            return kind(base64.b64decode(self.text().encode("ascii"), validate=True))
        except (TrustError, binascii.Error, UnicodeEncodeError):
            raise self.fail() from None


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose names are distinct. Raise `ValueError`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def refused(constant: str) -> Any:  # noqa: ANN401 - never returns
    """Refuse what JSON has not, and Python's reader takes: NaN and the infinities."""
    raise ValueError(constant)

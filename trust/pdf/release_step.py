"""One revision under the release check: the file before it and after it, and which of its objects are accounted for."""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from trust.errors import Untrusted
from trust.pdf.file import PDFFile, follow
from trust.pdf.objects import Dictionary, Reference, Stream, Value, written

__all__ = ["Drawn", "PDFReleaseRefused", "Step", "reference_of", "require", "same", "stream_of", "without"]


class Drawn(NamedTuple):
    """One place where a revision draws something, in the words of the file, so that two can be compared."""

    page: Reference
    where: bytes
    """The rectangle of a field's widget, or the matrix under which a form is drawn into a page."""

    turn: bytes
    """Matrix of the form."""

    clip: bytes
    """What of the form is seen (BBox)."""

    data: tuple[bytes, ...]
    """What the form draws, and the raster and the mask that it needs."""


class PDFReleaseRefused(Untrusted):
    """Our own finished file is not what it should be, and is not handed out. `rule` names what does not hold."""

    code = "pdf.release_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("rule",)


def require(holds: object, rule: str) -> None:
    """Raise `PDFReleaseRefused` unless something holds."""
    if not holds:
        raise PDFReleaseRefused(rule=rule)


def reference_of(value: Value, rule: str) -> Reference:
    """Return a reference, or raise `PDFReleaseRefused`."""
    if not isinstance(value, Reference):
        raise PDFReleaseRefused(rule=rule)
    return value


def stream_of(value: Value, rule: str) -> Stream:
    """Return a stream, or raise `PDFReleaseRefused`."""
    if not isinstance(value, Stream):
        raise PDFReleaseRefused(rule=rule)
    return value


def same(one: object, other: object) -> bool:
    """Tell whether two objects would be written alike: 1 and true are equal for Python alone."""
    return one is other or written(one) == written(other)  # type: ignore[arg-type] # any object of a file, however its type is told


def without(dictionary: Dictionary, keys: frozenset[str]) -> dict[str, Value]:
    """Return a dictionary without some of its entries."""
    return {key: value for key, value in dictionary.items() if key not in keys}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One revision."""

    old: PDFFile
    new: PDFFile
    added: frozenset[Reference]
    """The objects that it brings or changes."""

    permitted: set[Reference] = field(default_factory=set)
    """Those that a rule has looked at."""

    drawn: list[Drawn] = field(default_factory=list)
    """Everything that it draws."""

    def fresh(self, value: Value, rule: str) -> Value:
        """Return an object that the revision brings under a number that nothing had, for one use alone."""
        reference = reference_of(value, rule)
        is_new = reference in self.added and reference.number >= self.old.free_number
        require(is_new and reference not in self.permitted, rule)
        self.permitted.add(reference)
        return self.new.load(reference)

    def slot(self, old: Dictionary, new: Dictionary, key: str, rule: str) -> tuple[Value, Value]:
        """Return what an entry held and holds. It may stand in an object of its own, but may not move to another."""
        was, now = old.get(key), new.get(key)
        if isinstance(was, Reference):
            require(was == now, rule)
            self.permitted.add(was)
            return follow(self.old, was), follow(self.new, was)
        if isinstance(now, Reference):
            require(was is None, rule)
            return None, self.fresh(now, rule)
        return was, now

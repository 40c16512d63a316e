"""Looking at a table before it is asked for: how it is read, and which column would be which field. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final

from identity.duties import Actor
from licence.bulk.cells import Line, read_piece
from licence.bulk.errors import TableInvalid
from licence.bulk.mapping import Target, suggested, targets_of
from licence.bulk.reading import TableLimits, read_table
from licence.catalogue import Catalogue
from licence.entitling import Entitling
from licence.types.kind import LicenceType
from licence.types.validity import day_of
from trust.store import Store
from trust.workers import Workers

__all__ = ["SHOWN", "TableDesk", "TablePreview"]

SHOWN: Final = 5
"""Rows that are shown."""


@dataclass(frozen=True, kw_only=True)
class TablePreview:
    """A table as it would be read. It shows itself without its rows."""

    format: str
    encoding: str
    rows: int
    columns: Mapping[str, str | None]
    """Every column in its order, with the field that it would be taken for, or None where none is meant."""

    targets: tuple[Target, ...]
    """Every field that a column may be."""

    first: tuple[Line, ...] = field(repr=False)
    """The first rows."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that no column is, and that every row must have."""
        meant = set(self.columns.values())
        return tuple(one.name for one in self.targets if one.required and one.name not in meant)


class TableDesk:
    """The use cases before a table is asked for."""

    def __init__(
        self,
        *,
        store: Store,
        catalogue: Catalogue,
        entitling: Entitling,
        workers: Workers,
        limits: TableLimits,
        largest: int,
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self.entitling = entitling
        self.workers = workers
        self.limits = limits
        self.largest = largest
        """Octets of the largest table."""

    def kind(self, actor: Actor, kind: str) -> LicenceType:
        """Return the version of a type in effect today. Raise `TypeUnknown`, `TypeNotPublished` or `DutyMissing`."""
        with self.store.reading() as view:
            name = self.catalogue.require(view, kind).id
            found = self.catalogue.in_effect(view, name, day_of(view.now))
            self.entitling.require(view, actor, found)
        return found

    def preview(self, actor: Actor, kind: str, asked: Mapping[str, str], table: BinaryIO) -> TablePreview:
        """Return how a table would be read. Raise what `kind` raises, `TableInvalid`, or `WorkerExhausted`."""
        found = self.kind(actor, kind)
        content = table.read(self.largest + 1)
        if len(content) > self.largest:
            raise TableInvalid(fault="size", line=0)
        if not content:
            raise TableInvalid(fault="empty", line=0)
        read = self.workers.run(read_table, content, self.limits)
        return TablePreview(
            format=read.format.value,
            encoding=read.encoding,
            rows=read.rows,
            columns=suggested(read.columns, found, asked=asked),
            targets=targets_of(found),
            first=tuple(islice((line for piece in read.pieces for line in read_piece(piece)), SHOWN)),
        )

"""Tables in XLSX (ECMA-376, Part 1, SpreadsheetML), read from the archive itself.

A reader of our own, because it must tell apart what libraries hand on as one: a formula from a value, a number from the
text of a number, a date from a number. What a person would not see in the sheet, or would see otherwise than it is
stored, is refused: hidden rows, merged cells, a second sheet with content. Nothing that stands outside the sheet, its
texts and its formats is opened.
"""

from collections.abc import Callable, Iterator
from typing import Final

from licence.bulk.cells import Line
from licence.bulk.errors import TableInvalid
from licence.bulk.sheet import Sheet
from licence.bulk.sheet_archive import Archive, ElementReader
from licence.bulk.sheet_parts import Formats, Relations, Texts, Workbook

__all__ = ["read"]

WORKBOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
TEXTS: Final = "xl/sharedStrings.xml"
FORMATS: Final = "xl/styles.xml"


def read(content: bytes, columns: int) -> tuple[str, Iterator[Line]]:
    """Return how a table is encoded, and its rows, the header first. Raise `TableInvalid`, at once or on the way."""
    archive = Archive(content)
    workbook, relations, formats, texts = Workbook(), Relations(), Formats(), Texts()
    whole_file(archive, WORKBOOK, workbook)
    whole_file(archive, RELATIONS, relations)
    if FORMATS in archive.names:
        whole_file(archive, FORMATS, formats)
    if TEXTS in archive.names:
        whole_file(archive, TEXTS, texts)

    def sheet() -> Sheet:
        return Sheet(
            kinds=formats.kinds,
            texts=texts.texts,
            counts_from_1904=workbook.counts_from_1904,
            columns=columns,
        )

    return "utf-8", rows_of(archive, [relations.targets.get(one, "") for one in workbook.sheets], sheet)


def whole_file(archive: Archive, name: str, reader: ElementReader) -> None:
    """Let a reader see a whole file."""
    for _ in archive.parse(name, reader):
        pass


def rows_of(archive: Archive, sheets: list[str], sheet: Callable[[], Sheet]) -> Iterator[Line]:
    """Yield the rows of the one sheet that has any. Raise `TableInvalid` where two have: nobody says which is meant."""
    told = False
    for name in sheets:
        reader, others = sheet(), told
        for _ in archive.parse(name, reader):
            rows = reader.taken()
            if rows and others:
                raise TableInvalid(fault="sheets", line=0)
            told = told or bool(rows)
            yield from rows

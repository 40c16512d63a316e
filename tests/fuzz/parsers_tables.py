"""Parsers of tables that people upload for bulk jobs, and of the pieces that a worker hands on."""

from collections.abc import Iterable
from typing import Final

from licence.bulk.cells import Line, PieceMalformed, read_piece
from licence.bulk.errors import TableInvalid
from licence.bulk.reading import Table, TableLimits, read_table
from tests.fuzz.harness import AnyHarness, Harness
from tests.licence.bulk.sheets import cell, sheet, xlsx

__all__ = ["HARNESSES"]

LIMITS: Final = TableLimits(rows=100, columns=20, chunk=2)
ROWS: Final = (("编号", "名称", "备注"), ("1", '甲"乙', "a,b"), ("2", "丙", ""))
STYLES: Final = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy/m/d"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)
SHARED: Final = "<sst><si><t>甲</t></si><si><r><t>乙</t></r><rPh><t>yi</t></rPh></si></sst>"


def texts() -> Iterable[bytes]:
    """Yield tables of separated values and of objects."""
    csv = '编号,名称\n1,甲\n2,"乙\n丙"\n'
    yield csv.encode()
    yield csv.replace(",", "\t").encode("gb18030")
    yield b'{"number":"1","items":[{"name":"a"}]}\n{"number":2}\n'


def parts() -> Iterable[bytes]:
    """Yield what stands in the files of a spreadsheet, one after the other behind its name."""
    rows: list[list[str | None]] = [
        list(ROWS[0]),
        [cell("0", kind="s"), cell("46348", style="1"), cell("1.5")],
        ["1", None, cell("1", kind="s")],
    ]
    yield sheet(rows).encode()
    yield STYLES.encode()
    yield SHARED.encode()


def archives() -> Iterable[bytes]:
    """Yield spreadsheets."""
    members = {"xl/styles.xml": STYLES, "xl/sharedStrings.xml": SHARED}
    yield xlsx(sheet([list(one) for one in ROWS]), members=members)
    yield xlsx(sheet([["a"], [cell("1")]]), sheet([]))


def read(octets: bytes) -> Table:
    """Read a table, and every row of it."""
    table = read_table(octets, LIMITS)
    for piece in table.pieces:
        read_piece(piece)
    return table


def read_part(octets: bytes) -> Table:
    """Read a spreadsheet one of whose files is `octets`."""
    name = "xl/worksheets/sheet1.xml" if b"<worksheet" in octets[:20] else "xl/styles.xml"
    plain = sheet([["a"], [cell("1", style="1")]])
    return read(xlsx(plain, members={name: octets, "xl/sharedStrings.xml": SHARED}))


def piece(octets: bytes) -> tuple[Line, ...]:
    """Read a piece; what is none is told by an error of ours, as whoever asks for it does."""
    try:
        return read_piece(octets)
    except PieceMalformed:
        raise TableInvalid(fault="content", line=0) from None


def pieces() -> Iterable[bytes]:
    """Yield pieces of tables."""
    for one in (*texts(), *archives()):
        yield from read_table(one, LIMITS).pieces


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness(name="table of texts", seeds=texts, read=read),
    Harness(name="spreadsheet", seeds=archives, read=read),
    Harness(name="part of a spreadsheet", seeds=parts, read=read_part),
    Harness(name="piece of a table", seeds=pieces, read=piece),
)

"""Makes XLSX files for tests, with whatever is to be wrong in them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

__all__ = ["cell", "column", "sheet", "text_cell", "workbook", "xlsx"]

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def column(place: int) -> str:
    """Return the name of a column, the first being 0."""
    name, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def cell(value: str, *, kind: str = "", style: str = "", extra: str = "") -> str:
    """Return the inside of a row for one value as the file holds it; its place is put in by `sheet`."""
    attributes = (f' t="{kind}"' if kind else "") + (f' s="{style}"' if style else "")
    return f'<c r="@"{attributes}>{extra}<v>{escape(value)}</v></c>'


def text_cell(text: str) -> str:
    """Return a cell with its own text."""
    return f'<c r="@" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def sheet(rows: Sequence[Sequence[str | None]], *, after: str = "", hidden: int = 0) -> str:
    """Return a sheet: texts, or cells made by `cell`; None leaves a cell out."""
    written = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, one in enumerate(row):
            if one is not None:
                made = one if one.startswith("<c ") else text_cell(one)
                cells.append(made.replace('r="@"', f'r="{column(place)}{number}"'))
        mark = ' hidden="1"' if number == hidden else ""
        written.append(f'<row r="{number}"{mark}>{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(written)}</sheetData>{after}</worksheet>'


def workbook(*, states: Sequence[str] = ("visible",), counts_from_1904: str = "") -> str:
    """Return a workbook with a sheet for each state."""
    sheets = "".join(
        f'<sheet name="s{place}" sheetId="{place}" state="{state}" r:id="rId{place}"/>'
        for place, state in enumerate(states, start=1)
    )
    properties = f'<workbookPr date1904="{counts_from_1904}"/>' if counts_from_1904 else ""
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{properties}<sheets>{sheets}</sheets></workbook>'


def xlsx(
    *sheets: str, members: Mapping[str, str | bytes | None] | None = None, packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return an XLSX file of sheets; `members` adds, replaces or, with None, takes files away."""
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="x" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    files: dict[str, str | bytes | None] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": workbook(states=["visible"] * len(sheets)),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        **{f"xl/worksheets/sheet{place}.xml": one for place, one in enumerate(sheets, start=1)},
        **(members or {}),
    }
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", packed) as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(zipfile.ZipInfo(name), content, packed)
    return output.getvalue()

"""Tables of separated values, as spreadsheets save them: CSV (RFC 4180), with semicolons or tabs as well."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from licence.bulk.cells import CHARACTERS, Cell, Line
from licence.bulk.errors import TableInvalid

__all__ = ["read"]

SEPARATORS: Final = (",", "\t", ";")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What no text that was decoded rightly contains."""

PRIVATE: Final = re.compile(r"[\ue000-\uf8ff]")
"""Characters of private use 自造字: in GB 18030, which nearly any octets are, a sign that it is another encoding."""

LONGEST_FIELD: Final = 16 * CHARACTERS
"""Characters at which a missing quote is told from a value; read as a whole, the rest of the file would be one."""

QUOTED: Final = re.compile(r'"[^"]*"')


def read(content: bytes, columns: int) -> tuple[str, Iterator[Line]]:
    """Return the encoding of a table and its rows, the header first. Raise `TableInvalid`, at once or on the way."""
    encoding, text = decoded(content)
    return encoding, rows_of(text, separator_of(text), columns=columns)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the encoding and the text: UTF-8, else GB 18030, which spreadsheets in China save. Raise `TableInvalid`.

    Whoever starts the job is shown which it was: a wrong guess would print wrong names. What is UTF-8 is hardly
    anything else, so that characters of private use in it are the fault of their rows, which are refused with them.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            continue
        private = PRIVATE.search(text) if encoding == "gb18030" else None
        if private is not None:
            raise TableInvalid(fault="private_use", line=text.count("\n", 0, private.start()) + 1)
        return encoding.removesuffix("-sig"), text
    raise TableInvalid(fault="encoding", line=0)


def separator_of(text: str) -> str:
    """Return what separates the columns: of the three that are in use, the one that the header has most."""
    header = QUOTED.sub("", text.lstrip().partition("\n")[0])
    return max(SEPARATORS, key=header.count)


def rows_of(text: str, separator: str, *, columns: int) -> Iterator[Line]:
    """Yield the rows. Raise `TableInvalid` where quotes do not close: behind such a place nothing is what it seems."""
    # The limit is the module's own, for the whole process; a worker reads one table at a time, and all have the same.
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for values in reader:
            if len(values) > columns:
                raise TableInvalid(fault="too_many_columns", line=reader.line_num)
            if any(value.strip() for value in values):
                yield Line(number=reader.line_num, cells=tuple(Cell(text=value) for value in values))
    except csv.Error:
        raise TableInvalid(fault="quoting", line=reader.line_num) from None

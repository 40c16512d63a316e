"""Reading names in PDFs as other readers read them (ISO 32000-2, 7.3.5), for pyHanko.

Octets outside of ASCII should be written with an escape in a name, and need not be: Chinese programs write the names of
fonts as they are. pyHanko 0.38 refuses every file in which it meets one, and takes names that are different, one in
UTF-8 and one not, for the same. Here names are the octets that they are.
"""

import re
from typing import Any, Final

from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.misc import PdfReadError, read_until_delimiter

__all__ = ["read_name"]

ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})?")


def read_name(stream: Any) -> Any:  # noqa: ANN401 - pyHanko's
    """Return the name that begins where a file stands. Raise `PdfReadError`."""
    if stream.read(1) != b"/":
        raise PdfReadError("a name begins with a solidus")
    octets: bytes = read_until_delimiter(stream)
    if b"#" in octets:
        octets = ESCAPE.sub(unescaped, octets)
    return NameObject("/" + octets.decode("latin-1"))


def unescaped(found: re.Match[bytes]) -> bytes:
    """Return the octet that an escape stands for."""
    if found[1] is None:
        raise PdfReadError("two hexadecimal digits follow a number sign")
    return bytes.fromhex(found[1].decode())

"""Reading objects from the octets of a PDF, strictly (ISO 32000-2, 7.2 and 7.3): what is not as it says is refused.

Each token costs, nesting has an end, and a dictionary says each thing once: two entries of one name are how a file
shows one thing to one reader and another thing to the next.
"""

import re
from binascii import unhexlify
from functools import lru_cache
from typing import Final

from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Name, Real, Reference, Value

__all__ = ["DELIMITED", "WHITE", "Effort", "octets_of", "read_object", "read_string", "read_value", "skip_white"]

MAX_DEPTH: Final = 64
TOKEN_COST: Final = 8
"""What a token costs, counted in reads of an octet: some 750,000 of them are a second or two."""

AT_ONCE: Final = 1_000
"""Tokens that are accounted for together."""

MAX_NAME: Final = 1_000
MAX_NUMBER: Final = 32
"""Digits of one number; ISO 32000-2, annex C, needs no more than a dozen."""

WHITE: Final = rb"[\0\t\n\f\r ]"
DELIMITED: Final = rb"(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)"
BETWEEN: Final = rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+)*+"
SKIP: Final = re.compile(BETWEEN)
TOKEN: Final = re.compile(
    BETWEEN + rb"(?:(?P<name>/[^\0\t\n\f\r ()<>\[\]{}/%]*+)"
    rb"|(?P<reference>((?!0++"
    + WHITE
    + rb")[0-9]{1,10})"
    + WHITE
    + rb"++([0-9]{1,5})"
    + WHITE
    + rb"++R"
    + DELIMITED
    + rb")"
    rb"|(?P<integer>[+-]?[0-9]++" + DELIMITED + rb")"
    rb"|(?P<real>[+-]?(?:[0-9]++\.[0-9]*+|\.[0-9]++)" + DELIMITED + rb")"
    rb"|(?P<open><<)|(?P<close>>>)|(?P<begin>\[)|(?P<end>\])"
    rb"|(?P<hexadecimal><)"
    rb"|\((?P<plain>[^()\\\r]*+)\)"
    rb"|(?P<string>\()"
    rb"|(?P<keyword>(?:true|false|null)" + DELIMITED + rb"))"
)
SHORT: Final = 2_048
"""Octets of an object whose reading is kept."""

HEXADECIMAL: Final = re.compile(rb"([0-9A-Fa-f\0\t\n\f\r ]*+)>")
BEHIND: Final = re.compile(rb"endobj|stream")
HASH: Final = re.compile(rb"#([0-9A-Fa-f]{2})?")
IN_STRING: Final = re.compile(rb"[()\\\r]")
OCTAL: Final = re.compile(rb"[0-7]{1,3}")
ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
KEYWORDS: Final[dict[bytes, Value]] = {b"true": True, b"false": False, b"null": None}


class Effort:
    """How much work a file may still cost."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, cost: int) -> None:
        """Take note of work, or raise `PDFLimitExceeded` when it was too much."""
        self.spent += cost
        if self.spent > LIMITS.work:
            raise PDFLimitExceeded(limit="work", allowed=LIMITS.work)


def skip_white(pdf: bytes, at: int) -> int:
    """Return the place of what comes after white space and comments."""
    found = SKIP.match(pdf, at)
    return at if found is None else found.end()


def read_object(pdf: bytes, at: int, effort: Effort) -> tuple[Value, int]:
    """Return what `read_value` returns. What stood in the same octets before is not read again: files are alike."""
    behind = BEHIND.search(pdf, at, at + SHORT)
    known = None if behind is None else known_value(pdf[at : behind.end()], behind.start() - at)
    if known is None:
        return read_value(pdf, at, effort)
    value, length, cost = known
    effort.spend(cost)
    return value, at + length


@lru_cache(maxsize=2_048)
def known_value(text: bytes, inside: int) -> tuple[Value, int, int] | None:
    """Return the object that a text begins with, its length and what reading it costs.

    None unless it ends within the first `inside` octets, before the keyword that the text ends with: it is the same
    then whatever follows.
    """
    effort = Effort()
    try:
        value, length = read_value(text, 0, effort)
    except (PDFMalformed, PDFLimitExceeded):
        return None
    return (value, length, effort.spent) if length <= inside else None


def read_value(pdf: bytes, at: int, effort: Effort) -> tuple[Value, int]:  # noqa: C901 - the innermost loop there is
    """Return the object at a place, and the place behind it. Raise `PDFMalformed` or `PDFLimitExceeded`."""
    match_token = TOKEN.match
    waiting: list[tuple[str, list[Value]]] = []
    count = 0
    value: Value
    while True:
        token = match_token(pdf, at)
        if token is None:
            raise PDFMalformed
        count += 1
        if count == AT_ONCE:
            effort.spend(TOKEN_COST * AT_ONCE)
            count = 0
        at, kind = token.end(), token.lastgroup
        if kind == "name":
            value = name_of(token[1])
        elif kind == "integer":
            value = integer_of(token[5])
        elif kind == "reference":
            value = Reference(int(token[3]), int(token[4]))
        elif kind == "open" or kind == "begin":  # noqa: PLR1714 - faster than a set
            if len(waiting) == MAX_DEPTH:
                raise PDFMalformed
            waiting.append((kind, []))
            continue
        elif kind == "close" or kind == "end":  # noqa: PLR1714 - faster than a set
            value = closed(waiting, kind)
        elif kind == "string" or kind == "hexadecimal":  # noqa: PLR1714 - faster than a set
            value, at = read_string(pdf, at, effort) if kind == "string" else read_hexadecimal(pdf, at)
        else:
            value = read_simple(token, kind)
        if not waiting:
            effort.spend(TOKEN_COST * count)
            return value, at
        waiting[-1][1].append(value)


def closed(waiting: list[tuple[str, list[Value]]], kind: str) -> Value:
    """Return the array or dictionary that ends, and take it from those that wait for their end."""
    if not waiting:
        raise PDFMalformed
    opening, members = waiting.pop()
    if (opening == "begin") != (kind == "end"):
        raise PDFMalformed
    if opening == "begin":
        return tuple(members)
    keys, values = members[::2], members[1::2]
    entries: dict[str, Value] = {}
    for key, value in zip(keys, values, strict=False):
        if not isinstance(key, Name) or key in entries:
            raise PDFMalformed
        entries[key] = value
    if len(keys) != len(values):
        raise PDFMalformed
    # 7.3.7: an entry whose value is null is none.
    return {key: one for key, one in entries.items() if one is not None} if None in values else entries


def read_simple(token: re.Match[bytes], kind: str | None) -> Value:
    """Return the object that one token is, of the kinds that are less common."""
    match kind:
        case "real" if len(token["real"]) <= MAX_NUMBER:
            return Real(token["real"])
        case "plain":
            return token["plain"]
        case "keyword":
            return KEYWORDS[token["keyword"]]
        case _:  # a number beyond measure
            raise PDFMalformed


def read_hexadecimal(pdf: bytes, at: int) -> tuple[bytes, int]:
    """Read what follows the angle bracket of a string of hexadecimal digits (7.3.4.3): a signature has many of them."""
    end = pdf.find(b">", at)
    if end < 0:
        raise PDFMalformed
    try:
        return unhexlify(pdf[at:end]), end + 1
    except ValueError:  # white space, an odd digit, or what is none
        found = HEXADECIMAL.match(pdf, at)
        if found is None:
            raise PDFMalformed from None
        return octets_of(found[1]), found.end()


def octets_of(digits: bytes) -> bytes:
    """Return a string from its hexadecimal digits, between any of which may be white space."""
    text = digits.decode()
    try:
        return bytes.fromhex(text)
    except ValueError:
        text = "".join(text.replace("\0", " ").split())
        return bytes.fromhex(text + "0" * (len(text) % 2))  # 7.3.4.3: an odd digit is followed by 0


def integer_of(digits: bytes) -> int:
    """Return an integer from its digits."""
    if len(digits) > MAX_NUMBER:
        raise PDFMalformed
    return int(digits)


@lru_cache(maxsize=4_096)
def name_of(token: bytes) -> Name:
    """Return a name from its token with the solidus."""
    if len(token) > MAX_NAME:
        raise PDFMalformed
    if b"#" not in token:
        return Name(token[1:].decode("latin-1"))

    def octet(found: re.Match[bytes]) -> bytes:
        if found[1] is None or found[1] == b"00":
            raise PDFMalformed
        return bytes.fromhex(found[1].decode())

    return Name(HASH.sub(octet, token[1:]).decode("latin-1"))


def read_string(pdf: bytes, at: int, effort: Effort) -> tuple[Value, int]:
    """Read what follows the parenthesis of a string that has escapes or parentheses in it (7.3.4.2)."""
    parts: list[bytes] = []
    open_parentheses = 1
    while True:
        found = IN_STRING.search(pdf, at)
        if found is None:
            raise PDFMalformed
        effort.spend(TOKEN_COST)
        parts.append(pdf[at : found.start()])
        at = found.end()
        match found[0]:
            case b"\\":
                part, at = read_escape(pdf, at)
                parts.append(part)
                continue
            case b"\r":
                at += pdf.startswith(b"\n", at)
                parts.append(b"\n")
                continue
            case b"(":
                open_parentheses += 1
            case _:
                open_parentheses -= 1
        if open_parentheses == 0:
            return b"".join(parts), at
        parts.append(found[0])


def read_escape(pdf: bytes, at: int) -> tuple[bytes, int]:
    """Read what follows a reverse solidus."""
    octal = OCTAL.match(pdf, at)
    if octal is not None:
        return bytes((int(octal[0], 8) & 0xFF,)), octal.end()
    if pdf.startswith(b"\r\n", at):
        return b"", at + 2
    one = pdf[at : at + 1]
    return (b"", at + 1) if one in (b"\n", b"\r") else (ESCAPES.get(one, one), at + 1)

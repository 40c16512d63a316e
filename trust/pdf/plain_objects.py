"""Reads objects of a PDF that are written plainly, as pyHanko reads them, many times as fast.

pyHanko reads octet by octet. Nearly all objects of nearly all files need no more than a few kinds of tokens, each of
which one expression finds whole. Whatever is written in another way that is allowed, or is not allowed at all, is left
to pyHanko: escapes, comments, strings over several lines, keys that stand there twice, streams whose length stands
elsewhere or is wrong. So no two readings of one file are ever chosen between: a test holds both against each other over
every file of the vectors.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from pyhanko.pdf_utils import generic

__all__ = ["plain_object"]

SPACE: Final = rb"[ \n\r\t\f\x00]"
END: Final = rb"(?=[ \n\r\t\f\x00()<>\[\]{}/%])"
TOKEN: Final = re.compile(
    SPACE
    + rb"*(?:(?P<name>/[!-\"$&'*-.0-;=?-Z\\^-z|~]+)"
    + END
    + rb"|(?P<reference>[1-9][0-9]{0,9} [0-9]{1,5} R)"
    + END
    + rb"|(?P<integer>[+-]?[0-9]{1,10})"
    + END
    + rb"|(?P<real>[+-]?[0-9]{0,10}\.[0-9]{1,10})"
    + END
    + rb"|(?P<open><<)|(?P<close>>>)|(?P<begin>\[)|(?P<end>\])"
    + rb"|<(?P<hexadecimal>(?:[0-9A-Fa-f]{2})*)>"
    + rb"|\((?P<literal>[^()\\\r\n]*)\)"
    + rb"|(?P<word>true|false|null)"
    + END
    + rb")"
)
"""A name without escapes, a reference, a number, what begins and ends a dictionary and an array, a string, a word."""

HEADER: Final = re.compile(rb"([1-9][0-9]{0,9}) ([0-9]{1,5}) obj" + END)
STREAM: Final = re.compile(SPACE + rb"*stream\r?\n")
END_OF_STREAM: Final = re.compile(SPACE + rb"*endstream" + END)
END_OF_OBJECT: Final = re.compile(SPACE + rb"*endobj" + SPACE + rb"+(?=[^% \n\r\t\f\x00])")
DEEPEST: Final = 32
"""Dictionaries and arrays in each other; deeper ones are left to pyHanko and its limits."""


class NotPlain(Exception):
    """The object is written in another way."""


def plain_object(file: bytes, place: int, reference: Any) -> tuple[Any, int] | None:  # noqa: ANN401 - pyHanko's
    """Return the object that begins at `place`, and where it ends; None for whoever asks to read it by pyHanko.

    `reference` is what the object is found under; what reads it is what the references in it belong to.
    """
    header = HEADER.match(file, place)
    if header is None or (int(header[1]), int(header[2])) != (reference.idnum, reference.generation):
        return None
    try:
        value, place = read_value(file, header.end(), reference)
        if type(value) is generic.DictionaryObject:
            stream = STREAM.match(file, place)
            if stream is not None:
                value, place = read_stream(file, stream.end(), value)
        end = END_OF_OBJECT.match(file, place)
    except NotPlain:
        return None
    if end is None:
        return None
    value.container_ref = reference
    return value, end.end()


def read_stream(file: bytes, place: int, dictionary: Any) -> tuple[Any, int]:  # noqa: ANN401 - pyHanko's
    """Return the stream with a dictionary, and where it ends."""
    length = dict.get(dictionary, "/Length")
    if type(length) is not generic.NumberObject or length < 0:
        raise NotPlain
    after = place + int(length)
    end = END_OF_STREAM.match(file, after)
    if end is None:
        raise NotPlain
    stream = generic.StreamObject(encoded_data=file[place:after])
    dict.update(stream, dictionary)
    return stream, end.end()


def read_value(file: bytes, place: int, reference: Any) -> tuple[Any, int]:  # noqa: ANN401 - pyHanko's
    """Return the value that begins at `place`, and where it ends."""
    pdf, match = reference.get_pdf_handler(), TOKEN.match
    whole: list[Any] = []
    stack: list[list[Any]] = [whole]
    while True:
        token = match(file, place)
        if token is None:
            raise NotPlain
        place, kind = token.end(), token.lastgroup
        if kind in {"open", "begin"}:
            if len(stack) > DEEPEST:
                raise NotPlain
            stack.append([kind])
            continue
        if kind in {"close", "end"}:
            if len(stack) == 1:
                raise NotPlain
            opened, *members = stack.pop()
            value = COLLECTED[kind](opened, members, reference)
        elif kind == "reference":
            number, generation, _ = token[kind].split(b" ")
            value = generic.IndirectObject(int(number), int(generation), pdf)
        else:
            value = SIMPLE[kind or ""](token[kind or ""])
        stack[-1].append(value)
        if len(stack) == 1:
            return whole[0], place


def dictionary_of(opened: str, members: list[Any], reference: Any) -> Any:  # noqa: ANN401 - pyHanko's
    """Return the dictionary of keys and values in turn."""
    keys, values = members[::2], members[1::2]
    if opened != "open" or len(members) % 2 or any(type(key) is not generic.NameObject for key in keys):
        raise NotPlain
    for value in values:
        value.container_ref = reference
    made = generic.DictionaryObject()
    dict.update(made, zip(keys, values, strict=True))
    if len(made) != len(keys):
        raise NotPlain
    return made


def array_of(opened: str, members: list[Any], reference: Any) -> Any:  # noqa: ANN401 - pyHanko's
    """Return the array of members."""
    if opened != "begin":
        raise NotPlain
    for member in members:
        member.container_ref = reference
    return generic.ArrayObject(members)


COLLECTED: Final[dict[str, Callable[[str, list[Any], Any], Any]]] = {"close": dictionary_of, "end": array_of}
WORDS: Final = {
    b"true": lambda: generic.BooleanObject(True),  # noqa: FBT003 - pyHanko's
    b"false": lambda: generic.BooleanObject(False),  # noqa: FBT003 - pyHanko's
    b"null": generic.NullObject,
}
SIMPLE: Final[dict[str, Callable[[bytes], Any]]] = {
    "name": lambda token: generic.NameObject(token.decode("ascii")),
    "integer": lambda token: generic.NumberObject(token.decode("ascii")),
    "real": lambda token: generic.FloatObject(token.decode("ascii")),
    "hexadecimal": lambda token: generic.pdf_string(bytes.fromhex(token.decode("ascii"))),
    "literal": generic.pdf_string,
    "word": lambda token: WORDS[token](),
}

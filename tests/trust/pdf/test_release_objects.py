"""Objects of our revisions: each in the one way in which this house writes it, whatever was found before."""

from typing import Final

import pytest

from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Name, Reference, Stream, Value, written
from trust.pdf.release_objects import MOST, SHORT, known_object, object_in
from trust.pdf.release_step import PDFReleaseRefused

PLACE: Final = Reference(7)
VALUES: Final[dict[str, Value]] = {
    "a dictionary": {"Type": Name("Page"), "Count": 3},
    "a stream": Stream({"Type": Name("XObject")}, b"0 0 m\nendstream"),
    "an empty stream": Stream({}, b""),
    "a long stream": Stream({}, bytes(SHORT)),
    "an array": (Reference(1), b"text", b"\xff"),
    "a signature": {"ByteRange": (0, 1, 2, 3), "Contents": b"\1\2", "Type": Name("Sig")},
}


def text_of(value: Value, place: Reference = PLACE) -> bytes:
    """Return an object as this house writes it, with the end of line behind it."""
    if isinstance(value, dict) and "ByteRange" in value:
        rest = written({key: one for key, one in value.items() if key not in ("ByteRange", "Contents")})
        return b"7 0 obj\n<<\n/ByteRange [0 1 2 3     ]\n/Contents <0102>%b\nendobj\n" % rest.removeprefix(b"<<")
    return b"%d %d obj\n%b\nendobj\n" % (*place, written(value))


@pytest.mark.parametrize("name", VALUES)
def test_an_object_is_what_was_written(name: str) -> None:
    text = text_of(VALUES[name])
    first, cost = object_in(text, PLACE)
    expected = VALUES[name]
    if isinstance(expected, Stream):
        expected = Stream({**expected.dictionary, "Length": len(expected.data)}, expected.data)
    assert (first, object_in(bytes(bytearray(text)), PLACE)) == (expected, (expected, cost))
    assert cost > 0


@pytest.mark.parametrize("name", sorted(set(VALUES) - {"a signature"}))
def test_an_octet_of_another_value_makes_another_object_or_none(name: str) -> None:
    """Those that were found good before are asked about again, in other octets."""
    text, refused = text_of(VALUES[name]), 0
    object_in(text, PLACE)
    for place in (*range(min(len(text), 60)), *range(len(text) - 20, len(text))):
        for other in (b"", b" ", b"\n", bytes((text[place] ^ 1,))):
            changed = text[:place] + other + text[place + 1 :]
            try:
                value, _ = object_in(changed, PLACE)
            except (PDFMalformed, PDFReleaseRefused):
                refused += 1
            else:
                assert text_of(value) == changed
    assert refused > 0


def test_an_object_of_another_number_is_none() -> None:
    text = text_of(VALUES["a dictionary"])
    object_in(text, PLACE)
    for other in (Reference(8), Reference(7, 1)):
        with pytest.raises(PDFMalformed):
            object_in(text, other)


@pytest.mark.parametrize(
    "text",
    [
        b"7 0 obj\n<<\n/Length 8 0 R\n>>\nstream\n\nendstream\nendobj\n",
        b"7 0 obj\n<<\n/Length true\n>>\nstream\n\nendstream\nendobj\n",
        b"7 0 obj\n[1]\nstream\n\nendstream\nendobj\n",
        b"7 0 obj\n<<\n>>\nendobj\n7 0 obj\n<<\n>>\nendobj\n",
        b"7 0 obj\n<<\n>>\nendobj",
        b"7 0 obj\n<<\n>>\nendobj\n\n",
        b"7 0 obj\n<<\n/ByteRange [0 1 2 3]\n/Contents 5\n>>\nendobj\n",
    ],
)
def test_what_this_house_does_not_write(text: bytes) -> None:
    for _ in range(2):
        with pytest.raises(PDFReleaseRefused):
            object_in(text, PLACE)


def test_few_are_remembered_and_no_long_ones() -> None:
    object_in(text_of(VALUES["a long stream"]), PLACE)
    assert known_object.cache_info().maxsize == MOST
    before = known_object.cache_info().currsize
    object_in(text_of(Stream({}, bytes(SHORT + 1))), PLACE)
    assert known_object.cache_info().currsize == before

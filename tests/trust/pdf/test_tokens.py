"""Objects of a PDF, read and written: what ISO 32000-2 says, and nothing that it does not."""

import math
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Name, Raw, Real, Reference, Stream, Value, number_of, text_of, text_string, written
from trust.pdf.tokens import SHORT, Effort, known_value, read_object, read_value, skip_white


def read(text: bytes) -> Value:
    value, end = read_value(text, 0, Effort())
    assert skip_white(text, end) == len(text)
    return value


GOOD: Final[dict[bytes, Value]] = {
    b"null": None,
    b"true": True,
    b"false": False,
    b"7": 7,
    b"+7": 7,
    b"-7": -7,
    b"007": 7,
    b"1.5": 1.5,
    b"-.5": -0.5,
    b"4.": 4.0,
    b"/Name": "Name",
    b"/": "",
    b"/A#20B": "A B",
    b"/A;-_$*.@": "A;-_$*.@",
    b"()": b"",
    b"(text)": b"text",
    b"(a(b)c)": b"a(b)c",
    b"(a((b)()c))": b"a((b)()c)",
    b"(\\n\\r\\t\\b\\f\\(\\)\\\\)": b"\n\r\t\b\f()\\",
    b"(\\101\\1012\\7)": b"AA2\7",
    b"(\\x\\8)": b"x8",
    b"(\\777)": b"\xff",
    b"(a\\\nb\\\r\nc\\\rd)": b"abcd",
    b"(a\rb\r\nc\nd)": b"a\nb\nc\nd",
    b"<>": b"",
    b"<41 42\n43\0>": b"ABC",
    b"<414>": b"A@",
    b"<4a4B>": b"JK",
    b"[]": (),
    b"[1 2]": (1, 2),
    b"[1 0 R 2]": (Reference(1), 2),
    b"[1 2 0 R]": (1, Reference(2)),
    b"[/A/B(c)<64>]": ("A", "B", b"c", b"d"),
    b"<<>>": {},
    b"<</A 1/B[2]>>": {"A": 1, "B": (2,)},
    b"<</A null/B 1>>": {"B": 1},
    b"<</A<</B<<>>>>>>": {"A": {"B": {}}},
    b"12 65535 R": Reference(12, 65535),
    b" %comment\n 7": 7,
    b"[1%2\r3]": (1, 3),
}


@pytest.mark.parametrize("text", GOOD, ids=ascii)
def test_an_object(text: bytes) -> None:
    found = read(text)
    assert found == GOOD[text]
    assert type(found) is type(GOOD[text]) or isinstance(found, (Name, Real))


BAD: Final = [
    b"",
    b"%only a comment",
    b"]",
    b">>",
    b"[1",
    b"<</A",
    b"<</A 1",
    b"<</A>>",
    b"<<1 2>>",
    b"<<(A) 2>>",
    b"<</A 1/A 1>>",
    b"<</A 1/#41 2>>",
    b"[1>>",
    b"<</A 1]",
    b"[0 0 R]",
    b"<</A 000 0 R>>",
    b"(open",
    b"((a)",
    b"(open\\",
    b"<41",
    b"<4G>",
    b"<4142",
    b"<4142434",
    b"<41(>",
    b"<41\v42>",
    b"/A#",
    b"/A#4",
    b"/A#GG",
    b"/A#00",
    b"1.2.3",
    b"--1",
    b"+",
    b".",
    b"1e5",
    b"0x10",
    b"nul",
    b"nulls",
    b"True",
    b"R",
    b"{1}",
    b"1" * 33,
    b"1." + b"1" * 32,
    b"/" + b"a" * 1_000,
]


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:20]))
def test_what_is_no_object(text: bytes) -> None:
    with pytest.raises(PDFMalformed):
        read(text)


@pytest.mark.parametrize("opening", [b"[", b"<</A", b"<</A["])
def test_how_deep_objects_may_stand_in_each_other(opening: bytes) -> None:
    per_level = opening.count(b"[") + opening.count(b"<<")
    closing = b"".join(b"]" if one == b"[" else b">>" for one in (b"[", b"<<") if one in opening)
    good = 64 // per_level
    read(opening * good + b" 1 " + closing * good)
    with pytest.raises(PDFMalformed):
        read(opening * (good + 1) + b" 1 " + closing * (good + 1))


@pytest.mark.no_cover
def test_what_reading_may_cost() -> None:
    effort = Effort()
    read_value(b"[" + b"1 " * 2_500 + b"]", 0, effort)
    assert effort.spent == 8 * 2_502
    with pytest.raises(PDFLimitExceeded) as caught:
        read_value(b"[" + b"1 " * (LIMITS.work // 8 + 1) + b"]", 0, Effort())
    assert caught.value.details == {"limit": "work", "allowed": LIMITS.work}
    with pytest.raises(PDFLimitExceeded):
        read_value(b"(" + b"\\n" * (LIMITS.work // 8 + 1) + b")", 0, Effort())


# --- writing

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**20), max_value=10**20)
    | st.binary(max_size=20)
    | st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20).map(Name)
    | st.builds(Reference, st.integers(1, 10**9), st.integers(0, 65535)),
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=9).map(Name),
            inner.filter(lambda one: one is not None),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Value) -> None:
    assert read(written(value)) == value
    assert written(read(written(value))) == written(value)


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_numbers_are_written_to_four_places(value: float) -> None:
    found = read(written(value))
    assert math.isclose(number_of(found), value, abs_tol=5.1e-5)


@pytest.mark.parametrize("digits", [b"1.50", b"-.5", b"4.", b"0.123456789012345678"])
def test_a_number_keeps_its_digits(digits: bytes) -> None:
    assert written(read(digits)) == digits


def test_how_things_are_written() -> None:
    assert (
        written({"A": (1, 2.5, Name("b c"), None), "B": Raw(b"[0   ]")}) == b"<<\n/A [1 2.5 /b#20c null]\n/B [0   ]\n>>"
    )
    assert written(b"a(b)\\") == b"(a\\(b\\)\\\\)"
    assert written(b"a\n") == b"<610a>"
    assert written(Stream({"A": 1, "Length": 7}, b"xyz")) == b"<<\n/A 1\n/Length 3\n>>\nstream\nxyz\nendstream"


@given(st.text(max_size=20))
def test_texts(text: str) -> None:
    assert text_of(text_string(text)) == text


@pytest.mark.parametrize(
    ("octets", "text"), [(b"a", "a"), (b"\xef\xbb\xbf\xe7\xab\xa0", "章"), (b"\xfe\xff\x7a\xe0", "章"), (b"\xe9", "é")]
)
def test_texts_in_their_encodings(octets: bytes, text: str) -> None:
    assert text_of(octets) == text


@pytest.mark.parametrize("value", [7, Name("a"), None, b"\xfe\xff\xd8\x00", b"\xfe\xff\x00", b"\xef\xbb\xbf\xff"])
def test_what_is_no_text(value: Value) -> None:
    with pytest.raises(PDFMalformed):
        text_of(value)


@pytest.mark.parametrize("value", [True, b"7", Name("7"), None, ()])
def test_what_is_no_number(value: Value) -> None:
    with pytest.raises(PDFMalformed):
        number_of(value)


# --- objects of which the same octets were read before

LONG = b"[" + b"1 " * SHORT + b"]"
WHOLE = (
    b"<</A 1/B[2 0 R(x)]>>\nendobj",
    b"12 0 R endobj",
    b"12 endobj",
    b"[1 2]stream\nxx",
    b"<</Length 3>>\nstream\nxxx\nendstream\nendobj",
    b"/Upstream2 endobj",
    b"/Up#73tream endobj",
    b"(endobj) endobj",
    b"(a stream(b)) endobj",
    b"<</A(endobj)/B/stream>>endobj",
    b"%endobj\n/Foo endobj",
    b"/Foo%endobj\n endobj",
    b"/Foo",
    LONG + b"endobj",
)
"""Objects as they stand in a file, with what stands behind them."""

BROKEN = (b"5endobj", b"endobj", b"<</A endobj", b"<</A 1/A 2>>endobj", b"(endobj", b"")


@pytest.mark.parametrize("before", [b"", b"1 0 obj\n"], ids=["at the start", "further on"])
@pytest.mark.parametrize("text", WHOLE)
def test_an_object_is_read_alike_however_often(text: bytes, before: bytes) -> None:
    for behind in (b"", b"2 endobj", b" 0 R endobj"):
        whole, effort = before + text + behind, Effort()
        wanted = read_value(whole, len(before), effort)
        for _ in range(2):
            again = Effort()
            assert read_object(whole, len(before), again) == wanted
            assert again.spent == effort.spent


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_object_is_none_however_often(text: bytes) -> None:
    for _ in range(2):
        with pytest.raises(PDFMalformed):
            read_object(text, 0, Effort())


def test_a_name_goes_on_behind_the_word_that_it_holds() -> None:
    assert read_object(b"/Upstream endobj", 0, Effort()) == ("Upstream", 9)
    assert read_object(b"/Upstreams endobj", 0, Effort()) == ("Upstreams", 10)
    assert read_object(b"/Upstream", 0, Effort()) == ("Upstream", 9)


def test_the_same_octets_are_read_once() -> None:
    text = b"<</Read/Once/In/This/Test 1>>endobj"
    read_object(text, 0, Effort())
    hits = known_value.cache_info().hits
    read_object(b"other octets " + text, 13, Effort())
    assert known_value.cache_info().hits == hits + 1


def test_an_object_that_was_read_before_costs_what_it_did() -> None:
    text = b"[1 2 3 4 5]endobj"
    read_object(text, 0, Effort())
    effort = Effort()
    effort.spent = LIMITS.work
    with pytest.raises(PDFLimitExceeded):
        read_object(text, 0, effort)

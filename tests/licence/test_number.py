"""Licence identifiers (GB/T 36904): real ones, every part broken alone, and the check character computed twice."""

import string
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence.errors import LicenceIdentifierMalformed, TypeCodeMalformed
from licence.number import LicenceIdentifier, require_type_code

REAL = (
    # Identifiers of licences that authorities have published.
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
)
GOOD = LicenceIdentifier(
    type_code="11100000MB0127170X032", issuer="11330199MB0A00018Q", serial="202600000042", version=1
)
CHARACTERS = string.digits + string.ascii_uppercase
FULL_WIDTH = {ord(digit): 0xFF10 + int(digit) for digit in string.digits}
ARABIC = {ord(digit): 0x0660 + int(digit) for digit in string.digits}


def congruent(text: str) -> bool:
    """Tell whether a text with its check character is congruent to 1 (ISO/IEC 7064, hybrid systems: M = 36)."""
    product = 36
    for character in text[:-1]:
        total = (product + int(character, 36)) % 36
        product = (total or 36) * 2 % 37
    return (product + int(text[-1], 36)) % 36 == 1


def fault_of(text: str) -> object:
    with pytest.raises(LicenceIdentifierMalformed) as refused:
        LicenceIdentifier.parse(text)
    return refused.value.details["fault"]


@pytest.mark.parametrize("text", REAL)
def test_real_identifiers_are_read_and_written_alike(text: str) -> None:
    found = LicenceIdentifier.parse(text)
    assert text == str(found)
    assert [found.type_code, found.issuer, found.serial, f"{found.version:03d}"] == text.split(".")[5:9]


identifiers = st.builds(
    LicenceIdentifier,
    type_code=st.builds("{}{:03d}".format, st.text(CHARACTERS, min_size=18, max_size=18), st.integers(0, 999)),
    issuer=st.text(CHARACTERS, min_size=18, max_size=18) | st.text(string.digits, min_size=6, max_size=6),
    serial=st.text(CHARACTERS, min_size=1, max_size=32),
    version=st.integers(1, 999),
)


@given(identifiers)
def test_the_check_character_is_that_of_iso_7064(identifier: LicenceIdentifier) -> None:
    *parts, check = str(identifier).split(".")[5:]
    assert [one for one in CHARACTERS if congruent("".join(parts) + one)] == [check]


@given(identifiers)
def test_what_is_written_is_read_again(identifier: LicenceIdentifier) -> None:
    assert identifier == LicenceIdentifier.parse(str(identifier))


@given(identifiers, st.data())
def test_one_wrong_character_is_found(identifier: LicenceIdentifier, data: st.DataObject) -> None:
    text = str(identifier)
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from([one for one in CHARACTERS + "." if one != text[place]]))
    assert fault_of(text[:place] + wrong + text[place + 1 :]) in {"form", "issuer", "serial", "version", "check"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda t: t[:0], "form"),
        (lambda t: t.removeprefix("1.2.156.3005.2."), "form"),
        (lambda t: t.replace("3005.2", "3005.1"), "form"),  # official documents have the arc beside
        (lambda t: t + ".0", "form"),
        (lambda t: t[:-2], "form"),
        (lambda t: t.replace("X032", "X03"), "form"),
        (lambda t: t.replace("X032", "x032"), "form"),
        (lambda t: t.replace(".001.", ".1."), "form"),
        (lambda t: t.replace(".001.", ".0001."), "form"),
        (lambda t: t.replace(".001.", ".00A."), "form"),
        (lambda t: t.replace(".001.", ".000."), "version"),
        (lambda t: t.replace("18Q", "18"), "issuer"),
        (lambda t: t.replace("18Q", "18q"), "issuer"),
        (lambda t: t.replace("11330199MB0A00018Q", "33019"), "issuer"),
        (lambda t: t.replace("202600000042", ""), "serial"),
        (lambda t: t.replace("202600000042", "2" * 33), "serial"),
        (lambda t: t.replace("202600000042", "2026-0042"), "serial"),
        (lambda t: t.replace("000042", "000043"), "check"),
        (lambda t: t[:-1] + t[-1].lower() + "\n", "check"),
        (lambda t: t[:-1], "check"),
        (lambda t: " " + t, "form"),
    ],
)
def test_each_part_is_refused_by_its_name(change: Callable[[str], str], fault: str) -> None:
    assert fault == fault_of(change(str(GOOD)))


@pytest.mark.parametrize("digits", [FULL_WIDTH, ARABIC])
@pytest.mark.parametrize("part", [5, 6, 7, 8, 9])
def test_digits_of_other_scripts_are_no_digits(part: int, digits: dict[int, int]) -> None:
    # An identifier must have one spelling: two that look alike would be two licences.
    parts = REAL[4].split(".")
    parts[part] = parts[part].translate(digits)
    assert fault_of(".".join(parts)) in {"form", "issuer", "serial", "check"}


@pytest.mark.parametrize("digits", [FULL_WIDTH, ARABIC])
def test_a_type_code_has_no_digits_of_other_scripts(digits: dict[int, int]) -> None:
    with pytest.raises(TypeCodeMalformed):
        require_type_code("11100000MB0127170X" + "032".translate(digits))


@pytest.mark.parametrize(
    "code", ["", "11100000MB0127170X", "11100000MB0127170X03", "11100000MB0127170X0321", "11100000MB0127170X03A",
             "11100000mB0127170X032", "11100000MB0127170X032\n", "11100000MB0127170-032"]
)  # fmt: skip
def test_a_type_code_of_another_form_is_refused(code: str) -> None:
    with pytest.raises(TypeCodeMalformed):
        require_type_code(code)
    with pytest.raises(TypeCodeMalformed):
        replace(GOOD, type_code=code)


def test_a_type_code_is_18_characters_and_a_number() -> None:
    require_type_code("11100000MB0127170X032")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"version": 0}, "version"),
        ({"version": 1000}, "version"),
        ({"version": -1}, "version"),
        ({"serial": ""}, "serial"),
        ({"serial": "A" * 33}, "serial"),
        ({"serial": "a"}, "serial"),
        ({"issuer": ""}, "issuer"),
        ({"issuer": "33019900"}, "issuer"),
    ],
)
def test_an_identifier_of_wrong_parts_cannot_be_built(changes: dict[str, object], fault: str) -> None:
    parts = {"type_code": GOOD.type_code, "issuer": GOOD.issuer, "serial": GOOD.serial, **changes}
    with pytest.raises(LicenceIdentifierMalformed) as refused:
        LicenceIdentifier(**parts)  # type: ignore[arg-type] # on purpose
    assert {"fault": fault} == refused.value.details


@pytest.mark.parametrize(("version", "serial"), [(1, "A"), (999, "Z" * 32)])
def test_the_largest_and_smallest_parts_are_taken(version: int, serial: str) -> None:
    one = replace(GOOD, version=version, serial=serial)
    assert one == LicenceIdentifier.parse(str(one))

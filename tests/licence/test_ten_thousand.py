"""A slice of tests/drills/ten_thousand.py, and that it sees what it looks for."""

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from benchmarks.licence_rig import Rig, rig
from licence.ordering import IssueLicence
from licence.repository import Licence
from licence.standing import ClaimReport, malformed
from tests.drills.ten_thousand import PLACES, Fault, Onlooker, checks_out, drill, issue, values_of
from tests.judges import program
from trust.verdict import Verdict

PUBLIC = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
]
"""Identifiers of licences that were published."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Rig]:
    for name in ("qpdf", "pdfsig", "pdftoppm", "pdftotext"):
        program(name)
    with rig() as found:
        yield found


@pytest.fixture
def onlooker(issuer: Rig, tmp_path: Path) -> Onlooker:
    return Onlooker(issuer, tmp_path)


@pytest.fixture(scope="module")
def issued(issuer: Rig) -> tuple[Licence, IssueLicence, bytes]:
    ((licence, command),) = issue(issuer, 1)
    assert licence.file is not None
    return licence, command, issuer.instance.blobs.get(licence.file)


@pytest.mark.parametrize("identifier", PUBLIC)
def test_public_identifiers_check_out(identifier: str) -> None:
    assert checks_out(identifier)
    assert not checks_out(identifier[:-1] + ("1" if identifier[-1] != "1" else "2"))


@pytest.mark.no_cover
def test_a_slice(issuer: Rig) -> None:
    assert drill(issuer, 6).licences == 6


def test_values_that_are_not_on_the_page_are_seen(
    issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker
) -> None:
    licence, command, pdf = issued
    other = IssueLicence(**{**vars(command), "data": {**command.data, "premises": "云州市无此路1号"}})
    with pytest.raises(Fault, match="text of premises"):
        onlooker.look_at(pdf, licence, other)


def test_values_in_each_others_places_are_seen(issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker) -> None:
    values = values_of(*issued[:2])
    shown = "".join(f"{before}{values[name]}" for name, before in PLACES.items())
    swapped = {**values, "premises": values["address"], "address": values["premises"]}
    with pytest.raises(Fault, match="text before"):
        onlooker.require_text(shown, swapped)
    onlooker.require_text(shown, values)
    with pytest.raises(Fault, match="text of the page"):
        onlooker.require_text(shown, swapped)


@pytest.mark.parametrize("name", PLACES)
def test_a_value_that_is_longer_on_the_page_is_seen(
    name: str, issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker
) -> None:
    values = values_of(*issued[:2])
    shown = "".join(f"{before}{values[one]}" for one, before in PLACES.items())
    onlooker.require_text(shown, values)
    with pytest.raises(Fault, match="text of the page"):
        onlooker.require_text(shown, {**values, name: values[name][:-1]})


def test_another_licences_code_is_seen(issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker) -> None:
    licence, command, pdf = issued
    other = Licence(**{**vars(licence), "claim": "https://trust.example/v/x"})
    with pytest.raises(Fault, match="QR code"):
        onlooker.look_at(pdf, other, command)


def test_a_code_that_the_registry_does_not_bear_out_is_seen(
    issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker
) -> None:
    licence, command, pdf = issued
    onlooker.claims = lambda _: ClaimReport(verdict=Verdict(checks=(malformed(),)))
    with pytest.raises(Fault, match="claim"):
        onlooker.look_at(pdf, licence, command)


def test_a_changed_octet_is_seen(issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker) -> None:
    licence, command, pdf = issued
    at = pdf.index(b"/Title")
    with pytest.raises(Fault, match="pdfsig"):
        onlooker.look_at(pdf[:at] + b"/Titlf" + pdf[at + 6 :], licence, command)


def test_what_came_after_the_last_signature_is_seen(
    issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker
) -> None:
    licence, command, pdf = issued
    with pytest.raises(Fault, match="pdfsig"):
        onlooker.look_at(pdf + b"% more\n", licence, command)


def test_other_metadata_are_seen(issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker) -> None:
    licence, command, pdf = issued
    other = IssueLicence(**{**vars(command), "holder_code": "91330199MAC0XH2010"})
    with pytest.raises(Fault, match="metadata"):
        onlooker.look_at(pdf, licence, other)


def test_a_broken_file_is_seen(issued: tuple[Licence, IssueLicence, bytes], onlooker: Onlooker) -> None:
    licence, command, pdf = issued
    with pytest.raises(Fault, match="qpdf"):
        onlooker.look_at(pdf[: len(pdf) // 2], licence, command)
    assert pikepdf.open(io.BytesIO(pdf)).pages

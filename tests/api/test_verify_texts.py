"""`trust verify` on the text of a QR code and on identifiers: signed lists decide, and nothing is asked of anybody."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console

from api.verify_command import EXIT, judge, show
from api.verify_texts import NO_LISTS, SignedLists, judge_text, read_lists
from licence.inquiry import ClaimText, IdentifierText
from licence.number import LicenceIdentifier
from tests.builders import PKI, VECTORS
from tests.fakes.clock import NOW
from tests.licence.claims import Stamp, octets_of
from tests.licence.test_copy_claim import signed
from trust.certificates import Certificate
from trust.paths import Evidence
from trust.trust_list_reading import TrustListUntrusted

FILE: Final[dict[str, Any]] = json.loads((VECTORS / "qr" / "vectors.json").read_text(encoding="utf-8"))
ROOT: Final = Certificate(bytes(octets_of(FILE["root"])))
IDENTIFIER: Final = str(
    LicenceIdentifier(type_code="11100000000013338W032", issuer="11330100002490218X", serial="202600000042")
)


def case_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in FILE["cases"] if case["name"] == name)
    return found


def lists_of(case: dict[str, Any], folder: Path) -> SignedLists:
    """Return the lists of a case, read from files as the command line does."""
    trust_list = folder / "trust-list.json"
    trust_list.write_text(FILE["trust_lists"][case["trust_list"]], encoding="utf-8")
    status_lists = []
    for number, told in enumerate(FILE["status_lists"].values()):
        status_lists.append(folder / f"{number}.json")
        status_lists[-1].write_text(told, encoding="utf-8")
    return read_lists(trust_list, status_lists, (ROOT,), now=datetime.fromisoformat(case["now"]))


def test_a_code_is_judged_by_the_lists_that_are_given(tmp_path: Path) -> None:
    case = case_of("genuine")
    lists = lists_of(case, tmp_path)
    file = tmp_path / "code.txt"
    file.write_text(f"https://trust.example/v/{case['claim']}\n", encoding="utf-8")
    judged = judge(file, Evidence(), at=datetime.fromisoformat(case["now"]), lists=lists)
    assert judged.outcome == "passed"
    assert [check["name"] for check in judged.as_json()["checks"]] == [
        "claim.format",
        "claim.signature",
        "trust_list.next_update",
        "licence.state",
        "licence.validity",
    ]


def test_the_code_of_an_annotated_copy_is_no_forgery(sm2_pki: PKI, tmp_path: Path) -> None:
    """It is judged like the code of a licence: by a stranger here, so that nothing says that it is false."""
    text = signed(Stamp.made(sm2_pki))
    case = case_of("genuine")
    for lists in (NO_LISTS, lists_of(case, tmp_path)):
        verdict = judge_text(ClaimText(text=text), lists, now=datetime.fromisoformat(case["now"]))
        assert (verdict.outcome, verdict.sub_indication) == ("indeterminate", "NO_CERTIFICATE_CHAIN_FOUND")


def test_without_lists_a_code_is_undetermined() -> None:
    verdict = judge_text(ClaimText(text=case_of("genuine")["claim"]), NO_LISTS, now=NOW)
    assert (verdict.outcome, verdict.sub_indication) == ("indeterminate", "NO_CERTIFICATE_CHAIN_FOUND")
    assert read_lists(None, (), (ROOT,), now=NOW) == NO_LISTS


def test_without_the_list_that_it_names_a_code_is_undetermined(tmp_path: Path) -> None:
    case = case_of("genuine")
    lists = lists_of(case, tmp_path)
    verdict = judge_text(
        ClaimText(text=case["claim"]), SignedLists(trust_list=lists.trust_list), now=datetime.fromisoformat(case["now"])
    )
    assert (verdict.outcome, verdict.sub_indication) == ("indeterminate", "TRY_LATER")


def test_what_is_no_code_fails() -> None:
    verdict = judge_text(ClaimText(text="x"), NO_LISTS, now=NOW)
    assert (verdict.outcome, verdict.sub_indication) == ("failed", "FORMAT_FAILURE")


def test_lists_of_a_stranger_judge_nothing(tmp_path: Path) -> None:
    trust_list = tmp_path / "trust-list.json"
    trust_list.write_text(FILE["trust_lists"]["two keys"], encoding="utf-8")
    with pytest.raises(TrustListUntrusted):
        read_lists(trust_list, (), (), now=NOW)


@pytest.mark.parametrize(
    ("text", "outcome", "indication"),
    [
        (IDENTIFIER, "indeterminate", "SIGNED_DATA_NOT_FOUND"),
        (IDENTIFIER + "8", "failed", "FORMAT_FAILURE"),
        ("1.2.156.3005.2.x", "failed", "FORMAT_FAILURE"),
    ],
)
def test_an_identifier_is_for_its_registry_to_answer(text: str, outcome: str, indication: str) -> None:
    verdict = judge_text(IdentifierText(text=text), NO_LISTS, now=NOW)
    assert (verdict.outcome, verdict.sub_indication, verdict.licence) == (outcome, indication, None)


def test_a_person_is_shown_the_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "identifier.txt"
    file.write_text(IDENTIFIER, encoding="ascii")
    judged = judge(file, Evidence(), at=NOW)
    show(judged, Console(width=200))
    told = capsys.readouterr().out
    assert EXIT[judged.outcome] == 2
    assert "identifier.format" in told
    assert "SIGNED_DATA_NOT_FOUND" in told

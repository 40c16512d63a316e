"""Verdicts in words: the same answer as the verdict, in the reader's language, with what to do and every check."""

import re
from typing import Any

import pytest

from tests.api.builders import Furnished, Service

EXPLAINED, VERIFY = "/v1/verify/explained", "/v1/verify"


def told(service: Service, language: str = "zh-CN", **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - what the client takes
    """Return a verdict in words."""
    answer = service.ask("POST", EXPLAINED, headers={"Accept-Language": language}, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_licence_is_explained_in_both_languages(shared_furnished: Service, furnished_folder: Furnished) -> None:
    file = {"file": ("licence.pdf", furnished_folder.licence_pdf)}
    verdict = shared_furnished.ask("POST", VERIFY, files=file).json()
    chinese, english = (told(shared_furnished, one, files=file) for one in ("zh-CN", "en"))
    assert chinese["outcome"] == english["outcome"] == verdict["outcome"] == "passed"
    assert chinese["situation"] == english["situation"] == "licence_file_in_force"
    assert chinese["word"] != english["word"]
    assert re.search("[\u4e00-\u9fff]", chinese["lead"])
    assert not re.search("[\u4e00-\u9fff]", english["lead"])
    assert chinese["licence"]["detail"] == "whole"
    assert chinese["steps"]
    assert len(chinese["signatures"]) == len(verdict["signatures"])
    for one, other in zip(chinese["signatures"], verdict["signatures"], strict=True):
        assert [(check["step"], check["name"]) for check in one["checks"]] == [
            (check["step"], check["name"]) for check in other["checks"]
        ]
    assert [one["name"] for one in chinese["checks"]] == [one["name"] for one in verdict["registry"]]
    assert chinese["fingerprint"][-1]["is_code"] is True


def test_a_code_and_an_identifier_are_explained(shared_furnished: Service, furnished_folder: Furnished) -> None:
    address = furnished_folder.claim
    for claim in (address, address.rsplit("/", 1)[1]):
        found = told(shared_furnished, json={"claim": claim})
        assert (found["situation"], found["licence"]["detail"]) == ("claim_in_force", "masked")
        assert found["fingerprint"] == []
    assert told(shared_furnished, json={"claim": "no claim"})["situation"] == "claim_malformed"
    assert told(shared_furnished, json={"identifier": "no identifier"})["situation"] == "identifier_malformed"


def test_what_did_not_pass_says_why(shared_furnished: Service, furnished_folder: Furnished) -> None:
    spoiled = furnished_folder.licence_pdf.replace(b"/Type", b"/Typo", 1)
    found = told(shared_furnished, files={"file": ("licence.pdf", spoiled)})
    assert found["outcome"] != "passed"
    assert found["reasons"]
    plain = told(shared_furnished, files={"file": ("plain.pdf", furnished_folder.plain_pdf)})
    assert plain["situation"] == "no_signature"


def test_each_is_counted_as_any_other_verification(furnished: Service, furnished_folder: Furnished) -> None:
    told(furnished, json={"claim": furnished_folder.claim})
    told(furnished, json={"identifier": "no identifier"})
    told(furnished, files={"file": ("plain.pdf", furnished_folder.plain_pdf)})
    assert furnished.instance.verifying.tally.counted == {
        "claim_passed": 1,
        "identifier_failed": 1,
        "file_indeterminate": 1,
    }


@pytest.mark.parametrize(
    "asked",
    [{"json": {}}, {"json": {"claim": "a", "identifier": "b"}}, {"json": {"file": "%"}}, {"content": b"{"}],
    ids=["nothing", "two", "no base64", "no JSON"],
)
def test_what_asks_nothing_is_refused(shared_furnished: Service, asked: dict[str, Any]) -> None:
    assert shared_furnished.ask("POST", EXPLAINED, **asked).status_code == 422

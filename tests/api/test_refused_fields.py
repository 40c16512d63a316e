"""What is wrong with a field of a request, in words."""

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.refused_fields import RULES, refused


class Sent(BaseModel, extra="forbid"):
    """A request of which everything can be wrong."""

    purpose: str = Field(min_length=2, max_length=4)
    times: int = Field(ge=1, le=9, default=1)
    calls: list[Annotated[str, Field(pattern="^[a-z]+$")]] = Field(max_length=1, default=[])


@pytest.mark.parametrize(
    ("sent", "field", "chinese", "english"),
    [
        ({}, "body.purpose", "用途：必须填写", "the purpose is missing"),
        ({"purpose": "x"}, "body.purpose", "用途：过短，至少 2 个字符", "at least 2 characters"),
        ({"purpose": "xxxxx"}, "body.purpose", "用途：过长，最多 4 个字符", "at most 4 characters"),
        ({"purpose": "xx", "times": 0}, "body.times", "次数：不得小于 1", "how often must be 1 or more"),
        ({"purpose": "xx", "times": "x"}, "body.times", "次数：须为整数", "a whole number"),
        ({"purpose": "xx", "calls": ["A"]}, "body.calls.0", "calls：写法不对", "calls is not in its form"),
        ({"purpose": "xx", "calls": ["a", "b"]}, "body.calls", "calls：过多，最多 1 项", "at most 1"),
        ({"purpose": "xx", "more": 1}, "body.more", "more：没有这一项", "more is not known"),
        (None, "body", "整个请求：结构不对", "the request is of another structure"),
    ],
)
def test_a_refusal_says_which_field_and_why(sent: Any, field: str, chinese: str, english: str) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError) as caught:
        Sent.model_validate(sent)
    (error,) = caught.value.errors()
    told = refused({**error, "loc": ("body", *error["loc"])})
    assert (told["field"], told["words_zh"], told["rule"]) == (field, chinese, error["type"])
    assert english in told["words_en"]


def test_every_rule_of_our_own_has_words() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "api").rglob("*.py")]
    own = {rule for text in sources for rule in re.findall(r"PydanticCustomError\(\s*\"(\w+)\"", text)}
    assert len(own) > 1
    assert own - set(RULES) == set()


@pytest.mark.parametrize("words", RULES.values())
def test_rules_are_in_two_languages(words: tuple[str, str]) -> None:
    assert re.search("[\u4e00-\u9fff]", words[0])
    assert words[1].isascii()

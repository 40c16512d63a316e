"""The benchmark of the console's lists on a small registry: it asks for all of them, and is answered."""

from collections.abc import Iterator

import pytest

from benchmarks.console import ELSEWHERE, Question, lists_of, measure, questions, registry_of, unasked
from benchmarks.console_registry import Amounts, Registry

SMALL = Amounts().shared_by(2_000)


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    """Fill a small registry."""
    with registry_of(SMALL) as one:
        yield one


def test_a_smaller_registry_has_less_of_everything_and_some_of_each() -> None:
    assert vars(Amounts().shared_by(1)) == vars(Amounts())
    assert (SMALL.licences, SMALL.stampings, SMALL.seals, SMALL.clients) == (50, 50, 10, 10)
    assert (Amounts().licences, Amounts().seals) == (100_000, 10_000)


@pytest.mark.no_cover
def test_every_question_is_answered_and_measured(registry: Registry) -> None:
    told = measure(registry, times=2)
    asked = questions(registry)
    assert list(told) == [one.name for one in asked]
    assert all(0 < milliseconds < 60_000 for milliseconds in told.values())


def described(**parameters: tuple[str, ...]) -> dict[str, object]:
    """Return the description of an API that has these lists."""
    paths = {
        f"/{path}": {"get": {"parameters": [{"in": "query", "name": one} for one in names]}}
        for path, names in parameters.items()
    }
    return {"paths": paths}


def test_a_list_is_what_is_asked_page_by_page_or_by_text() -> None:
    document = described(
        **{"v1/seals": ("state", "offset"), "v1/names": ("text",), "v1/seal": ("at",), "l": ("limit",)}
    )
    assert lists_of(document) == {"/v1/seals", "/v1/names"}


def test_a_list_that_nobody_asks_for_is_told() -> None:
    left_out = next(iter(ELSEWHERE)).removeprefix("/")
    document = described(**{"v1/seals": ("offset",), "v1/new": ("limit",), left_out: ("limit",)})
    seals = Question(name="seals", path="/v1/seals", duties=())
    assert unasked(document, [seals]) == {"/v1/new"}
    assert unasked(document, []) == {"/v1/new", "/v1/seals"}


def test_variants_are_asked_in_turn() -> None:
    variants: list[dict[str, object]] = [{"a": 1}, {"a": [2, 3]}]
    requests = Question(name="seals", path="/v1/{what}", duties=(), of={"what": "seals"}, variants=variants).requests()
    expected = ["/v1/seals?a=1", "/v1/seals?a=2&a=3", "/v1/seals?a=1"]
    assert [next(requests)[1] for _ in expected] == expected


def test_each_list_that_is_left_out_says_why() -> None:
    assert all(ELSEWHERE.values())

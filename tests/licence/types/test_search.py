"""Searching the catalogue: by name, code and state, page by page, on each database."""

from typing import Any

import pytest

from api.demo import cast
from licence.catalogue import Catalogue, DraftType
from licence.lifecycle import TypeState
from licence.types.particulars import HolderCategory, TypeParticulars
from licence.types.search import MOST_FOUND, TypeSearch
from tests.licence.builders import Desk

CODES = tuple(f"{cast.DEFINER}{number}" for number in ("701", "702", "703"))


def drafted(desk: Desk, code: str, name: str, name_en: str = "") -> str:
    """Draft a type with a name, and return its identifier."""
    holders = frozenset({HolderCategory.LEGAL_PERSON})
    particulars = TypeParticulars(code=code, name=name, name_en=name_en, holders=holders, schema=cast.FOOD_SCHEMA)
    command = DraftType(issuer=desk.house.names["authority"], template="food_permit", particulars=particulars)
    return desk.house.catalogue.draft(desk.officer, command).id


def codes(catalogue: Catalogue, **wanted: Any) -> tuple[list[str], int]:  # noqa: ANN401 - any field
    """Return the codes of what is found, of ours alone, and how many there are in all."""
    page = catalogue.search(TypeSearch(**wanted))
    return [one.present.code for one in page.types if one.present.code in CODES], page.total


def test_types_are_found_by_name_code_and_state(any_desk: Desk) -> None:
    catalogue = any_desk.house.catalogue
    drafted(any_desk, CODES[0], "药品经营许可证")
    drafted(any_desk, CODES[1], "烟草100%专卖许可证")
    drafted(any_desk, CODES[2], "出版物经营许可证", "Permit for Publications")
    assert codes(catalogue, text="经营许可证", state=TypeState.DRAFT) == ([CODES[0], CODES[2]], 2)
    assert codes(catalogue, text="药品", state=TypeState.PUBLISHED) == ([], 0)
    assert codes(catalogue, text="药品") == ([CODES[0]], 1)
    assert codes(catalogue, text="100%") == ([CODES[1]], 1)
    assert codes(catalogue, text="1_0%") == ([], 0)
    assert codes(catalogue, text=CODES[1][4:]) == ([CODES[1]], 1)
    assert codes(catalogue, text="没有") == ([], 0)
    assert codes(catalogue, text="publications") == ([CODES[2]], 1)  # however it is written
    assert codes(catalogue, text="for_pub") == ([], 0)
    assert codes(catalogue, state=TypeState.DRAFT) == (list(CODES), 3)
    whole, total = codes(catalogue)
    assert whole == list(CODES)
    assert total == len(catalogue.all())
    assert [one.present for one in catalogue.search(TypeSearch()).types] == list(catalogue.all())


def test_a_page_begins_where_it_is_asked_to(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    for number, code in enumerate(CODES):
        drafted(desk, code, f"第{number}号许可证")
    whole = catalogue.search(TypeSearch(text="号许可证"))
    page = catalogue.search(TypeSearch(text="号许可证", offset=1, limit=1))
    assert (page.types, page.total) == (whole.types[1:2], 3)


def test_the_newest_version_stands_beside_the_one_in_effect(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    published = catalogue.find(cast.FOOD_TYPE)
    drafted(desk, cast.FOOD_TYPE, "食品零售许可证")
    for text in (published.name, "食品零售"):  # by the name of either
        (found,) = catalogue.search(TypeSearch(text=text)).types
        assert found.present == published
        assert (found.newest.version, found.newest.state, found.newest.name) == (2, TypeState.DRAFT, "食品零售许可证")


@pytest.mark.parametrize("wrong", [{"offset": -1}, {"limit": 0}, {"limit": MOST_FOUND + 1}])
def test_a_search_has_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="offset or limit"):
        TypeSearch(**wrong)

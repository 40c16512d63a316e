"""What is agreed with platforms beside, and how levels of others are read: each part, broken alone."""

from typing import Any, Final

import pytest

from identity.federation.errors import PeerMalformed
from identity.federation.peers import agreed
from identity.federation.vouching import LevelTable
from identity.levels import Level
from tests.fakes.clock import NOW
from trust.events import Fact

GOOD: Final[dict[str, Fact]] = {
    "return_addresses": "https://city.example/sso http://127.0.0.1:8000/sso",
    "claims": "name document",
    "max_level": 2,
    "known_as": "province",
    "token_address": "https://city.example/token",
    "user_address": "https://city.example/user",
    "accounts_address": "https://city.example/scim/v2",
}


def test_an_agreement_is_read_whole() -> None:
    peer = agreed("client_1", GOOD, by="security", at=NOW)
    assert peer.return_addresses == ("https://city.example/sso", "http://127.0.0.1:8000/sso")
    assert (peer.claims, peer.max_level) == (frozenset({"name", "document"}), Level.SUBSTANTIAL)
    assert (peer.approved_by, peer.approved_at, peer.ended_at) == ("security", NOW, None)
    least: dict[str, Fact] = {"return_addresses": "https://city.example", "max_level": 3}
    assert agreed("client_1", least, by="security", at=NOW).known_as == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"return_addresses": ""}, "return_addresses"),
        ({"return_addresses": "http://city.example/sso"}, "return_addresses"),
        ({"return_addresses": "https://city.example/sso?a=b"}, "return_addresses"),
        ({"return_addresses": "https://city.example@evil.example/"}, "return_addresses"),
        ({"return_addresses": "https://[::1/"}, "return_addresses"),
        ({"return_addresses": f"https://{'市' * 64}.example/"}, "return_addresses"),
        ({"return_addresses": "https://city.example:70000/"}, "return_addresses"),
        ({"return_addresses": "http://127.0.0.1.evil.example/"}, "return_addresses"),
        ({"return_addresses": " ".join(f"https://city{one}.example" for one in range(11))}, "return_addresses"),
        ({"return_addresses": f"https://city.example/{'x' * 500}"}, "return_addresses"),
        ({"return_addresses": 7}, "return_addresses"),
        ({"claims": "name duties"}, "claims"),
        ({"max_level": 0}, "max_level"),
        ({"max_level": 4}, "max_level"),
        ({"max_level": True}, "max_level"),
        ({"max_level": "2"}, "max_level"),
        ({"token_address": "ftp://city.example"}, "token_address"),
        ({"user_address": "city.example"}, "user_address"),
        ({"accounts_address": "https://"}, "accounts_address"),
        ({"known_as": ""}, "known_as"),
        ({"known_as": "a city"}, "known_as"),
        ({"token_address": ""}, "known_as"),
        ({"known_as": "", "token_address": ""}, "token_address"),
        ({"duties": "all"}, "duties"),
    ],
)
def test_each_part_of_an_agreement_is_checked(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(PeerMalformed) as refused:
        agreed("client_1", {**GOOD, **changes}, by="security", at=NOW)
    assert refused.value.details == {"field": field}


def test_levels_of_others_are_a_closed_table() -> None:
    table = LevelTable.read("1=1, urn:gov:acr:high=3")
    assert [table.ours(one) for one in ("1", 1, "urn:gov:acr:high")] == [Level.BASIC, Level.BASIC, Level.HIGH]
    for unknown in ("2", 3, "", None, True, 1.0, ["1"]):
        assert table.ours(unknown) is Level.NONE


@pytest.mark.parametrize("text", ["", "1", "1=4", "1=1,1=2", "1=1,", "=1", "a b=1"])
def test_a_table_of_levels_that_says_nothing_or_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write levels as"):
        LevelTable.read(text)

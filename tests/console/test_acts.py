"""What the console hides: by permissions that are there, and everything that it asks for.

That the API refuses to each duty what is hidden from it stands in tests/api/test_permissions.py, which asks all of it.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from api.permissions import ABOUT_ONESELF, PUBLIC, Permission
from tests.api.builders import Service, operations_of, permission_of
from tests.api.conftest import shared
from tests.console.sources import asked, hiding

__all__ = ["shared"]

FREE: Final = PUBLIC | ABOUT_ONESELF
"""What needs no duty is hidden from nobody."""

BY_ANSWER: Final[Mapping[str, str]] = {
    "/v1/proposals/{proposal}/approval": "the inbox holds what the caller may decide on, and nothing else",
    "/v1/proposals/{proposal}/rejection": "likewise",
    "/v1/sharing-grants/{grant}/approval": "likewise",
    "/v1/sharing-grants/{grant}/refusal": "likewise",
    "/v1/seals/{seal}/stamping-approvals/{approval}/approval": "likewise",
    "/v1/seals/{seal}/stamping-approvals/{approval}/refusal": "likewise",
    "/v1/bulk-jobs/{job}/start": "by licence:issue, or licence:review where two are asked for: narrower",
    "/v1/seal-evidence": "in the dialogs of the acts that take papers, each hidden by the permission of its own",
}
"""What is hidden by what the API answers, or together with something else; and how."""


@pytest.fixture(scope="module")
def operations(shared: Service) -> dict[tuple[str, str], Permission]:
    """Return the permission of every operation."""
    return {(method, path): permission_of(route)[0] for method, path, route in operations_of(shared.app)}


def test_the_sources_are_read() -> None:
    assert Permission.KEY_CHANGE in hiding("keys")
    assert ("keys", "POST", "/v1/key-rotations") in asked()
    assert len(hiding()) > len(set(Permission)) // 2


def test_whatever_is_hidden_is_something_that_the_api_has(operations: dict[tuple[str, str], Permission]) -> None:
    assert hiding() <= set(operations.values())


def test_the_console_asks_for_nothing_that_is_not_there(operations: dict[tuple[str, str], Permission]) -> None:
    assert {(one.method, one.path) for one in asked()} <= set(operations)


def test_what_an_area_asks_for_it_hides_from_who_may_not(operations: dict[tuple[str, str], Permission]) -> None:
    bare = [
        (*one, operations[one.method, one.path].value)
        for one in asked()
        if one.area
        and one.method != "GET"
        and one.path not in BY_ANSWER
        and operations[one.method, one.path] not in FREE | hiding(one.area) | hiding("")
    ]
    assert bare == []

"""Floors: raised by the operator and never lowered, told to consoles, enforced at every request."""

from pathlib import Path

import pytest

from api.permissions import (
    ABOUT_ONESELF,
    FLOORS,
    PERMITTED,
    PUBLIC,
    Floors,
    Permission,
    floor_of,
    read_floors,
)
from identity.duties import Duty, Grant
from identity.levels import Factor, Level
from tests.api.builders import copied, served


def test_nothing_is_raised_by_default() -> None:
    assert read_floors("") == Floors()
    for permission in Permission:
        assert Floors().of(permission) is floor_of(permission)


def test_single_floors_are_raised() -> None:
    raised = read_floors("licence:issue=3,self=2")
    assert raised.of(Permission.LICENCE_ISSUE) is Level.HIGH
    assert raised.of(Permission.SELF) is Level.SUBSTANTIAL
    assert raised.of(Permission.LICENCE_READ) is Level.SUBSTANTIAL
    assert read_floors("licence:issue=2").of(Permission.LICENCE_ISSUE) is Level.SUBSTANTIAL


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("licence:print=3", "names of docs"),
        ("licence:issue", "names of docs"),
        ("licence:issue=4", "names of docs"),
        ("licence:issue=3,", "names of docs"),
        (" licence:issue=3", "names of docs"),
        ("LICENCE:ISSUE=3", "names of docs"),
        ("licence:issue=1", "never lowered"),
        ("seal:own=2", "never lowered"),
        ("self=0", "never lowered"),
        ("licence:issue=3,licence:issue=3", "once"),
        ("anybody=1", "stay open"),
        ("proofing:own=1", "stay open"),
    ],
)
def test_what_is_no_raise_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_floors(text)


def test_every_floor_is_of_a_permission_and_the_way_out_is_open() -> None:
    assert set(FLOORS) <= set(PERMITTED)
    assert floor_of(Permission.PROOFING_OWN) is Level.NONE
    assert {Permission.SELF, Permission.PROOFING_OWN} <= ABOUT_ONESELF


def test_a_raised_floor_is_enforced_and_told(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, floors="audit:read=3,subject:read=3") as service:
        token = service.bearer(Grant(Duty.AUDITOR))
        told = service.ask("GET", "/v1/permissions", token=token).json()["permissions"]
        assert [one["permission"] for one in told] == [one.value for one in Permission]
        by_name = {one["permission"]: one for one in told}
        assert by_name["audit:read"]["floor"] == 3
        assert by_name["audit:read"]["duties"] == ["auditor"]
        assert by_name["licence:read"]["floor"] == 2
        for one in PUBLIC | ABOUT_ONESELF:
            assert by_name[one.value]["duties"] == []
        assert service.ask("GET", "/v1/audit/check", token=token).status_code == 200
        weak = service.bearer(Grant(Duty.AUDITOR), factor=Factor.SYNCED_PASSKEY)
        refused = service.ask("GET", "/v1/audit/check", token=weak)
        assert (refused.status_code, refused.json()["code"]) == (401, "identity.level_too_low")
        assert refused.json()["details"] == {"held": 2, "needed": 3, "missing": "factor"}
        assert 'acr_values="urn:xinyin:level:3"' in refused.headers["www-authenticate"]

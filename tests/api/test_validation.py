"""The validation policy of an instance: read from the file of its setting, and what the service judges files by."""

import base64
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create
from api.settings import SettingInvalid
from api.validation import configured_policy
from api.wiring import Instance
from tests.api.builders import copied, settings_for
from trust.paths import Purpose, ValidationPolicy

SEALING_ALONE = b'version = 1\n[anchors]\nothers = ["sealing"]\n'


def test_without_a_setting_nothing_is_added(tmp_path: Path) -> None:
    assert configured_policy(settings_for(tmp_path)) == ValidationPolicy()


def test_the_service_judges_by_it(founded_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(SEALING_ALONE)
    instance = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance"), validation_policy=file))
    try:
        assert instance.verification.policy == ValidationPolicy(other_anchors=frozenset({Purpose.SEALING}))
        # Whoever judges by the trust list alone is told that there is more.
        payload = base64.b64decode(json.loads(instance.trust_lists.current().encoded)["payload"])
        assert json.loads(payload)["rules"] == ["anchors"]
    finally:
        instance.base.store.close()


@pytest.mark.parametrize(
    ("content", "fault"),
    [(None, "the file cannot be read"), (b"version = 2", "expected 1"), (b"\xff", "expected TOML in UTF-8")],
)
def test_what_is_no_policy_is_refused_by_the_name_of_its_setting(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    file = tmp_path / "policy.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingInvalid) as caught:
        configured_policy(settings_for(tmp_path, validation_policy=file))
    assert caught.value.details["setting"] == "TRUST_VALIDATION_POLICY"
    assert fault in str(caught.value.details["fault"])


def test_the_service_does_not_begin_with_a_policy_that_cannot_be_read(founded_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(b"version = 2")
    instance = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance"), validation_policy=file))
    try:
        with pytest.raises(SettingInvalid), TestClient(create(instance)):
            pass  # pragma: no cover - it does not begin
    finally:
        instance.base.store.close()

"""`trust remove-demonstration`: what is made up goes, and nothing else ever does."""

from pathlib import Path

import pytest

from api.ceremony import hold_ceremony
from api.demo import cast
from tests.api.builders import copied, settings_for
from tests.api.commands import on_instance
from tests.fakes.clock import SettableClock


def test_a_demonstration_goes_once_somebody_says_so(
    founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    trust = on_instance(folder, monkeypatch, capsys)
    kept = trust("remove-demonstration", told="n\n")
    assert (kept.code, folder.exists()) == (1, True)
    gone = trust("remove-demonstration", told="y\n")
    assert (gone.code, folder.exists()) == (0, False)
    assert cast.founders().operator in gone.out


def test_what_is_no_demonstration_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "instance"
    founders = cast.founders().model_copy(update={"operator": "云州市政务服务和数据管理局"})
    hold_ceremony(settings_for(folder), founders, SettableClock())
    answer = on_instance(folder, monkeypatch, capsys)("remove-demonstration", "--yes")
    assert (answer.code, answer.out, (folder / "trust.db").exists()) == (1, "", True)
    assert "no demonstration" in answer.err

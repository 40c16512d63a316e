"""The operator's emblem: read, kept by its content, and refused with its setting's name where it is none."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create
from api.emblem import configured_emblem
from api.schemas.seal_images import SealDesignForm
from api.settings import SettingInvalid
from api.wiring import Instance
from seal.image.designs import Centre
from seal.image.drawing import drawn
from seal.image.emblems import LARGEST_FILE
from tests.api.builders import copied, settings_for
from tests.fakes.blobs import local_blobs
from trust.crypto.sm3 import sm3

TRIANGLE = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M50 10 L90 90 L10 90 Z"/></svg>'


def test_without_a_setting_there_is_none(tmp_path: Path) -> None:
    assert configured_emblem(settings_for(tmp_path), local_blobs(tmp_path / "blobs")) is None


def test_an_emblem_is_kept_by_its_content(tmp_path: Path) -> None:
    file, blobs = tmp_path / "emblem.svg", local_blobs(tmp_path / "blobs")
    file.write_bytes(TRIANGLE)
    found = configured_emblem(settings_for(tmp_path, emblem_file=file), blobs)
    assert found == sm3(TRIANGLE).hex()
    assert blobs.get(found) == TRIANGLE


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "the file cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "the file is no SVG drawing of filled outlines (svg)"),
        (TRIANGLE + b" " * LARGEST_FILE, "the file is no SVG drawing of filled outlines (too_large)"),
    ],
)
def test_what_is_no_emblem_is_refused_by_the_name_of_its_setting(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    file = tmp_path / "emblem.svg"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingInvalid) as caught:
        configured_emblem(settings_for(tmp_path, emblem_file=file), local_blobs(tmp_path / "blobs"))
    assert caught.value.details == {"setting": "TRUST_EMBLEM_FILE", "fault": fault}


def test_the_service_does_not_begin_with_an_emblem_that_cannot_be_cut(founded_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "emblem.svg"
    file.write_bytes(b"<svg/>")
    instance = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance"), emblem_file=file))
    try:
        with pytest.raises(SettingInvalid), TestClient(create(instance)):
            pass  # pragma: no cover - it does not begin
    finally:
        instance.base.store.close()


def test_seals_with_an_emblem_show_the_operator_s(founded_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "emblem.svg"
    file.write_bytes(TRIANGLE)
    instance = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance"), emblem_file=file))
    try:
        form = SealDesignForm(name="云州市人民政府", centre=Centre.EMBLEM, diameter_mm=45)
        design = form.design(emblem=instance.emblem)
        assert design.emblem == sm3(TRIANGLE).hex()
        assert drawn(design, instance.blobs).svg != drawn(form.design(emblem=None), instance.blobs).svg
        plain = SealDesignForm(name="云州市人民政府").design(emblem=instance.emblem)
        assert plain.emblem is None
    finally:
        instance.base.store.close()

"""The setting that chooses the standard of seals reaches the workshop, with an authority for its time-stamps."""

from pathlib import Path

import pytest

from api.wiring import Instance
from seal.data.asn1 import SealVersion
from tests.api.builders import copied, settings_for


@pytest.mark.parametrize(
    ("told", "version"),
    [({}, SealVersion.GBT38540_2020), ({"seal_version": "5"}, SealVersion.GMT0031_2025)],
    ids=["unless told", "5"],
)
def test_the_workshop_makes_seals_of_the_version_that_was_set(
    founded_folder: Path, tmp_path: Path, told: dict[str, str], version: SealVersion
) -> None:
    instance = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance"), **told))
    workshop = instance.seals.workshop
    assert (workshop.version, workshop.stamper) == (version, instance.stampers.seal)
    instance.base.store.close()

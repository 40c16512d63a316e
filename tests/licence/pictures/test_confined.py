"""Pictures are read in confined processes, with what those have loaded."""

import io

import pytest
from PIL import Image

from api.worker_wiring import PRELOAD
from licence.pictures.errors import PictureRefused
from licence.pictures.reading import read_picture
from tests.licence.pictures.housing import photograph
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits


def test_a_picture_is_the_same_read_here_and_there() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    pool = WorkerPool(
        processes=1,
        limits=Limits(cpu_seconds=5, memory=512 << 20, tasks=20),
        wall_seconds=60,
        preload=PRELOAD,
    )
    try:
        for content in (
            photograph(exif=exif),
            photograph(form="PNG", mode="P"),
            photograph(mode="CMYK"),
            multiple(),
        ):
            assert pool.run(read_picture, content) == read_picture(content)
        with pytest.raises(PictureRefused) as refused:
            pool.run(read_picture, photograph()[:600])
        assert refused.value.details == {"rule": "content"}
    finally:
        pool.close()


def multiple() -> bytes:
    """Return a file of two pictures, as cameras make them (CIPA DC-007)."""
    target = io.BytesIO()
    first, second = (Image.open(io.BytesIO(photograph())) for _ in range(2))
    first.save(target, "MPO", save_all=True, append_images=[second])
    return target.getvalue()

"""A page as a picture: as it is seen, seals and all, drawn in a confined process like any file."""

import io

import pytest
from PIL import Image

from api.worker_wiring import PRELOAD
from licence.qr import read_codes
from licence.records import Licence
from licence.sharing.errors import SharingInvalid
from licence.sharing.picturing import COARSEST, FINEST, draw_page
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits


@pytest.mark.parametrize("dpi", [COARSEST, FINEST])
def test_the_code_is_read_and_the_seal_is_seen(finished_licence: tuple[Licence, bytes], dpi: int) -> None:
    licence, pdf = finished_licence
    picture = Image.open(io.BytesIO(draw_page(pdf, 1, dpi)))
    assert read_codes(picture) == (licence.claim,)
    octets = picture.tobytes()
    red = sum(octets[place] > 150 and octets[place + 1] < 60 for place in range(0, len(octets), 3))
    assert red > 500


def test_there_are_no_other_pages_than_there_are(finished_licence: tuple[Licence, bytes]) -> None:
    with pytest.raises(SharingInvalid) as refused:
        draw_page(finished_licence[1], 2, COARSEST)
    assert refused.value.details == {"field": "page", "rule": "range"}


def test_a_confined_process_draws_the_same(finished_licence: tuple[Licence, bytes]) -> None:
    limits = Limits(cpu_seconds=10, memory=512 << 20, tasks=5)
    pool = WorkerPool(processes=1, limits=limits, wall_seconds=60, preload=PRELOAD)
    try:
        assert pool.run(draw_page, finished_licence[1], 1, COARSEST) == draw_page(finished_licence[1], 1, COARSEST)
    finally:
        pool.close()

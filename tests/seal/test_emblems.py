"""The emblem: an operator's drawing becomes outlines or is refused, and the house's own is neutral and regular."""

import math

import pytest
from PIL import ImageChops, ImageStat

from seal.image.designs import Centre, SealDesign
from seal.image.drawing import draw
from seal.image.emblems import DIAMETER, LARGEST_FILE, read_emblem, rosette
from seal.image.errors import EmblemMalformed, ImagePictureMissing
from seal.image.outlines import bounds, moved
from tests.seal.shapes import flattened, mask
from trust.blobs import BlobId
from trust.crypto.sm3 import sm3

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'


def svg(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + "</svg>").encode()


TRIANGLE = svg('<path d="M50 10 L90 90 L10 90 Z"/>')


def test_a_drawing_is_centred_and_fills_its_circle() -> None:
    left, top, right, bottom = bounds(read_emblem(TRIANGLE))
    assert (left, top, right, bottom) == pytest.approx((-DIAMETER / 2, -DIAMETER / 2, DIAMETER / 2, DIAMETER / 2))


def test_a_flat_drawing_keeps_its_proportions() -> None:
    left, top, right, bottom = bounds(read_emblem(svg('<rect x="10" y="40" width="80" height="20"/>')))
    assert (right - left, bottom - top) == pytest.approx((DIAMETER, DIAMETER / 4))
    assert (left + right, top + bottom) == pytest.approx((0, 0), abs=1e-9)


@pytest.mark.parametrize(
    "part",
    [
        '<path d="M50 10 L90 90 L10 90"/>',  # not closed: what is filled is
        '<polygon points="50,10 90,90 10,90"/>',
        '<g transform="translate(5 5)"><path d="M50 10 L90 90 L10 90 Z"/></g>',
        '<path d="m50 10 l40 80 h-80 z"/>',
        '<!-- 徽 --><path d="M50 10 L90 90 L10 90 Z"/>',
        '<path stroke="none" fill="#c00" d="M50 10 L90 90 L10 90 Z"/>',
    ],
)
def test_the_same_shape_drawn_otherwise_gives_the_same_ink(part: str) -> None:
    difference = ImageChops.difference(mask(read_emblem(svg(part))), mask(read_emblem(TRIANGLE)))
    assert ImageStat.Stat(difference).mean[0] < 0.05


def test_curves_are_kept() -> None:
    circle = read_emblem(svg('<circle cx="50" cy="50" r="30"/>'))
    quadratic = read_emblem(svg('<path d="M20 50 Q20 20 50 20 Q80 20 80 50 Q80 80 50 80 Q20 80 20 50 Z"/>'))
    for path in (circle, quadratic):
        distances = [math.hypot(x, y) for x, y in flattened(path)]
        assert max(distances) == pytest.approx(DIAMETER / 2, rel=0.08)
    assert ImageStat.Stat(mask(circle)).mean[0] == pytest.approx(255 * math.pi * (DIAMETER / 2) ** 2 / 42**2, rel=0.01)


def test_a_declaration_and_a_mark_at_the_head_change_nothing() -> None:
    declared = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' + TRIANGLE
    assert read_emblem(declared) == read_emblem(TRIANGLE)


@pytest.mark.parametrize(
    ("drawing", "fault"),
    [
        (b"", "svg"),
        (b"\x89PNG\r\n\x1a\n", "svg"),
        (b"<svg", "svg"),
        (svg(), "outlines"),
        (svg('<path d=""/>'), "outlines"),
        (svg('<path d="M50 10"/>'), "outlines"),
        (svg('<path d="M50 10 L50 10 Z"/>'), "outlines"),
        (svg('<path d="what is this"/>'), "svg"),
        (svg('<path transform="turned(1)" d="M50 10 L90 90 L10 90 Z"/>'), "svg"),
        (svg('<path transform="sca 1,9" d="M50 10 L90 90 L10 90 Z"/>'), "svg"),
        (svg('<path d="M50 10 L90"/>'), "svg"),
        (svg('<path d="M1e400 10 L90 90 L10 90 Z"/>'), "outlines"),
        (svg('<path d="M0 0 L1 0 1 1 Z ' + "M0 0 L1 0 1 1 Z " * 13000 + '"/>'), "outlines"),
        (svg('<path stroke="red" d="M50 10 L90 90 L10 90 Z"/>'), "stroke"),
        (svg('<path style="stroke: #f00" d="M50 10 L90 90 L10 90 Z"/>'), "stroke"),
        (svg('<path fill="none" d="M50 10 L90 90 L10 90 Z"/>'), "stroke"),
        (svg('<path fill-rule="evenodd" d="M50 10 L90 90 L10 90 Z"/>'), "evenodd"),
        (svg('<image href="http://example.org/x.png"/>'), "image"),
        (svg("<text>徽</text>"), "text"),
        (svg('<use href="#a"/>'), "use"),
        (svg("<style>path { display: none }</style>"), "style"),
        (svg("<script>1</script>"), "script"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + TRIANGLE, "DOCTYPE"),
        (TRIANGLE.decode().encode("utf-16"), "svg"),
        (b'<?xml version="1.0" encoding="UTF-7"?>' + TRIANGLE + b"+ADw-", "svg"),
        (TRIANGLE + b" " * LARGEST_FILE, "too_large"),
    ],
)
def test_what_would_be_cut_otherwise_than_it_is_shown_is_refused(drawing: bytes, fault: str) -> None:
    with pytest.raises(EmblemMalformed) as caught:
        read_emblem(drawing)
    assert caught.value.code == "seal.emblem_malformed"
    assert caught.value.details == {"fault": fault}


def test_the_rosette_looks_the_same_after_an_eighth_of_a_turn() -> None:
    def eighth(point: tuple[float, float]) -> tuple[float, float]:
        half = math.sqrt(0.5)
        return (point[0] - point[1]) * half, (point[0] + point[1]) * half

    difference = ImageChops.difference(mask(rosette()), mask(moved(rosette(), eighth)))
    assert ImageStat.Stat(difference).mean[0] < 0.3


def test_the_rosette_fits_its_circle() -> None:
    assert max(math.hypot(x, y) for x, y in flattened(rosette())) == pytest.approx(DIAMETER / 2, rel=0.01)


def test_a_seal_shows_the_emblem_that_it_names() -> None:
    digest = BlobId(sm3(TRIANGLE).hex())
    design = SealDesign(name="云州市人民政府", centre=Centre.EMBLEM, diameter_mm=45, emblem=digest)
    named, neutral = draw(design, picture=TRIANGLE), draw(SealDesign(**{**vars(design), "emblem": None}))
    assert named.svg != neutral.svg
    for wrong in (None, TRIANGLE + b" "):
        with pytest.raises(ImagePictureMissing):
            draw(design, picture=wrong)
    with pytest.raises(ImagePictureMissing):
        draw(SealDesign(name="云州市人民政府"), picture=TRIANGLE)

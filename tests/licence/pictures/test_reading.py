"""What is kept of a picture: what is seen, upright and on white, and nothing else of the file."""

import io

import pytest
from PIL import Image

from licence.pictures.errors import PictureRefused
from licence.pictures.reading import LARGEST, QUALITIES, read_picture
from tests.licence.pictures.housing import photograph

SECRET = b"31.2304N 121.4737E"


def opened(jpeg: bytes) -> Image.Image:
    """Return what is kept as pixels."""
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "1"), ("PNG", "RGBA")],
)
def test_a_picture_is_kept_as_jpeg(form: str, mode: str) -> None:
    kept = read_picture(photograph(form=form, mode=mode))
    found = opened(kept.jpeg)
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (358, 441))
    assert (kept.width, kept.height) == found.size


def test_nothing_but_what_is_seen_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    plain = photograph(comment=SECRET, exif=exif, icc_profile=b"\0" * 64 + SECRET)
    assert SECRET in plain
    kept = read_picture(plain + SECRET).jpeg
    assert SECRET not in kept
    assert opened(kept).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert read_picture(plain).jpeg == read_picture(photograph()).jpeg


def test_a_picture_that_was_held_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = read_picture(photograph((200, 160), exif=exif))
    assert (kept.width, kept.height) == (160, 200)


def test_what_is_transparent_is_white() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (120, 120), (0, 0, 0, 0)).save(target, "PNG")
    assert opened(read_picture(target.getvalue()).jpeg).getpixel((60, 60)) == (255, 255, 255)


def noise(size: tuple[int, int], quality: int) -> bytes:
    """Return a picture that compresses badly: a hundred times better at a low quality."""
    target = io.BytesIO()
    Image.effect_noise(size, 120).convert("RGB").save(target, "JPEG", quality=quality)
    return target.getvalue()


def test_a_picture_is_kept_as_well_as_the_limit_lets_it_be() -> None:
    content = noise((560, 560), 40)
    assert len(content) < LARGEST
    kept = read_picture(content).jpeg
    assert len(kept) <= LARGEST
    better = io.BytesIO()
    Image.open(io.BytesIO(content)).save(better, "JPEG", quality=QUALITIES[0], optimize=True)
    assert better.tell() > LARGEST


def dots(size: tuple[int, int]) -> bytes:
    """Return a picture of black and white dots, which take a bit each in PNG and many in JPEG."""
    target = io.BytesIO()
    Image.effect_noise(size, 120).convert("1").save(target, "PNG")
    assert target.tell() < LARGEST
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "size"),
        (b"\xff\xd8\xff" + b"\0" * LARGEST, "size"),
        (b"GIF89a" + b"\0" * 40, "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        (photograph()[:600], "content"),
        (photograph(form="PNG")[:600], "content"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "content"),
        (photograph(form="PNG", mode="I;16"), "content"),
        (photograph((1500, 1400)), "pixels"),
        (photograph((119, 400)), "small"),
        (dots((1100, 1100)), "size"),
    ],
    ids=["empty", "large", "gif", "svg", "cut", "cut_png", "no_png", "sixteen_bits", "pixels", "small", "noise"],
)
def test_what_is_no_such_picture_is_refused(content: bytes, rule: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        read_picture(content)
    assert refused.value.details == {"rule": rule}
    assert refused.value.code == "licence.picture_refused"

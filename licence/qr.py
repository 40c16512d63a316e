"""QR codes (ISO/IEC 18004): drawn for licences, drawn for people, and read back from pictures.

zxing-cpp draws what goes into licences, since it takes a tenth of a millisecond where others take tens, and reads. The
mask is chosen here (licence/qr_masks.py), for which zxing-cpp takes half a millisecond. qrcode draws the picture that
people download, with its rounded modules.
"""

import io
from typing import Any, Final

import qrcode
import zxingcpp
from PIL import Image
from qrcode.image.styledpil import StyledPilImage
from qrcode.image.styles.moduledrawers.pil import RoundedModuleDrawer

from licence.qr_masks import MASKS, Masks

__all__ = ["draw_picture", "draw_png", "draw_svg", "read_codes"]

CORRECTION: Final = "M"
"""Error correction: a seventh of the code may be dirt. More would make the modules too small for 25 mm."""

PICTURE_MODULE: Final = 12
"""Pixels per module of the picture."""

QUIET_ZONE: Final = 4
INK: Final = "#1d1a16"

KNOWN_MASKS: Final[dict[int, Masks]] = {}
"""By the size of the symbol, of which there are forty."""


def rows_of(text: str) -> list[bytes]:
    """Return the rows of the code for `text`, without its quiet zone: an octet for each module, 0 for a dark one."""
    size, symbol = symbol_of(text, 0)
    masks = KNOWN_MASKS.get(size)
    if masks is None:
        masks = KNOWN_MASKS[size] = Masks(size, tuple(symbol_of(text, mask)[1] for mask in range(MASKS)))
    octets = masks.best(symbol)
    return [octets[start : start + size] for start in range(0, len(octets), size)]


def symbol_of(text: str, mask: int) -> tuple[int, bytes]:
    """Return the size of the code for `text`, and its modules under one of the masks, row by row."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=CORRECTION, data_mask=mask)
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    pixels: Any = memoryview(image)
    return pixels.shape[1], pixels.tobytes()


def modules_of(text: str) -> list[list[bool]]:
    """Return the dark modules of the code for `text`, without its quiet zone."""
    return [[value == 0 for value in row] for row in rows_of(text)]


def draw_svg(text: str) -> str:
    """Return the code for `text` as SVG, a path of runs of dark modules, without quiet zone."""
    modules = modules_of(text)
    size = len(modules)
    runs = []
    for row, line in enumerate(modules):
        start = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append(f"M{start} {row}h{column - start}v1h{start - column}z")
                start = None
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}">'
        f'<path d="{"".join(runs)}" fill="{INK}"/></svg>'
    )


def draw_png(text: str) -> bytes:
    """Return the code for `text` as PNG with its quiet zone, in a moment: for codes that live for one."""
    modules = modules_of(text)
    size = len(modules)
    small = Image.new("1", (size + 2 * QUIET_ZONE, size + 2 * QUIET_ZONE), 1)
    small.putdata([not dark for line in padded(modules) for dark in line])
    output = io.BytesIO()
    small.resize((small.width * PICTURE_MODULE, small.height * PICTURE_MODULE)).save(output, format="PNG")
    return output.getvalue()


def padded(modules: list[list[bool]]) -> list[list[bool]]:
    """Return modules with their quiet zone."""
    blank = [[False] * (len(modules) + 2 * QUIET_ZONE)] * QUIET_ZONE
    side = [False] * QUIET_ZONE
    return [*blank, *([*side, *line, *side] for line in modules), *blank]


def draw_picture(text: str) -> bytes:
    """Return the code for `text` as PNG with its quiet zone, as people put it on a screen or a poster."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=PICTURE_MODULE, border=QUIET_ZONE)
    code.add_data(text)
    image = code.make_image(image_factory=StyledPilImage, module_drawer=RoundedModuleDrawer())
    output = io.BytesIO()
    image.get_image().convert("L").save(output, format="PNG", optimize=True)
    return output.getvalue()


def read_codes(picture: Image.Image) -> tuple[str, ...]:
    """Return the text of every QR code in a picture."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return tuple(one.text for one in found)

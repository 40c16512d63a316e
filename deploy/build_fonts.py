"""Makes trust/fonts/*.ttf and *.otf again from Debian's font packages.

Run it on Debian 12 with fonts-lxgw-wenkai, fonts-noto-cjk, fonts-noto-cjk-extra and fonts-noto-core installed:

    .venv/bin/python deploy/build_fonts.py

Each result is a subset under another family name, as the SIL Open Font License asks of a modified version. The same
input files give the same bytes, so a changed result means a changed input (trust/fonts/README.md names the inputs).
"""

from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

NOTO = Path("/usr/share/fonts/opentype/noto")
WENKAI = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")
MONGOLIAN = Path("/usr/share/fonts/truetype/noto/NotoSansMongolian-Regular.ttf")
TARGET = Path(__file__).parent.parent / "trust" / "fonts"
SIMPLIFIED_CHINESE = 2  # the font's place in Noto's collections
SOURCE_DATE = 3_852_000_000  # seconds since 1904: a fixed date, so that the result depends on the input alone

LATIN = set(range(0x20, 0x180))
PUNCTUATION = set(range(0x2000, 0x2070)) | set(range(0x20A0, 0x20C0)) | set(range(0x2100, 0x2160))
FORMS = (
    set(range(0x2150, 0x2190)) | set(range(0x2190, 0x2200)) | set(range(0x2460, 0x2500)) | set(range(0x25A0, 0x2600))
)
CJK_SYMBOLS = (
    set(range(0x3000, 0x3040)) | set(range(0x3200, 0x3400)) | set(range(0xFE10, 0xFE50)) | set(range(0xFF00, 0xFFF0))
)
HAN = (
    set(range(0x3400, 0x4DC0)) | set(range(0x4E00, 0xA000)) | set(range(0xF900, 0xFB00)) | set(range(0x20000, 0x33480))
)
TEXT = LATIN | PUNCTUATION | FORMS | CJK_SYMBOLS
GB2312 = {
    ord(character)
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
    for character in bytes((row, cell)).decode("gb2312", errors="ignore")
}
MONGOLIAN_SCRIPT = set(range(0x1800, 0x18B0)) | {
    0x20,
    0x202F,
    0x2048,
    0x2049,
    *range(0xFE3D, 0xFE3F),
    *range(0xFE41, 0xFE45),
}
CODES = set(range(0x20, 0x7F)) | {0xB7, 0x2013, 0x2014}


def collection(weight: str, family: str = "Serif") -> TTFont:
    """Return the simplified Chinese font of one of Noto's collections."""
    return TTCollection(NOTO / f"Noto{family}CJK-{weight}.ttc", lazy=False).fonts[SIMPLIFIED_CHINESE]


def make(
    font: TTFont,
    characters: set[int],
    *,
    family: str,
    style: str,
    name: str,
    features: tuple[str, ...] = ("kern", "vert", "vrt2"),
) -> None:
    """Write the subset of `font` that holds `characters` as `name`, called `family` `style`."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = list(features)
    options.name_IDs = [0, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    options.desubroutinize = False
    options.drop_tables += ["DSIG", "meta", "VORG", "BASE"]
    chosen: Any = subset.Subsetter(options)
    chosen.populate(unicodes=characters)
    chosen.subset(font)
    full, postscript = f"{family} {style}", f"{family}-{style}".replace(" ", "")
    for identifier, value in {
        1: full if style not in {"Regular", "Bold"} else family,
        2: style if style in {"Regular", "Bold"} else "Regular",
        3: postscript,
        4: full,
        5: "Version 1.000",
        6: postscript,
        16: family,
        17: style,
    }.items():
        font["name"].setName(value, identifier, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames[0] = postscript
        cff.topDictIndex[0].FullName, cff.topDictIndex[0].FamilyName = full, family
    font["head"].created = font["head"].modified = SOURCE_DATE
    font.recalcTimestamp = False
    font.save(TARGET / name)
    print(f"{name}: {len(font.getBestCmap())} characters, {(TARGET / name).stat().st_size} bytes")


def main() -> None:
    """Make every font of the folder."""
    make(TTFont(WENKAI), TEXT | HAN, family="Xinyin Kai", style="Regular", name="XinyinKai-Regular.ttf")
    make(collection("Bold"), TEXT | HAN, family="Xinyin Serif", style="Bold", name="XinyinSerif-Bold.otf")
    make(collection("Regular"), TEXT | GB2312, family="Xinyin Serif", style="Regular", name="XinyinSerif-Regular.otf")
    make(collection("Black"), TEXT | GB2312, family="Xinyin Serif", style="Black", name="XinyinSerif-Black.otf")
    make(collection("Medium", "Sans"), CODES, family="Xinyin Sans", style="Medium", name="XinyinSans-Medium.otf")
    make(
        TTFont(MONGOLIAN),
        MONGOLIAN_SCRIPT,
        family="Xinyin Mongolian",
        style="Regular",
        name="XinyinMongolian-Regular.ttf",
        features=("*",),  # every letter has its forms by where it stands in a word
    )


if __name__ == "__main__":
    main()

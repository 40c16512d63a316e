"""Ten thousand licences, issued and looked at one by one: `python -m tests.drills.ten_thousand --count 10000`.

The real service issues them in chunks, on SQLite, with records that were made up by a generator that starts the same
each time: short and long values, rare characters, values that take several lines. Of each licence is asked:

* its identifier is nobody else's, and its check character is right by the rule of ISO/IEC 7064 for *checking*, which
  is not the program that makes it;
* its file is sound by `qpdf --check`, and valid by `pdfsig`, to its last octet;
* the QR code, read from the raster at 150 dpi, is the address that the registry has, is nobody else's, and verifies;
* the text of the page, taken out by `pdftotext`, is the text of the first one's with every value in its place, and
  not a character more: what the frame of that text is, `PLACES` says;
* the metadata inside say the same as the registry.

The first fault is told with the licence, and ends the drill. tests/licence/test_ten_thousand.py does a slice. Pages
take longest to draw: of each, PDFium, which draws them in browsers, draws the part about the QR code, where that of the
first one was; of the first and of some, Poppler draws all.
"""

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from hashlib import shake_128
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from benchmarks.licence_rig import Rig, rig
from licence.metadata import LicenceMetadata
from licence.ordering import IssueLicence
from licence.qr import read_codes
from licence.repository import Licence
from licence.standing import ClaimReport
from licence.template.assembly import ENCLOSED
from trust.verdict import Outcome

__all__ = ["Fault", "Onlooker", "Tally", "checks_out", "drill", "issue"]

TOGETHER: Final = 200
DPI: Final = 150
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES: Final = ("叶书宁", "王𠮷㛃", "张䶮", "阿不都·热依木", "买买提·吐尔逊", "娜仁·其其格", "欧阳娜娜", "李")
STREETS: Final = ("桂花路", "星河路", "滨江大道", "人民中路", "文一西路", "解放东街")
ITEMS: Final = (
    "热食类食品制售",
    "冷食类食品制售",
    "生食类食品制售（含海产品）",
    "糕点类食品制售（含裱花蛋糕）",
    "自制饮品制售",
)


PLACES: Final = {
    "number": "许可证编号",
    "operator_name": "经营者名称",
    "credit_code": "统一社会信用代码",
    "legal_representative": "法定代表人（负责人）",
    "address": "住所",
    "premises": "经营场所",
    "business_form": "主体业态",
    "items": "经营项目",
    "last_day": "有效期至",
    "signatory": "签发人",
    "hotline": "投诉举报电话",
    "supervisor": "日常监督管理机构",
    "issued_on": "发证机关云州市市场监督管理局",
    "identifier": "电子证照标识",
}
"""The text that stands before each value on the page."""

WHOLE: Final = 50
"""Of so many pages one is drawn whole, by the other program."""

MARGIN: Final = 30
"""Pixels about the code that are drawn with it: its quiet zone, and what it stands on."""

DRAWING: Final = threading.Lock()
"""Held while PDFium draws, which knows no threads."""


class Fault(Exception):
    """Something of a licence is not as it must be."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a drill has done."""

    licences: int
    seconds: float
    issuing_cpu_seconds: float
    most_mib: float
    """The most memory that the process held."""


def numbers(seed: int) -> Iterator[int]:
    """Yield numbers that look random, the same ones each time."""
    place = 0
    while True:
        octets = shake_128(b"%d %d" % (seed, place)).digest(64)
        yield from (int.from_bytes(octets[at : at + 4], "big") for at in range(0, 64, 4))
        place += 1


def made_up(command: IssueLicence, seed: int) -> IssueLicence:
    """Return a command with values of all kinds in it."""
    told = numbers(seed)

    def one_of(values: tuple[str, ...]) -> str:
        return values[next(told) % len(values)]

    place = f"云州市新城区{one_of(STREETS)}{next(told) % 2000}号"
    data = {
        **command.data,
        "premises": place + "数字科技园A座" * (next(told) % 3) + f"{next(told) % 90}层",
        "items": "；".join(ITEMS[: 1 + next(told) % len(ITEMS)]),
        "signatory": one_of(NAMES),
        "hotline": f"0{next(told) % 1000:03d}-{next(told) % 10**8:08d}",
    }
    return replace(command, data=data)


def checks_out(identifier: str) -> bool:
    """Tell whether the last character of a licence identifier checks out (ISO/IEC 7064, MOD 37,36, when checking)."""
    *_, type_code, issuer, serial, version, check = identifier.split(".")
    total = len(ALPHABET)
    for character in type_code + issuer + serial + version:
        total += ALPHABET.index(character)
        total = (total - 1) % 36 + 1
        total = total * 2 % 37
    return (total + ALPHABET.index(check)) % 36 == 1


def run(*command: str | Path) -> str:
    """Return what a program tells."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Fault(f"{command[0]}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


def require(holds: object, what: str) -> None:
    """Raise `Fault` unless something holds."""
    if not holds:
        raise Fault(what)


def squeezed(text: str) -> str:
    """Return a text without white space: where lines end is for the page to say."""
    return "".join(text.split())


def values_of(licence: Licence, command: IssueLicence) -> dict[str, str]:
    """Return what a page must show, by its name."""
    assert licence.last_day is not None
    days = {"issued_on": licence.issued_on, "last_day": licence.last_day}
    told = {**command.data, "number": command.number, "identifier": licence.identifier}
    told |= {name: f"{day.year}年{day.month}月{day.day}日" for name, day in days.items()}
    return {name: squeezed(str(value)) for name, value in told.items()}


class Onlooker:
    """Looks at licences of one type. Raises `Fault`. The first one shows where on the page things are."""

    def __init__(self, issuer: Rig, folder: Path) -> None:
        self.claims: Callable[[str], ClaimReport] = issuer.instance.verification.claim
        self.folder = folder
        self.frame: str | None = None
        self.corner: tuple[int, int, int, int] | None = None
        self.seen = 0

    def look_at(self, pdf: bytes, licence: Licence, command: IssueLicence) -> None:
        """Return if a licence is as it must be, else raise `Fault`."""
        path = self.folder / f"{licence.id}.pdf"
        path.write_bytes(pdf)
        try:
            require(checks_out(licence.identifier), "check character")
            run("qpdf", "--check", path)
            told = run("pdfsig", "-nocert", path).splitlines()
            require(sum(line.endswith("Signature is Valid.") for line in told) == 1, "pdfsig")
            require(told[-1].endswith("Signature is Valid.") and told[-2].endswith("- Total document signed"), "pdfsig")
            self.require_text(squeezed(run("pdftotext", "-raw", path, "-")), values_of(licence, command))
            require_metadata(pdf, licence, command)
            self.require_code(path, licence)
        except Fault as fault:
            raise Fault(f"{licence.identifier}: {fault}") from fault
        finally:
            path.unlink()

    def require_text(self, shown: str, values: dict[str, str]) -> None:
        """Return if a page shows its values, each in its place, and nothing else but what the first one showed."""
        for name, value in values.items():
            require(value in shown, f"text of {name}")
        if self.frame is None:
            self.frame = frame_of(shown, values)
        require(self.frame.format_map(values) == shown, "text of the page")

    def require_code(self, path: Path, licence: Licence) -> None:
        """Return if the page bears the code of the licence, and that one verifies."""
        self.seen += 1
        corner = None if self.seen % WHOLE == 0 else self.corner
        page = raster(path, corner)
        require(read_codes(page) == (licence.claim,), "QR code")
        assert licence.claim is not None
        self.corner = self.corner or corner_of(page)
        told = self.claims(licence.claim.rpartition("/")[2])
        found = told.standing and told.standing.licence
        require(told.verdict.outcome is Outcome.PASSED and found and found.identifier == licence.identifier, "claim")


def frame_of(shown: str, values: dict[str, str]) -> str:
    """Return the text of a page with the names of its values in their places."""
    frame = shown.replace("{", "{{").replace("}", "}}")
    for name, value in sorted(values.items(), key=lambda one: -len(one[1])):
        require(frame.count(f"{PLACES[name]}{value}") == 1, f"text before {name}")
        frame = frame.replace(f"{PLACES[name]}{value}", f"{PLACES[name]}{{{name}}}")
    return frame


def corner_of(page: Image.Image) -> tuple[int, int, int, int]:
    """Return where on a page its one code is, with a margin: the left, the top, the width and the height."""
    (code,) = zxingcpp.read_barcodes(page)
    ends = (code.position.top_left, code.position.top_right, code.position.bottom_right, code.position.bottom_left)
    across, down = [one.x for one in ends], [one.y for one in ends]
    size = (max(across) - min(across) + 2 * MARGIN, max(down) - min(down) + 2 * MARGIN)
    return min(across) - MARGIN, min(down) - MARGIN, *size


def raster(path: Path, corner: tuple[int, int, int, int] | None = None) -> Image.Image:
    """Return the first page as people see it, by Poppler, or a part of it, by PDFium."""
    if corner is not None:
        return part_of(path, *corner)
    done = subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", path], capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout))


def part_of(path: Path, left: int, top: int, width: int, height: int) -> Image.Image:
    """Return a part of the first page, which is told in pixels from its upper left corner."""
    with DRAWING, pypdfium2.PdfDocument(path) as document:
        page, scale = document[0], DPI / 72
        across, down = page.get_size()
        beyond = (left / scale, down - (top + height) / scale, across - (left + width) / scale, top / scale)
        drawn: Image.Image = page.render(scale=scale, crop=beyond, grayscale=True).to_pil()
        return drawn.copy()


def require_metadata(pdf: bytes, licence: Licence, command: IssueLicence) -> None:
    """Return if the metadata in a file are those of the licence, in all three forms."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        files = {name: file.attachments[name].get_file().read_bytes() for name in file.attachments}
        packet = bytes(file.Root.Metadata.read_bytes())
    told = LicenceMetadata.from_xml(files[f"{ENCLOSED}.xml"])
    require(told == LicenceMetadata.from_json(files[f"{ENCLOSED}.json"]) == LicenceMetadata.from_xmp(packet), "forms")
    found = (told.identifier, told.number, told.holder_code, told.issued_on, told.valid_until)
    kept = (licence.identifier, command.number, command.holder_code, licence.issued_on, licence.last_day)
    require(found == kept, "metadata")


def issue(issuer: Rig, count: int) -> list[tuple[Licence, IssueLicence]]:
    """Issue licences, all of which must come to be."""
    start = issuer.count
    commands = [made_up(command, start + place) for place, command in enumerate(issuer.commands(count))]
    issued = []
    for command, result in zip(
        commands, issuer.instance.licences.issuing.issue_chunk(issuer.client, commands), strict=True
    ):
        if not isinstance(result, Licence):
            raise Fault(f"{command.number}: {result!r}")
        issued.append((result, command))
    return issued


def drill(issuer: Rig, count: int, *, lookers: int = 1, told: Callable[[int], None] = lambda _: None) -> Tally:
    """Issue licences and look at each, and tell how many there are. Raise `Fault`."""
    started, cpu, seen, claims = time.monotonic(), 0.0, set[str](), set[str | None]()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(lookers) as threads:
        onlooker = Onlooker(issuer, Path(name))

        def look(one: tuple[Licence, IssueLicence]) -> None:
            licence, command = one
            assert licence.file is not None
            onlooker.look_at(issuer.instance.blobs.get(licence.file), licence, command)

        for start in range(0, count, TOGETHER):
            before = time.process_time()
            issued = issue(issuer, min(TOGETHER, count - start))
            cpu += time.process_time() - before
            seen |= {licence.identifier for licence, _ in issued}
            claims |= {licence.claim for licence, _ in issued}
            require(len(seen) == len(claims) == start + len(issued), "identifiers")
            if start == 0:
                look(issued.pop(0))
            list(threads.map(look, issued))
            told(len(seen))
    return Tally(
        licences=count,
        seconds=round(time.monotonic() - started, 1),
        issuing_cpu_seconds=round(cpu, 1),
        most_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def main() -> None:
    """Run the drill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    told = parser.parse_args()
    missing = [one for one in ("qpdf", "pdfsig", "pdftoppm", "pdftotext") if shutil.which(one) is None]
    if missing:
        raise SystemExit(f"not on this machine: {', '.join(missing)}")

    def tell(done: int) -> None:
        sys.stderr.write(f"\r{done} of {told.count} licences")
        sys.stderr.flush()

    with rig() as issuer:
        tally = drill(issuer, told.count, lookers=os.cpu_count() or 1, told=tell)
    sys.stdout.write(json.dumps(asdict(tally)) + "\n")


if __name__ == "__main__":
    main()

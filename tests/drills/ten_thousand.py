"""Ten thousand licences, issued and looked at one by one: `python -m tests.drills.ten_thousand --count 10000`.

The real service issues them in chunks, on SQLite, with records that were made up by a generator that starts the same
each time: short and long values, rare characters, values that take several lines. Of each licence is asked:

* its identifier is nobody else's, and its check character is right by the rule of ISO/IEC 7064 for *checking*, which
  is not the program that makes it;
* its file is sound by `qpdf --check`, and valid by `pdfsig`;
* the QR code, read from the raster at 150 dpi, is the address that the registry has;
* the text of the page, taken out by `pdftotext`, holds every value of the record;
* the metadata inside say the same as the registry.

The first fault is told with the licence, and ends the drill. tests/licence/test_ten_thousand.py does a slice.
"""

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from hashlib import shake_128
from pathlib import Path
from typing import Final

import pikepdf
from PIL import Image

from benchmarks.licence_rig import Rig, rig
from licence.metadata import LicenceMetadata
from licence.ordering import IssueLicence
from licence.qr import read_codes
from licence.repository import Licence
from licence.template.assembly import ENCLOSED

__all__ = ["Fault", "Tally", "checks_out", "drill"]

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


def look_at(pdf: bytes, licence: Licence, command: IssueLicence, folder: Path) -> None:
    """Return if a licence is as it must be, else raise `Fault`."""
    path = folder / f"{licence.id}.pdf"
    path.write_bytes(pdf)
    try:
        require(checks_out(licence.identifier), "check character")
        run("qpdf", "--check", path)
        require(run("pdfsig", "-nocert", path).count("Signature is Valid.") == 1, "pdfsig")
        raster = run_raster(path)
        require(read_codes(raster) == (licence.claim,), "QR code")
        shown = "".join(run("pdftotext", "-raw", path, "-").split())
        for name, value in {**command.data, "number": command.number, "identifier": licence.identifier}.items():
            require("".join(str(value).split()) in shown, f"text of {name}")
        require_metadata(pdf, licence, command)
    except Fault as fault:
        raise Fault(f"{licence.identifier}: {fault}") from fault
    finally:
        path.unlink()


def run_raster(path: Path) -> Image.Image:
    """Return the first page as people see it."""
    done = subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", path], capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout))


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


def drill(issuer: Rig, count: int, *, lookers: int = 1) -> Tally:
    """Issue licences and look at each. Raise `Fault`."""
    started, cpu, seen = time.monotonic(), 0.0, set[str]()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(lookers) as threads:
        folder = Path(name)

        def look(one: tuple[Licence, IssueLicence]) -> None:
            licence, command = one
            assert licence.file is not None
            look_at(issuer.instance.blobs.get(licence.file), licence, command, folder)

        for start in range(0, count, TOGETHER):
            before = time.process_time()
            issued = issue(issuer, min(TOGETHER, count - start))
            cpu += time.process_time() - before
            fresh = {licence.identifier for licence, _ in issued}
            require(len(fresh) == len(issued) and fresh.isdisjoint(seen), "identifiers")
            seen |= fresh
            list(threads.map(look, issued))
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
    with rig() as issuer:
        print(json.dumps(asdict(drill(issuer, told.count, lookers=os.cpu_count() or 1))))  # noqa: T201 - a drill tells


if __name__ == "__main__":
    main()

"""What anybody does who was handed a licence: scan its code, look at what stands behind it, and drop the file."""

from pathlib import Path

from api.demo.evidence import rasterise
from licence.qr import read_codes
from tests.console.harness import Desk, Desks

__all__ = ["fetch_a_licence", "look_behind_the_code", "verify_a_file"]


def fetch_a_licence(desks: Desks, licence: str, folder: Path, *, words: str = "下载 PDF") -> Path:
    """Let the officer save the file of a licence, and return where it is."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    desk.save_to(folder)
    told = desks.world.ask("officer", "GET", f"/v1/licences/{licence}")
    desk.click(words)
    name = f"{told['number'].replace('/', '_')}.pdf"
    desk.saved(folder, name)
    return folder / name


def look_behind_the_code(desk: Desk, pdf: bytes, *seen: str) -> str:
    """Scan the code that stands on the page of a licence, open what it says, and return that address."""
    (address,) = read_codes(rasterise(pdf))
    assert address.startswith(desk.world.address)
    desk.open(address.removeprefix(desk.world.address))
    desk.see(*seen)
    return address


def verify_a_file(desk: Desk, path: Path, here: str, *told: str) -> None:
    """Choose a file on the public page, where the device says what it can say, and send it for the full check."""
    desk.open("/")
    desk.see("查验证照和文件")
    desk.upload("input[type=file]", path)
    desk.see("本机查验结果", here)
    desk.click("发送给服务器做完整查验")
    answered = "document.querySelector('.verdict.tone-passed, .verdict.tone-failed')"
    desk.tab.wait(f"!!{answered} && !document.querySelector('[data-device=start]')")
    desk.see(*told)

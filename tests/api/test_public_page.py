"""The public pages in Chromium, as a phone and as a desk have them: the camera, files, no network, both languages."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pytest
import segno
from fastapi import FastAPI, Request
from PIL import Image
from starlette.responses import HTMLResponse

from api.demo import cast
from api.demo.documents import foreign_documents
from api.device_pages import live_answer_page
from api.page_models import ProblemPage, claim_page, file_page
from api.pages.rendering import Renderable
from api.pages.words import Language, say
from api.routes.pages import answer
from identity.subject import SubjectId
from licence.live.codes import LiveAnswer
from licence.live.entries import LiveCode
from licence.standing import ClaimReport, CopyStanding, nothing_shown, standing_checks
from tests.api.builders import Furnished, Service
from tests.builders import PKI
from tests.chromium import Browser, Tab, browsing, serving
from tests.fakes import verification as fake
from tests.judges import required
from trust.verdict import Verdict

pytestmark = pytest.mark.browser

PHONE: Final = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESK: Final = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
SIZES: Final = {"phone": PHONE, "desk": DESK}

AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EXAMINE: Final = """
axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then((found) => found.violations.map((one) =>
  `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`))
"""

FRAME: Final = (640, 480)
CORNER: Final = (0.71, 0.07, 0.26, 0.27)
"""The part of the page with the code: from the left and the top, width and height, as parts of the page."""

LOADED: Final = "document.readyState === 'complete' && document.querySelector('main') !== null"
ANSWERED: Final = "document.querySelector('.verdict h1') !== null"


DOT: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)

INSECURE: Final = "http://insecure.example"
"""Where the instance answers without a safe connection; there the browser says that it leaves out a header of ours."""

NO_CODES: Final = """Worker.prototype.postMessage = function () { setTimeout(() => undefined); };"""
LIGHT: Final = """{
  const { getCapabilities, applyConstraints } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.getCapabilities = function () { return { ...getCapabilities.call(this), torch: true }; };
  MediaStreamTrack.prototype.applyConstraints = function (told) {
    globalThis.lit = told.advanced[0].torch;
    return Promise.resolve();
  };
}"""
"""A camera with a light, which the film of a test has not."""

OWN_READER: Final = """globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: "TEXT" }]; }
};"""
"""A browser that reads codes by itself, as those of phones do and Debian's does not."""

BRING: Final = """(name, encoded) => {
  const data = new DataTransfer();
  const octets = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
  data.items.add(new File([octets], "brought.pdf", { type: "application/pdf" }));
  const told = name === "drop" ? new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true })
                               : new ClipboardEvent(name, { clipboardData: data, bubbles: true, cancelable: true });
  document.body.dispatchEvent(told);
}"""
"""Drops or pastes a file: nothing outside the browser can do it in a test."""

CONTROLS: Final = """() => [...document.querySelectorAll("a, button, input, summary")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 60))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what is filmed, photographed and chosen."""
    return tmp_path_factory.mktemp("seen")


@pytest.fixture(scope="module")
def photo(folder: Path, furnished_folder: Furnished) -> Image.Image:
    """Return the corner of a licence with its code, as a camera sees it."""
    page = pypdfium2.PdfDocument(furnished_folder.licence_pdf)[0]
    whole = page.render(scale=2.5).to_pil().convert("RGB")
    x, y, width, height = CORNER
    seen: Image.Image = whole.crop(
        (int(whole.width * x), int(whole.height * y), int(whole.width * (x + width)), int(whole.height * (y + height)))
    )
    seen.save(folder / "photo.jpg", quality=80)
    return seen


@pytest.fixture(scope="module")
def browser(folder: Path, photo: Image.Image) -> Iterator[Browser]:
    """Return a browser whose camera sees a licence."""
    film = folder / "film.mjpeg"
    frame = photo.resize(FRAME)
    frame.save(folder / "frame.jpg", quality=90)
    film.write_bytes((folder / "frame.jpg").read_bytes() * 4)
    flags = (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
        "--host-resolver-rules=MAP insecure.example 127.0.0.1",
    )
    with browsing(*flags) as found:
        yield found


@pytest.fixture(scope="module")
def address(shared_furnished: Service) -> Iterator[str]:
    """Return where an instance answers."""
    with serving(shared_furnished.app) as (found, _):
        yield found


@pytest.fixture
def tab(browser: Browser, shared_furnished: Service) -> Iterator[Tab]:
    """Return a page in the instance's own time, of which the browser has nothing to complain in the end."""
    made = browser.tab()
    made.shift_clock(shift_of(shared_furnished))
    made.measure(PHONE)
    yield made
    assert [one for one in made.complaints if INSECURE not in one] == []


def shift_of(service: Service) -> int:
    """Return by how many milliseconds the clock of an instance is ahead of this machine's."""
    return int((service.clock.now() - datetime.now(tz=UTC)).total_seconds() * 1000)  # noqa: TID251 - a browser's is real


def allow(browser: Browser, address: str, setting: str) -> None:
    """Allow the camera to the pages of an instance, or refuse it."""
    browser.call("Browser.setPermission", permission={"name": "camera"}, setting=setting, origin=address)


def text_of(tab: Tab, selector: str) -> str:
    """Return what is shown in an element."""
    found: str = tab.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")
    return found


# --- the camera


@pytest.mark.parametrize(("size", "language", "word"), [("phone", "zh", "有效"), ("desk", "en", "Valid")])
def test_the_camera_reads_a_code_and_leads_to_the_answer(
    *, browser: Browser, tab: Tab, address: str, size: str, language: str, word: str
) -> None:
    allow(browser, address, "granted")
    tab.measure(SIZES[size])
    tab.open(f"{address}/scan?lang={language}")
    tab.wait(ANSWERED)
    assert text_of(tab, ".verdict h1") == word
    assert "云州市市场监督管理局电子证照专用章" in text_of(tab, ".rows")
    assert re.search(r"/v/[A-Za-z0-9_-]{139}", tab.evaluate("location.pathname"))
    assert [one for one in tab.asked if not one.startswith((address, "data:"))] == []


def test_without_leave_the_page_says_what_to_do_and_offers_other_ways(
    browser: Browser, tab: Tab, address: str, folder: Path
) -> None:
    allow(browser, address, "denied")
    tab.open(f"{address}/scan?lang=zh")
    tab.wait("document.querySelector('[data-trouble=denied]') !== null")
    assert "请在浏览器的网站设置里允许相机" in text_of(tab, "[data-slot=told]")
    assert tab.evaluate("document.querySelector('[data-slot=start]').hidden") is False
    tab.choose("#photo", str(folder / "photo.jpg"))
    tab.wait(ANSWERED)
    assert text_of(tab, ".verdict h1") == "有效"


def test_a_page_without_a_safe_connection_says_that_browsers_allow_no_camera(tab: Tab, address: str) -> None:
    tab.open(f"{INSECURE}:{address.rpartition(':')[2]}/scan?lang=en")
    tab.wait("document.querySelector('[data-trouble=insecure]') !== null")
    assert "Browsers allow no camera without https" in text_of(tab, "[data-slot=told]")


def test_the_light_is_offered_where_there_is_one_and_the_camera_can_be_turned_off(
    browser: Browser, tab: Tab, address: str
) -> None:
    allow(browser, address, "granted")
    tab.before(NO_CODES)
    tab.before(LIGHT)
    tab.open(f"{address}/scan?lang=zh")
    tab.wait("document.querySelector('[data-slot=torch]').hidden === false")
    tab.evaluate("document.querySelector('[data-slot=torch]').click()")
    tab.wait("document.querySelector('[data-slot=torch]').getAttribute('aria-pressed') === 'true'")
    assert tab.evaluate("globalThis.lit") is True
    tab.evaluate("document.querySelector('[data-slot=stop]').click()")
    tab.wait("document.querySelector('[data-camera=off]') !== null")
    assert tab.evaluate("document.querySelector('video').srcObject") is None
    assert tab.evaluate("document.activeElement.dataset.slot") == "start"
    assert tab.evaluate("document.querySelector('[data-slot=torch]').getAttribute('aria-pressed')") == "false"


def test_the_reader_of_the_browser_is_used_where_it_has_one(
    browser: Browser, tab: Tab, address: str, furnished_folder: Furnished
) -> None:
    allow(browser, address, "granted")
    tab.before(OWN_READER.replace("TEXT", furnished_folder.claim))
    tab.open(f"{address}/scan?lang=zh")
    tab.wait(ANSWERED)
    assert not [one for one in tab.asked if "decoder" in one or "wasm" in one]


def test_a_code_of_somebody_else_is_named_and_not_opened(
    browser: Browser, tab: Tab, address: str, folder: Path
) -> None:
    allow(browser, address, "denied")
    segno.make("https://evil.example/v/anything").save(str(folder / "evil.png"), scale=8)
    segno.make("一段文字").save(str(folder / "text.png"), scale=8)
    Image.new("RGB", (200, 200), "white").save(folder / "empty.png")
    tab.open(f"{address}/scan?lang=en")
    tab.wait("document.querySelector('[data-trouble=denied]') !== null")
    for name, told in (("evil", "evil.example"), ("text", "no licence's code"), ("empty", "No QR code could be read")):
        tab.choose("#photo", str(folder / f"{name}.png"))
        tab.wait(f"document.querySelector('[data-slot=told]').innerText.includes({told!r})".replace('"', "`"))
    assert tab.evaluate("location.pathname") == "/scan"
    assert not [one for one in tab.asked if "evil" in one]


def test_a_claim_is_judged_here_wherever_its_code_leads_and_a_live_code_is_opened(
    *, browser: Browser, tab: Tab, address: str, folder: Path, furnished_folder: Furnished
) -> None:
    allow(browser, address, "denied")
    claim = furnished_folder.claim.rpartition("/")[2]
    segno.make(f"https://evil.example/v/{claim}").save(str(folder / "elsewhere.png"), scale=6)
    segno.make(f"https://trust.example/l/{'A' * 22}").save(str(folder / "live.png"), scale=6)
    for name, path in (("elsewhere", f"/v/{claim}"), ("live", f"/l/{'A' * 22}")):
        tab.open(f"{address}/scan?lang=zh")
        tab.wait("document.querySelector('[data-trouble=denied]') !== null")
        tab.choose("#photo", str(folder / f"{name}.png"))
        tab.wait(f"location.pathname === '{path}' && document.readyState === 'complete'")
    assert not [one for one in tab.asked if "evil" in one]


# --- files


def test_a_file_is_judged_here_first_and_sent_only_when_somebody_says_so(
    tab: Tab, address: str, folder: Path, furnished_folder: Furnished
) -> None:
    (folder / "licence.pdf").write_bytes(furnished_folder.licence_pdf)
    altered = bytearray(furnished_folder.licence_pdf)
    altered[len(altered) // 3] ^= 1
    (folder / "altered.pdf").write_bytes(altered)
    tab.open(f"{address}/?lang=zh")
    tab.wait("document.querySelector('[data-ready]') !== null")
    tab.choose("#file", str(folder / "altered.pdf"))
    tab.wait("document.querySelector('[data-outcome=failed]') !== null")
    assert text_of(tab, "[data-slot=word]") == "无效"
    tab.evaluate("document.querySelector('[data-slot=another]').click()")
    tab.choose("#file", str(folder / "licence.pdf"))
    tab.wait("document.querySelector('[data-outcome=passed]') !== null")
    assert text_of(tab, "[data-slot=word]") == "签名有效"
    assert tab.evaluate("document.querySelectorAll('[data-slot=answer] bdi[lang]').length") == 0
    assert "登记系统" in text_of(tab, "[data-slot=needed]")
    assert "licence.pdf" in text_of(tab, "[data-slot=sent]")
    assert not [one for one in tab.asked if one.partition("?")[0] == f"{address}/verify"]
    tab.evaluate("document.querySelector('[data-send]').click()")
    tab.wait(ANSWERED)
    assert text_of(tab, ".verdict h1") == "有效"
    assert "云州星河餐饮有限公司" in text_of(tab, "main") or "****" not in text_of(tab, "main")


def test_a_file_that_is_dropped_or_pasted_is_taken_like_one_that_is_chosen(
    tab: Tab, address: str, furnished_folder: Furnished
) -> None:
    for event in ("drop", "paste"):
        tab.open(f"{address}/?lang=en")
        tab.wait("document.querySelector('[data-ready]') !== null")
        tab.evaluate(f"({BRING})({event!r}, {base64.b64encode(furnished_folder.stamped_pdf).decode()!r})")
        tab.wait("document.querySelector('[data-outcome=passed]') !== null")
        assert text_of(tab, "[data-slot=word]") == "Signature valid"
        names = tab.evaluate("[...document.querySelectorAll('bdi[lang=zh-CN]')].map((one) => one.textContent)")
        assert any(one.startswith(cast.AUTHORITY.name) for one in names)  # which is read out as what it is
    locked = base64.b64encode(foreign_documents()["password.pdf"]).decode()
    tab.evaluate(f"({BRING})('drop', {locked!r})")
    tab.wait("document.activeElement.id === 'password'")
    # The answer on the file before is gone: it would stand for this one.
    assert tab.evaluate("document.querySelector('[data-slot=answer]').hidden") is True
    assert tab.evaluate("document.querySelector('[data-outcome]')") is None


def test_a_photo_among_the_files_is_read_and_a_password_is_asked_for(tab: Tab, address: str, folder: Path) -> None:
    (folder / "password.pdf").write_bytes(foreign_documents()["password.pdf"])
    tab.open(f"{address}/?lang=zh")
    tab.wait("document.querySelector('[data-ready]') !== null")
    tab.choose("#file", str(folder / "password.pdf"))
    tab.wait("document.querySelector('details[open] #password') !== null")
    assert tab.evaluate("document.activeElement.id") == "password"
    tab.choose("#file", str(folder / "photo.jpg"))
    tab.wait(ANSWERED)


# --- by keyboard, larger, handed on


def test_a_code_is_typed_and_answered_for_by_keyboard_alone(
    tab: Tab, address: str, furnished_folder: Furnished
) -> None:
    tab.open(f"{address}/scan?lang=zh")
    tab.wait("document.querySelector('#text') !== null")
    tab.evaluate("document.querySelector('#text').focus()")
    tab.call("Input.insertText", text=f"  {furnished_folder.claim}  ")
    tab.press("Enter", 13)
    tab.wait(ANSWERED)
    assert text_of(tab, ".verdict h1") == "有效"


def test_every_control_of_the_start_page_is_reached_by_the_tab_key(tab: Tab, address: str) -> None:
    tab.open(f"{address}/?lang=zh")
    tab.wait("document.querySelector('[data-ready]') !== null")
    wanted = tab.evaluate(f"({CONTROLS})()")
    reached = []
    for _ in range(len(wanted) + 2):
        tab.press("Tab", 9)
        reached.append(tab.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    assert set(wanted) <= set(reached)
    assert "skip" in reached[0]


def test_type_is_made_larger_and_stays_so(tab: Tab, address: str) -> None:
    tab.open(f"{address}/?lang=zh")
    tab.wait("document.querySelector('[data-action=type]').hidden === false")
    before = tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    tab.evaluate("document.querySelector('[data-action=type]').click()")
    tab.open(f"{address}/scan?lang=zh")
    tab.wait("document.documentElement.dataset.type === 'large'")
    assert tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > 1.25 * before
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
    tab.evaluate("localStorage.clear()")


def test_an_answer_is_handed_on_by_its_address(
    browser: Browser, tab: Tab, address: str, furnished_folder: Furnished
) -> None:
    for name in ("clipboard-read", "clipboard-write"):
        browser.call("Browser.setPermission", permission={"name": name}, setting="granted", origin=address)
    path = "/v/" + furnished_folder.claim.rpartition("/")[2]
    tab.open(f"{address}{path}?lang=en")
    tab.wait("document.querySelector('[data-action=share]')?.hidden === false")
    tab.call("Page.bringToFront")
    tab.evaluate("document.querySelector('[data-action=share]').click()")
    tab.wait("document.querySelector('[data-slot=shared]').innerText.startsWith('Copied')")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{address}{path}"


# --- without a network


def test_everything_but_the_registry_works_without_a_network_after_one_visit(
    *, browser: Browser, furnished: Service, furnished_folder: Furnished, folder: Path
) -> None:
    (folder / "licence.pdf").write_bytes(furnished_folder.licence_pdf)
    tab = browser.tab()
    tab.measure(PHONE)
    tab.shift_clock(shift_of(furnished))
    claim = furnished_folder.claim.rpartition("/")[2]
    with serving(furnished.app) as (address, stop):
        tab.open(f"{address}/v/{claim}")
        tab.wait("document.querySelector('[data-device=accompany]')?.dataset.outcome === 'passed'")
        tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
        stop()
    allow(browser, address, "granted")
    tab.open(f"{address}/scan?lang=en")  # the camera, and the reader in its worker
    tab.wait("document.querySelector('[data-device=check]')?.dataset.outcome === 'passed'")
    assert text_of(tab, "[data-slot=word]") == "Valid"
    assert "ago" in text_of(tab, "[data-slot=fetched]") or "minute" in text_of(tab, "[data-slot=fetched]")
    assert tab.evaluate("document.querySelector('[data-slot=old]').hidden") is True
    tab.open(f"{address}/?lang=zh")
    tab.wait("document.querySelector('[data-ready]') !== null")
    tab.choose("#file", str(folder / "licence.pdf"))
    tab.wait("document.querySelector('[data-outcome=passed]') !== null")
    assert text_of(tab, "[data-slot=word]") == "签名有效"
    late = browser.tab()
    late.shift_clock(shift_of(furnished) + 26 * 3_600_000)
    late.open(f"{address}/v?lang=zh#{claim}")
    late.wait("document.querySelector('[data-device=check]')?.dataset.outcome === 'indeterminate'")
    assert "注意：本机资料是26小时前的" in text_of(late, "[data-slot=old]")
    assert "26小时前" in text_of(late, "[data-slot=fetched]")
    assert "无法确定" in text_of(late, "[data-slot=word]")


# --- for everybody


@pytest.mark.parametrize(("size", "language", "scheme"), [("phone", "zh", "light"), ("desk", "en", "dark")])
def test_nothing_stands_in_the_way_of_anybody(
    *,
    browser: Browser,
    tab: Tab,
    address: str,
    shared_furnished: Service,
    furnished_folder: Furnished,
    folder: Path,
    size: str,
    language: str,
    scheme: str,
) -> None:
    """Axe finds no violation on any public page, in its states with and without an answer."""
    rules = required("web/node_modules", AXE if AXE.is_file() else None).read_text(encoding="utf-8")
    allow(browser, address, "denied")
    tab.measure(SIZES[size])
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    (folder / "stamped.pdf").write_bytes(furnished_folder.stamped_pdf)
    claim = furnished_folder.claim.rpartition("/")[2]
    said = f"lang={language}"
    opened = {
        f"/?{said}": "document.querySelector('[data-ready]') !== null",
        f"/scan?{said}": "document.querySelector('[data-trouble]') !== null",
        f"/v?{said}#{claim}": "document.querySelector('[data-outcome]') !== null",
        f"/v/{claim}?{said}": ANSWERED,
        f"/v/{'A' * 139}?{said}": ANSWERED,
        f"/l/{'A' * 22}?{said}": "document.querySelector('#live') !== null",
        f"/v?{said}": LOADED,
        f"/c/{'A' * 20}?{said}": ANSWERED,
    }
    found = {}
    for path, condition in opened.items():
        tab.open("about:blank")
        tab.open(address + path)
        tab.wait(condition)
        found[path] = axe(tab, rules)
    tab.open(f"{address}/?{said}")
    tab.wait("document.querySelector('[data-ready]') !== null")
    tab.choose("#file", str(folder / "stamped.pdf"))
    tab.wait("document.querySelector('[data-outcome]') !== null")
    found["a file, here"] = axe(tab, rules)
    tab.evaluate("document.querySelector('[data-send]').click()")
    tab.wait(ANSWERED)
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found["a file, sent"] = axe(tab, rules)
    assert {name: told for name, told in found.items() if told} == {}
    assert shared_furnished.instance is not None


def rare(pki: PKI, language: Language) -> dict[str, Renderable]:
    """Return pages to which it would be a long way here."""
    at = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
    known = fake.standing()
    code = LiveCode(
        id="live_1",
        licence="lic_1",
        holder=SubjectId("O7K2M9QX4TB8WZ5RDN"),
        maker="acc_1",
        purpose="入住登记",
        made_at=at,
        expires_at=at,
    )
    copy = CopyStanding(
        copy="copy_1",
        licence="lic_1",
        user="某市图书馆",
        cause="办理借书证",
        made_at=at,
        valid_until=at.replace(year=2030),
    )
    bare = replace(known, holder="")
    by_identifier = Verdict(checks=(fake.check("identifier.format"), *standing_checks(bare), nothing_shown()))
    typed = ClaimReport(verdict=by_identifier, standing=bare, moment=at)
    of_copy = replace(fake.files(pki)["licence-in-force"], copy=copy)
    return {
        "identifier": claim_page(typed, language=language, at=at),
        "live": live_answer_page(LiveAnswer(code=code, standing=known, photo=DOT), language=language, at=at),
        "copy": file_page(of_copy, language=language, at=at, size=1, digest="00"),
        "problem": ProblemPage(language=language, text=say(language, "problem.title"), request_number="0001"),
        "password": ProblemPage(language=language, text=say(language, "problem.title"), asks_for_password=True),
        **{
            f"code-{name}": claim_page(replace(one, moment=at), language=language, at=at)
            for name, one in fake.claims().items()
        },
    }


@pytest.mark.parametrize(("size", "language", "scheme"), [("desk", "zh", "light"), ("phone", "en", "dark")])
def test_no_answer_stands_in_the_way_of_anybody(
    *, browser: Browser, sm2_pki: PKI, shared_furnished: Service, size: str, language: str, scheme: str
) -> None:
    rules = required("web/node_modules", AXE if AXE.is_file() else None).read_text(encoding="utf-8")
    pages = rare(sm2_pki, Language(language))
    gallery = FastAPI()
    gallery.state.instance = shared_furnished.instance

    @gallery.get("/rare/{name}")
    def show(request: Request, name: str) -> HTMLResponse:
        return answer(request, pages[name])

    gallery.mount("/", shared_furnished.app)
    found = {}
    tab = browser.tab()
    tab.measure(SIZES[size])
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    with serving(gallery) as (address, _):
        for name in pages:
            tab.open(f"{address}/rare/{name}?lang={language}")
            tab.wait(LOADED)
            tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            found[name] = axe(tab, rules)
    assert {name: told for name, told in found.items() if told} == {}
    assert tab.complaints == []


def axe(tab: Tab, rules: str) -> Any:  # noqa: ANN401 - JSON
    """Return what axe finds on a page, and whether it is wider than the screen."""
    tab.evaluate(rules + "; true")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
    return tab.evaluate(EXAMINE % json.dumps({"type": "tag", "values": RULES}))

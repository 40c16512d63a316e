"""The public pages over HTTP: what is sent, in which language, with which headers, and what never is."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from structlog.testing import capture_logs
from typing_extensions import override

from api.device_pages import DevicePage
from api.middleware import AroundRequest, BodyLimit
from api.pages import rendering
from api.pages.rendering import STATIC, WORKER
from api.pages.scripts import ACTING, CHECKING, READING, SCANNING
from api.pages.words import WORDS, Language, phrase
from api.permissions import Permission
from api.problems import BodyTooLarge
from api.routes import device_pages, pages
from api.routes.pages import FOR_DECODER, router
from api.routes.verification import MAX_CLAIM
from licence.standing import ClaimReport, FileFinding, nothing_shown, standing_checks
from tests.builders import PKI
from tests.fakes import verification as fake
from tests.fakes.clock import SettableClock
from trust.crypto.sm3 import sm3
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFPasswordWrong
from trust.verdict import Outcome, SubIndication, Verdict

HOSTILE = "<script>alert('1')</script>\"&amp;"
PRINTED = '<bdi class="hint" lang="zh-CN">食品经营许可证</bdi>'
PDF = {"file": ("a.pdf", b"%PDF-1.7 as it happens", "application/pdf")}
MAX_BODY = 100_000
ELEMENTS = (
    "html head title body a header main footer article section div span p h1 h2 h3 ul ol li dl dt dd time bdi strong "
    "form label button details summary svg path circle rect g a script noscript template video"
)
CLAIMS = fake.claims()


@pytest.fixture(scope="module")
def files(sm2_pki: PKI) -> dict[str, FileFinding]:
    return fake.files(sm2_pki)


@pytest.fixture
def verification(files: dict[str, FileFinding]) -> fake.FakeVerification:
    return fake.FakeVerification(reports=CLAIMS, found=files["licence-in-force"])


@pytest.fixture
def app(verification: fake.FakeVerification, clock: SettableClock) -> FastAPI:
    made = FastAPI()
    made.include_router(device_pages.router)
    made.include_router(router)
    made.add_middleware(BodyLimit, limit=MAX_BODY)
    made.add_middleware(AroundRequest)
    fake.install(made, verification, clock=clock)
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as made:
        yield made


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in its turn, every identifier stands once and is found."""

    VOID = frozenset({"meta", "link", "img", "input"})
    KNOWN = frozenset(re.findall(r"\w+", ELEMENTS))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.elements: dict[str, dict[str, str | None]] = {}
        self.text: list[str] = []
        assert html.startswith("<!doctype html>\n")
        self.feed(html.removeprefix("<!doctype html>"))
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))
        assert set(self.references) <= set(self.ids)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.KNOWN | self.VOID, f"nobody expects <{tag}>"
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        assert not [name for name in names if name == "style" or name.startswith("on")]
        found = dict(attrs)
        self.attributes.setdefault(tag, found)
        self.elements[found.get("id") or ""] = found
        self.ids += [value or "" for name, value in attrs if name == "id"]
        for name in ("aria-labelledby", "aria-describedby", "for", "form"):
            self.references += (found.get(name) or "").split()
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def told(self) -> str:
        """The text of the page, with single spaces."""
        return " ".join(" ".join(self.text).split())


def read(html: str) -> Page:
    """Return a page that was read strictly, with what holds for every page."""
    page = Page(html)
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1
    assert not [address for address in page.addresses if not re.match(r"[/?#]", address) or address.startswith("//")]
    return page


def send(client: TestClient, **more: str) -> Page:
    """Send a file, and return the page that answers."""
    return read(client.post("/verify", files=PDF, params=more).text)


# --- every state


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_answered_in_both_languages(client: TestClient, name: str, language: Language) -> None:
    found = client.get(f"/v/{name}", params={"lang": language})
    page = read(found.text)
    assert found.status_code == 200
    assert page.attributes["html"] == {"lang": language.tag}
    word = WORDS[f"outcome.{CLAIMS[name].verdict.outcome}"][list(Language).index(language)]
    assert f"<span>{word}</span></h1>" in found.text
    assert page.told.startswith(word)


@pytest.mark.parametrize("language", Language)
def test_every_file_is_answered_in_both_languages(
    client: TestClient, verification: fake.FakeVerification, files: dict[str, FileFinding], language: Language
) -> None:
    for found in files.values():
        verification.found = found
        page = send(client, lang=language)
        word = WORDS[f"outcome.{found.outcome}"][list(Language).index(language)]
        assert page.told.startswith(word)
        assert page.attributes["html"] == {"lang": language.tag}


@pytest.mark.parametrize("outcome", Outcome)
def test_colour_is_never_alone(client: TestClient, outcome: Outcome) -> None:
    """Each outcome has a shape of its own beside its colour and its word."""
    shapes = {one: client.get("/").text.split(f'<li class="tone-{one}">')[1].split("</svg>")[0] for one in Outcome}
    assert len(set(shapes.values())) == len(Outcome)
    assert 'class="shape"' in shapes[outcome]


def test_the_fingerprint_is_that_of_the_file(client: TestClient) -> None:
    content = PDF["file"][1]
    told = send(client).told
    assert sm3(content).hex() in told
    assert f"{len(content)} 字节" in told


def test_hostile_names_are_shown_and_never_run(client: TestClient, verification: fake.FakeVerification) -> None:
    known = fake.standing(holder=HOSTILE, issuer=HOSTILE, type_name=HOSTILE, number=HOSTILE)
    facts = dict.fromkeys(fake.SEAL_FACTS, HOSTILE)
    checks = (fake.check(HOSTILE), fake.check("seal.format", reason=HOSTILE, step=HOSTILE))
    one = fake.judged(*checks, report={"facts": facts, "algorithm": HOSTILE})
    verification.found = fake.file_of(one, seals=(fake.seal(name=HOSTILE),), licence=known)
    html = client.post("/verify", files=PDF).text
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert HOSTILE in read(html).told


def test_a_hostile_sentence_for_experts_is_escaped_too(client: TestClient, verification: fake.FakeVerification) -> None:
    verification.found = fake.file_of(fake.judged(fake.check(HOSTILE, SubIndication.HASH_FAILURE, reason=HOSTILE)))
    html = client.post("/verify", files=PDF).text
    assert "<script>" not in html
    assert HOSTILE in read(html).told


def test_a_file_that_holds_the_text_of_a_code_is_answered_for_as_the_code(client: TestClient) -> None:
    sent = {"file": ("code.txt", b"in-force", "text/plain")}
    assert "这本证照登记在册" in read(client.post("/verify", files=sent).text).told


def test_the_code_of_a_copy_is_answered_for(client: TestClient) -> None:
    assert read(client.get("/c/in-force").text).told.startswith("有效")
    assert "这不是本平台证照的二维码" in read(client.get("/c/" + "A" * (MAX_CLAIM + 1)).text).told


@pytest.mark.parametrize(
    ("language", "english", "heading"),
    [
        (Language.CHINESE, "Food Operation Permit", "<bdi>食品经营许可证</bdi>"),
        (Language.ENGLISH, "Food Operation Permit", f"<bdi>Food Operation Permit</bdi> {PRINTED}"),
        (Language.ENGLISH, "", '<bdi lang="zh-CN">食品经营许可证</bdi>'),
    ],
)
def test_a_licence_is_called_as_the_page_speaks(
    client: TestClient, verification: fake.FakeVerification, language: Language, english: str, heading: str
) -> None:
    verification.found = fake.file_of(fake.judged(), licence=fake.standing(type_name_en=english))
    html = client.post(f"/verify?lang={language}", files=PDF).text
    assert f'<h2 id="licence">{heading}</h2>' in html


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("云州市市场监督管理局", True),
        ("云州ABC科技有限公司", True),
        ("JY23301990123456", False),
        ("Acme (Yunzhou) 公司", False),
        ("", False),
    ],
)
def test_what_is_chinese_on_an_english_page_is_marked_so(text: str, is_told: bool) -> None:  # noqa: FBT001 - a column of the table
    assert rendering.is_foreign(text, Language.ENGLISH) is is_told
    assert not rendering.is_foreign(text, Language.CHINESE)


def test_names_are_read_out_in_their_own_language(client: TestClient, verification: fake.FakeVerification) -> None:
    verification.found = fake.file_of(fake.judged(), seals=(fake.seal(name="某市电子印章"),), licence=fake.standing())
    html = client.post("/verify?lang=en", files=PDF).text
    for name in ("某市电子印章", fake.standing().issuer):
        assert f'<bdi lang="zh-CN">{name}</bdi>' in html
    assert 'lang="zh-CN"' not in client.post("/verify?lang=zh", files=PDF).text.partition("<main")[2]


# --- the start page


def test_the_start_page_offers_both_ways(client: TestClient) -> None:
    found = client.get("/")
    page = read(found.text)
    assert found.headers["cache-control"] == "no-cache"
    assert "扫描证照上的二维码" in page.told
    upload = {"method": "post", "action": "/verify?lang=zh", "enctype": "multipart/form-data"}
    assert {key: page.elements["upload-form"][key] for key in upload} == upload
    assert "/scan?lang=zh" in page.addresses
    assert {"file", "password", "main"} <= set(page.ids)
    assert set(page.references) >= {"file", "password", "file-hint", "password-hint"}


def test_the_start_page_may_be_found_and_results_may_not(client: TestClient) -> None:
    assert "x-robots-tag" not in client.get("/").headers
    assert client.get("/v/in-force").headers["x-robots-tag"] == "noindex"


# --- languages


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [
        ("/", "", Language.CHINESE),
        ("/", "en-GB,en;q=0.9", Language.ENGLISH),
        ("/?lang=zh", "en", Language.CHINESE),
        ("/?lang=en", "zh-CN", Language.ENGLISH),
        ("/?lang=xx", "en", Language.ENGLISH),
        ("/?lang=", "", Language.CHINESE),
        ("/v/in-force", "en", Language.ENGLISH),
    ],
)
def test_the_address_decides_on_the_language_then_the_browser(
    client: TestClient, address: str, accepted: str, language: Language
) -> None:
    found = client.get(address, headers={"Accept-Language": accepted})
    assert read(found.text).attributes["html"] == {"lang": language.tag}
    assert found.headers["content-language"] == language.tag
    assert found.headers["vary"] == "Accept-Language"


def test_the_switch_keeps_the_address(client: TestClient) -> None:
    assert "?lang=en" in read(client.get("/v/in-force").text).addresses
    assert "?lang=zh" in read(client.get("/v/in-force?lang=en").text).addresses


def test_the_switch_of_an_answer_to_a_file_leads_to_the_start_page(client: TestClient) -> None:
    addresses = send(client).addresses
    assert "?lang=en" not in addresses
    assert "/?lang=en" in addresses


def test_coming_back_to_an_answer_leads_to_the_start_page(client: TestClient) -> None:
    back = client.get("/verify?lang=en", follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/?lang=en")
    assert client.get("/verify", follow_redirects=False).headers["location"] == "/"


def test_a_service_below_a_path_keeps_to_it(app: FastAPI) -> None:
    with TestClient(app, root_path="/trust") as client:
        for page in (read(client.get("/").text), send(client)):
            rest = [one for one in page.addresses if not one.startswith(("/trust/", "?", "#"))]
            assert rest == []
            told = page.attributes["script"].values()
            assert [one for one in told if one and one.startswith("/") and not one.startswith("/trust")] == []


# --- headers


def test_results_are_not_kept(client: TestClient) -> None:
    for found in (client.get("/v/revoked"), client.post("/verify", files=PDF), client.post("/verify")):
        assert found.headers["cache-control"] == "no-store"
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert found.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


@pytest.mark.parametrize("name", STATIC)
def test_static_files_are_kept_for_good_under_their_version(client: TestClient, name: str) -> None:
    file = STATIC[name]
    found = client.get(f"/static/{name}", params={"v": file.version})
    assert found.content == file.content
    assert found.headers["content-type"] == file.media_type
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(f"/static/{name}").headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["other.css", "../words.py", "..%2Fwords.py", "style.css%00", ""])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_pictures_and_styles_load_nothing_from_elsewhere() -> None:
    for name, file in STATIC.items():
        if not name.endswith((".css", ".svg")):
            continue  # scripts: tests/architecture/test_web.py
        text = file.content.decode().replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "//" not in text, name
        assert "@import" not in text
        assert {"band.svg", "rosette.svg"} >= set(re.findall(r'url\("(.+?)"\)', text))


def test_every_static_file_is_used(client: TestClient) -> None:
    login = (Path(rendering.__file__).parent / "templates" / "login_layout.html.j2").read_text(encoding="utf-8")
    told = client.get("/").text + STATIC["style.css"].content.decode() + login
    assert [name for name in STATIC if name not in told] == []


# --- checked on the device itself


@pytest.mark.parametrize("language", Language)
def test_the_page_of_the_device_has_every_word_of_its_script(client: TestClient, language: Language) -> None:
    for path, device, spoken in (("/v", "check", CHECKING), ("/scan", "scan", SCANNING), ("/", "start", READING)):
        found = client.get(path, params={"lang": language})
        page = read(found.text)
        assert found.headers["cache-control"] == "no-cache"
        assert f'data-device="{device}"' in found.text
        script = page.attributes["script"]
        assert (script["data-anchors"], script["data-root"], script["data-language"]) == ("5f" * 32, "", language)
        assert script["data-origins"] == "https://trust.example"
        told = json.loads(re.findall(r"<script[^>]+json[^>]+>(.+?)</script>", found.text)[0])
        assert told == {key: phrase(language, key) for key in spoken}


def test_words_cannot_end_their_block() -> None:
    assert "<" not in DevicePage(language=Language.ENGLISH).told


def test_scripts_run_where_a_page_says_so_and_nowhere_else(client: TestClient) -> None:
    scripted = ("/", "/scan", "/v", "/v/in-force")
    for path in (*scripted, "/l/" + "A" * 22, "/l/malformed"):
        answer, runs = client.get(path), path in scripted
        policy = answer.headers["content-security-policy"]
        assert ("script-src 'self'" in policy) is runs
        assert "unsafe" not in policy
        assert "http" not in policy
        assert policy.startswith("default-src 'none';")
        assert ("<script" in answer.text) is runs


def test_the_answer_to_a_code_is_accompanied_by_the_device(client: TestClient) -> None:
    page = read(client.get("/v/in-force").text)
    script = page.attributes["script"]
    assert script["src"] == f"/static/page.js?v={STATIC['page.js'].version}"
    assert script["data-library"] == f"/static/verify.js?v={STATIC['verify.js'].version}"
    assert 'data-device="accompany"' in client.get("/v/in-force").text
    assert "data-device" not in client.post("/verify", files=PDF).text


def test_pages_with_scripts_say_nothing_that_no_page_says_otherwise() -> None:
    assert set(ACTING) <= set(CHECKING) & set(SCANNING) & set(READING)
    assert {*CHECKING, *SCANNING, *READING} <= set(WORDS)


def test_webassembly_runs_in_the_worker_that_reads_codes_and_nowhere_else(client: TestClient) -> None:
    policies = {name: client.get(f"/static/{name}").headers["content-security-policy"] for name in STATIC}
    allowing = [name for name, policy in policies.items() if "wasm-unsafe-eval" in policy]
    assert allowing == ["decoder.js"]
    assert policies["decoder.js"] == FOR_DECODER
    assert "'unsafe" not in FOR_DECODER


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "gzip"),
        ("br;q=1, gzip;q=0.8", "gzip"),
        ("br", None),
        ("", None),
        ("gzip;q=0", None),
        ("gzip;q=0.0, br", None),
        ("xgzip", None),
    ],
)
def test_static_files_travel_compressed_where_they_may(client: TestClient, accepted: str, encoding: str | None) -> None:
    found = client.get("/static/zxing.wasm", headers={"Accept-Encoding": accepted})
    assert found.headers.get("content-encoding") == encoding
    assert found.headers["vary"] == "Accept-Encoding"
    assert found.content == STATIC["zxing.wasm"].content
    assert len(STATIC["zxing.wasm"].compressed) < 450_000


def test_the_first_view_needs_little(client: TestClient) -> None:
    """What is loaded at once, as it travels: the page, its style and its script."""
    html = client.get("/").content
    assert len(html) < 40_000
    assert len(STATIC["page.js"].compressed) + len(STATIC["style.css"].compressed) < 16_000


# --- what is typed


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("in-force", "/v/in-force?lang=en"),
        ("  https://trust.example/v/in-force ", "/v/in-force?lang=en"),
        ("https://trust.example/v/in-force?lang=zh", "/v/in-force?lang=en"),
        ("https://trust.example/v#in-force", "/v/in-force?lang=en"),
        ("https://evil.example/v/in-force", "/v/in-force?lang=en"),
        ("//evil.example", "/v/evil.example?lang=en"),
        ("https://trust.example/", "/v/-?lang=en"),
        ("https://trust.example/c/" + "g" * 150, "/c/" + "g" * 150 + "?lang=en"),
        ("<script>", "/v/%3Cscript%3E?lang=en"),
        ("../x\\y", "/v/x%5Cy?lang=en"),
    ],
)
def test_a_code_that_is_typed_leads_to_its_answer_here(client: TestClient, typed: str, leads_to: str) -> None:
    found = client.post("/code", params={"lang": "en"}, data={"text": typed}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, leads_to)


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": "A" * 513}, {"text": "\x00"}])
def test_nothing_typed_is_told_as_a_page(client: TestClient, data: dict[str, str]) -> None:
    found = client.post("/code", data=data)
    assert found.status_code == 422
    read(found.text)


def test_an_identifier_that_is_typed_is_answered_for_without_saying_whose_it_is(
    client: TestClient, verification: fake.FakeVerification
) -> None:
    identifier = "1.2.156.3005.2.11100000000013338W032.11330100002490218X.202600000042.001.7"
    known = fake.standing(holder="")
    checks = (fake.check("identifier.format"), *standing_checks(known), nothing_shown())
    verification.reports = {identifier: ClaimReport(verdict=Verdict(checks=checks), standing=known)}
    found = client.post("/code", data={"text": identifier})
    page = read(found.text)
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    assert page.told.startswith("无法确定")
    assert "某市市场监督管理局" in page.told
    assert "青禾" not in page.told
    assert "JY2" not in page.told
    assert "仅凭证照标识" in page.told


def test_the_service_worker_changes_with_what_it_keeps(client: TestClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    first, _, rest = answer.text.partition("\n")
    assert re.fullmatch(r"// [0-9a-f]{16}", first)
    assert rest.encode() == WORKER.content
    instance = client.app.state.instance  # type: ignore[attr-defined] # a FastAPI application
    instance.pinned = ("60" * 32,)
    assert client.get("/sw.js").text.partition("\n")[0] != first


def test_a_code_on_a_phone_is_asked_about_before_it_is_checked(client: TestClient) -> None:
    page = read(client.get("/l/" + "A" * 22, params={"lang": "en"}).text)
    assert page.attributes["form"] == {"method": "post", "action": f"/l/{'A' * 22}?lang=en"}


# --- what goes wrong


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (PDFEncrypted(), 400, "文件有密码保护"),
        (PDFPasswordWrong(), 400, "密码不正确"),
        (PDFLimitExceeded(limit="size", allowed=5), 400, "上限为 5"),
    ],
)
def test_errors_are_pages_with_the_words_and_the_status_of_the_api(
    client: TestClient, verification: fake.FakeVerification, error: Exception, status: int, told: str
) -> None:
    verification.found = error
    found = client.post("/verify", files=PDF)
    page = read(found.text)
    assert found.status_code == status
    assert told in page.told
    assert "这次没有查成" in page.told
    assert found.headers["x-request-id"] in page.told
    assert ("form" in page.attributes) is isinstance(error, PDFEncrypted | PDFPasswordWrong)


def test_errors_speak_english_too(client: TestClient, verification: fake.FakeVerification) -> None:
    verification.found = PDFEncrypted()
    assert "The file is protected by a password." in send(client, lang="en").told


def test_a_mistake_of_ours_is_logged_and_tells_nothing_of_itself(
    client: TestClient, verification: fake.FakeVerification
) -> None:
    verification.found = RuntimeError("what nobody may see")
    with capture_logs() as logged:
        found = client.post("/verify", files=PDF)
    assert found.status_code == 500
    assert "服务出了故障" in read(found.text).told
    assert "nobody" not in found.text
    assert [(one["event"], one.get("exc_info")) for one in logged if one["log_level"] == "error"] == [
        ("request failed", True)
    ]


@pytest.mark.parametrize(
    "parts",
    [
        None,
        {"file": ("", b"", "application/octet-stream")},
        {"file": ("empty.pdf", b"", "application/pdf")},
        {"other": ("a.pdf", b"%PDF", "application/pdf")},
        {"file": (None, b"text and no file")},
    ],
)
def test_without_a_file_there_is_a_page_that_asks_for_one(
    client: TestClient, parts: dict[str, tuple[str, bytes]] | None
) -> None:
    found = client.post("/verify", files=parts)
    assert found.status_code == 422
    assert "请选择文件" in read(found.text).told


def test_a_form_that_is_none_is_answered_with_a_page(client: TestClient) -> None:
    found = client.post("/verify", content=b"--", headers={"Content-Type": "multipart/form-data"})
    assert found.status_code == 422
    read(found.text)


@pytest.mark.parametrize(("given", "used"), [("", None), ("开门", "开门")])
def test_the_password_is_handed_on(
    client: TestClient, verification: fake.FakeVerification, given: str, used: str | None
) -> None:
    client.post("/verify", files=PDF, data={"password": given})
    assert verification.passwords == [used]


def test_a_password_that_is_too_long_is_refused_and_not_repeated(client: TestClient) -> None:
    found = client.post("/verify", files=PDF, data={"password": "geheim" * 50})
    page = read(found.text)
    assert found.status_code == 422
    assert "文件密码太长" in page.told
    assert "geheim" not in found.text


def test_a_body_that_grows_too_large_on_the_way_is_told_as_a_page(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(20):
            yield b"0" * 10_000

    found = client.post("/verify", content=parts(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert found.status_code == 413
    assert f"上限为 {MAX_BODY} 字节" in read(found.text).told


def test_a_claim_that_is_too_long_is_no_claim(client: TestClient) -> None:
    found = client.get("/v/" + "A" * (MAX_CLAIM + 1))
    assert found.status_code == 200
    assert "这不是本平台证照的二维码" in read(found.text).told


def test_too_many_checks_are_told_as_a_page(
    app: FastAPI, verification: fake.FakeVerification, clock: SettableClock
) -> None:
    fake.install(app, verification, clock=clock, rate="2/minute")
    with TestClient(app) as client:
        assert client.get("/v/in-force").status_code == 200
        assert client.post("/verify", files=PDF).status_code == 200
        found = client.get("/v/in-force")
        assert found.status_code == 429
        assert int(found.headers["retry-after"]) > 0
        assert "请求过于频繁" in read(found.text).told
        assert client.get("/").status_code == 200


def test_others_can_tell_their_errors_as_pages() -> None:
    request = Request({"type": "http", "method": "POST", "headers": [], "query_string": b"lang=en", "state": {}})
    found = pages.problem_answer(request, BodyTooLarge(allowed=7))
    assert found.status_code == 413
    assert "at most 7 octets" in bytes(found.body).decode()


# --- the description


def test_every_route_is_for_everybody_and_says_what_it_does(app: FastAPI) -> None:
    for route in (*router.routes, *device_pages.router.routes):
        assert isinstance(route, pages.PageRoute)
        permissions = [getattr(one.dependency, "permission", None) for one in route.dependencies]
        assert Permission.ANYBODY in permissions
        assert route.summary
        assert route.tags == ["公众查验 pages"]
    described = app.openapi()["paths"]
    answers = {"/verify", "/report", "/code", "/v/{claim}", "/c/{claim}", "/l/{secret}"}
    assert set(described) == {"/", "/scan", "/v", *answers, "/static/{name}", "/sw.js"}
    for status in ("200", "400", "413", "422", "429"):
        assert set(described["/verify"]["post"]["responses"][status]["content"]) == {"text/html"}


# --- what the eye needs


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours of the style sheet, by the mode in which they are used."""
    style = STATIC["style.css"].content.decode()
    blocks = re.findall(r":root \{(.+?)\}", style, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in blocks)
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    *((ink, ground) for ink in ("ink", "muted", "link", "brand") for ground in ("paper", "card")),
    *((tone, ground) for tone in Outcome for ground in ("paper", "card", f"{tone}-wash")),
    *((ink, f"{tone}-wash") for ink in ("ink", "muted") for tone in Outcome),
    ("on-brand", "brand"),
]
SEEN = [("control", "paper"), ("control", "card"), ("focus", "paper"), ("focus", "card")]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_contrast_is_what_wcag_asks_for(mode: str) -> None:
    colours = palettes()[mode]
    faint = [(a, b) for a, b in TEXT if contrast(colours[a], colours[b]) < 4.5]
    faint += [(a, b) for a, b in SEEN if contrast(colours[a], colours[b]) < 3]
    assert faint == []


def test_the_answer_itself_stands_out() -> None:
    banners = re.findall(r"\.verdict\.tone-\w+ \{\s*--banner: (#[0-9a-f]{6});", STATIC["style.css"].content.decode())
    assert len(banners) == len(Outcome)
    assert [one for one in banners if contrast(one, "#fff") < 4.5] == []


def test_the_pages_name_the_service_line_that_the_operator_has_set(client: TestClient, app: FastAPI) -> None:
    assert "政务服务便民热线：12345" in read(client.get("/").text).told
    assert "Government service line: 12345" in read(client.get("/?lang=en").text).told
    app.state.instance.base.settings.hotline = "0571-12345"
    assert "政务服务便民热线：0571-12345" in read(client.get("/").text).told
    app.state.instance.base.settings.hotline = "none"
    assert "政务服务便民热线：" not in read(client.get("/").text).told
    assert "12345" not in read(client.get(f"/v/{'A' * 139}").text).told

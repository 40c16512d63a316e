"""The monthly statement as a picture and as text: every line, totals that add up, and no character that stops it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pypdfium2 as pdfium
import pytest

from api.ledger_statement import GETA, NAMED, SEAL_CENTRE, TEMPLATES, drawable, render_statement
from identity.subject import SubjectId
from licence.template.rendering import Renderer
from seal.image.drawing import SealDesign
from seal.kinds import SealKind
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.reading import Month, Statement
from seal.lifecycle import SealState
from seal.records import Seal
from tests.fakes.clock import NOW
from trust import typefaces

OCTOBER = Month.of("2026-10")
NAME: Final = "杭州市市场监督管理局"
SEAL = Seal(
    id="seal_1",
    state=SealState.ACTIVE,
    last_actor="act_1",
    owner=SubjectId("O3F6H8J1L4N7Q2S5U9"),
    kind=SealKind.BUSINESS,
    name=f"{NAME}电子证照专用章",
    design=SealDesign(name=NAME, row="电子证照专用章"),
    applied_at=NOW,
    entered_at=NOW,
    code="33010000000001",
)
LINE = Stamping(
    id="stamp_1",
    seal=SEAL.id,
    authorisation="auth_1",
    actor="client_1",
    at=OCTOBER.begins,
    purpose="合同签订",
    document_kind="采购合同",
    document_hash="5f" * 32,
    state=StampingState.DONE,
)
POINTS: Final = 72 / 25.4


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    """Return the renderer of statements."""
    return Renderer(TEMPLATES, typefaces.FOLDER)


def rendered(renderer: Renderer, *lines: Stamping, is_to_be_sealed: bool = True) -> bytes:
    """Return a statement."""
    statement = Statement(seal=SEAL, month=OCTOBER, lines=lines)
    return render_statement(renderer, statement, owner=NAME, is_to_be_sealed=is_to_be_sealed)


def pages_of(pdf: bytes) -> list[str]:
    """Return what each page says, without blanks."""
    with pdfium.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def test_it_says_whose_seal_when_and_what_for(renderer: Renderer) -> None:
    void = replace(LINE, id="stamp_2", state=StampingState.VOID, operation=Operation.DIGEST, purpose="公文盖章")
    first, second = pages_of(rendered(renderer, LINE, void))
    for words in (SEAL.name, "33010000000001", "2026年10月", "共2条，其中完成1次", "合同签订1次"):
        assert words in first, words
    assert "公文盖章" not in first  # nothing came of it
    for words in ("2026-10-0100:00:00", "文件", "摘要", "完成", "作废", "公文盖章", "client_1", "5f" * 16):
        assert words in second, words


def test_a_month_without_uses_is_one_page(renderer: Renderer) -> None:
    (page,) = pages_of(rendered(renderer))
    assert "共0条，其中完成0次" in page
    assert page.count("本月无") == 4


def test_what_totals_do_not_name_is_counted(renderer: Renderer) -> None:
    lines = [replace(LINE, id=f"stamp_{number}", actor=f"client_{number:02d}") for number in range(NAMED + 3)]
    first, _ = pages_of(rendered(renderer, *lines))
    assert "其余3项" in first
    assert f"client_{NAMED - 1:02d}" in first
    assert f"client_{NAMED:02d}" not in first


def test_every_line_is_there(renderer: Renderer) -> None:
    lines = [
        replace(LINE, id=f"stamp_{number}", at=LINE.at + timedelta(minutes=number), document_hash=f"{number:064x}")
        for number in range(100)
    ]
    whole = "".join(pages_of(rendered(renderer, *lines)))
    assert [f"{number:032x}" in whole for number in range(100)] == [True] * 100


def test_it_is_the_same_each_time_and_tells_whether_it_is_to_be_sealed(renderer: Renderer) -> None:
    assert rendered(renderer, LINE) == rendered(renderer, LINE)
    assert "本件未加盖印章" in pages_of(rendered(renderer, LINE, is_to_be_sealed=False))[0]
    assert "本件未加盖印章" not in pages_of(rendered(renderer, LINE))[0]


def test_a_character_that_cannot_be_drawn_stops_nothing(renderer: Renderer) -> None:
    assert drawable("合同\u202e\U0001f600 A") == f"合同{GETA}{GETA} A"
    odd = replace(LINE, purpose="合同\U0001f600", actor="甲\u202e", document_kind="\u200b", authorisation="\ue000")
    assert f"合同{GETA}" in pages_of(rendered(renderer, odd))[1]


def test_what_looks_like_markup_is_text(renderer: Renderer) -> None:
    odd = replace(LINE, purpose='#panic("x")', document_kind="$x$ *b* @r <a> \\")
    assert '#panic("x")' in pages_of(rendered(renderer, odd))[1]


def test_the_seal_has_room(renderer: Renderer) -> None:
    """Look at the picture: even with full totals nothing stands where the seal goes."""
    lines = [
        replace(
            LINE,
            id=f"stamp_{number}",
            actor=f"client_01k9x3v5b7d2f4h6j8m0n1p3{number:02d}",
            purpose=f"用途{number}",
            document_kind=f"类型{number}",
            authorisation=f"auth_{number}",
        )
        for number in range(NAMED + 3)
    ]
    with pdfium.PdfDocument(rendered(renderer, *lines)) as document:
        picture = document[0].render(scale=1).to_pil().convert("L")
    x, y = (round(one * POINTS) for one in SEAL_CENTRE)
    assert picture.crop((x - 70, y - 70, x + 70, y + 70)).getextrema() == (255, 255)
    assert picture.getextrema()[0] < 128

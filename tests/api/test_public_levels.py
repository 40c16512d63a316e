"""What the public pages tell at each level: the table of docs/public-page.md, walked cell by cell."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from api.device_pages import live_answer_page
from api.masking import mask_code, mask_holder
from api.page_models import claim_page, file_page
from api.pages.rendering import Renderable, render
from api.pages.words import Language, say
from identity.subject import SubjectId, SubjectKind
from licence.live.codes import LiveAnswer
from licence.live.entries import LiveCode
from licence.standing import ClaimReport, CopyStanding, FileFinding, nothing_shown, standing_checks
from tests.builders import PKI
from tests.fakes import verification as fake
from trust.verdict import Verdict

AT: Final = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
TABLE: Final = Path(__file__).parents[2] / "docs" / "public-page.md"
PICTURE: Final = "data:image/png;base64,AAAA"
STANDING: Final = fake.standing()
CODE: Final = LiveCode(
    id="live_1",
    licence="lic_1",
    holder=SubjectId("O7K2M9QX4TB8WZ5RDN"),
    maker="acc_1",
    purpose="入住登记",
    made_at=AT,
    expires_at=AT,
)
COPY: Final = CopyStanding(
    copy="copy_1", licence="lic_1", user="某市图书馆", cause="办理借书证", made_at=AT, valid_until=AT.replace(year=2030)
)


def table() -> dict[str, dict[str, str]]:
    """Return the table: what is told of each thing, by level."""
    told = TABLE.read_text(encoding="utf-8").partition("## On the device")[0]
    (_, *levels), *rows = [line.split(" | ") for line in re.findall(r"^\| (.+) \|$", told, re.MULTILINE)]
    return {level: {name: cells[place] for name, *cells in rows} for place, level in enumerate(levels)}


def things(language: Language) -> dict[str, tuple[str, str]]:
    """Return how each thing is written whole, and masked."""
    licence = STANDING.licence
    dates = "2031年3月17日" if language is Language.CHINESE else "17 March 2031"
    return {
        "name of the licence": (STANDING.type_name, ""),
        "state on record": (say(language, "state.in_force.meaning"), ""),
        "issuing authority": (f'class="issuer-probe">{STANDING.issuer}', ""),
        "dates": (dates, ""),
        "holder": (STANDING.holder, mask_holder(STANDING.holder, SubjectKind.ORGANISATION)),
        "number": (licence.number, mask_code(licence.number)),
        "licence identifier": (licence.identifier, mask_code(licence.identifier)),
        "holder's picture": (PICTURE, ""),
        "purpose of showing": (CODE.purpose, ""),
        "other data of the licence": (str(licence.data["legal_representative"]), ""),
    }


def answers(pki: PKI, language: Language) -> dict[str, Renderable]:
    """Return the page that answers at each level."""
    found = fake.files(pki)
    bare = replace(STANDING, holder="")
    identifier = (fake.check("identifier.format"), *standing_checks(bare), nothing_shown())
    held = found["licence-in-force"]

    def of_file(one: FileFinding) -> Renderable:
        return file_page(one, language=language, at=AT, size=1, digest="00")

    return {
        "identifier alone": claim_page(
            ClaimReport(verdict=Verdict(checks=identifier), standing=bare), language=language, at=AT
        ),
        "QR code": claim_page(fake.claims()["in-force"], language=language, at=AT),
        "annotated copy": of_file(replace(held, copy=COPY)),
        "altered file": of_file(replace(held, report=found["altered"].report)),
        "licence file": of_file(held),
        "holder's live code": live_answer_page(
            LiveAnswer(code=CODE, standing=STANDING, photo=PICTURE), language=language, at=AT
        ),
    }


@pytest.mark.parametrize("language", Language)
def test_everybody_is_told_what_the_table_says_and_no_more(sm2_pki: PKI, language: Language) -> None:
    told = {}
    for level, page in answers(sm2_pki, language).items():
        html = render(page, root="", switch="/").replace(
            f"<dt>{say(language, 'licence.issuer')}</dt><dd><bdi", '<bdi class="issuer-probe"'
        )
        html = re.sub(r'class="issuer-probe"[^>]*>', 'class="issuer-probe">', html)
        told[level] = {
            name: "whole" if whole in html else "masked" if masked and masked in html else "–"
            for name, (whole, masked) in things(language).items()
        }
    assert told == table()

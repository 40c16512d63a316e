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
from api.schemas.verification import ClaimVerdict, FileVerdict
from identity.subject import SubjectId, SubjectKind
from licence.live.codes import LiveAnswer
from licence.live.entries import LiveCode
from licence.standing import ClaimReport, CopyStanding, FileFinding, nothing_shown, standing_checks
from tests.builders import PKI
from tests.fakes import verification as fake
from trust.profiles import DOCUMENT_SIGNER, Name
from trust.reports import SignatureKind
from trust.verdict import Check, Finding, SubIndication, Verdict

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
    is_chinese = language is Language.CHINESE
    dates = "2031年3月17日" if is_chinese else "17 March 2031"
    return {
        "name of the licence": (STANDING.type_name if is_chinese else STANDING.type_name_en, ""),
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


def test_the_api_tells_strangers_as_much_as_the_pages_do(sm2_pki: PKI) -> None:
    found, bare = fake.files(sm2_pki), replace(STANDING, holder="")
    held = found["licence-in-force"]
    identifier = Verdict(checks=(fake.check("identifier.format"), *standing_checks(bare), nothing_shown()))
    levels: dict[str, ClaimVerdict | FileVerdict] = {
        "identifier alone": ClaimVerdict.of(ClaimReport(verdict=identifier, standing=bare)),
        "QR code": ClaimVerdict.of(fake.claims()["in-force"]),
        "annotated copy": FileVerdict.of(replace(held, copy=COPY)),
        "altered file": FileVerdict.of(replace(held, report=found["altered"].report)),
        "licence file": FileVerdict.of(held),
    }
    licence = STANDING.licence
    members = {
        "holder": ("holder", STANDING.holder, mask_holder(STANDING.holder, SubjectKind.ORGANISATION)),
        "number": ("number", licence.number, mask_code(licence.number)),
        "licence identifier": ("identifier", licence.identifier, mask_code(licence.identifier)),
        "issuing authority": ("issuer", STANDING.issuer, ""),
        "name of the licence": ("type_name", STANDING.type_name, ""),
        "state on record": ("state", licence.state.value, ""),
    }
    told: dict[str, dict[str, str]] = {}
    for level, verdict in levels.items():
        shown = {} if verdict.licence is None else verdict.licence.model_dump(mode="json")
        words = {
            name: {whole: "whole", masked: "masked"}.get(shown.get(member, ""), "–") if shown.get(member) else "–"
            for name, (member, whole, masked) in members.items()
        }
        told[level] = words
    meant = table()
    assert told == {level: {name: meant[level][name] for name in members} for level in levels}


def test_of_a_file_that_fails_the_registry_says_nothing_of_the_licence(sm2_pki: PKI) -> None:
    found = fake.files(sm2_pki)
    held = found["licence-in-force"]
    assert held.registry is not None
    checks = (*held.registry.checks, fake.check("copy.validity"))
    altered = replace(held, report=found["altered"].report, registry=Verdict(checks=checks), copy=COPY)
    page = file_page(altered, language=Language.ENGLISH, at=AT, size=1, digest="00")
    verdict = FileVerdict.of(altered)
    of_seal = [one.name for one in checks if one.name.startswith("seal.")]
    assert of_seal == [one.name for one in page.checks] == [one.name for one in verdict.registry]
    assert len(of_seal) < len(checks)
    assert (page.licence, verdict.licence, verdict.annotated_copy) == (None, None, None)


def test_the_api_names_no_person_whom_the_page_masks(sm2_pki: PKI) -> None:
    person = sm2_pki.issue(DOCUMENT_SIGNER, subject=Name(common_name="张小明", organisation="某市书画院")).certificate
    reason = "张小明（11010519491231002X）签的字不对"
    wrong = Check(
        step="1", name="signature.value", finding=Finding(sub_indication=SubIndication.HASH_FAILURE, reason=reason)
    )
    signed = fake.judged(
        wrong,
        kind=SignatureKind.CMS,
        report={"signer": person, "path": (person,), "facts": {"seal_name": "张小明", "seal_version": 4}},
        where=fake.placed(),
    )
    verdict = FileVerdict.of(fake.file_of(signed))
    answer = verdict.model_dump_json()
    assert "张小明" not in answer
    assert "11010519491231002X" not in answer
    (signature,) = verdict.signatures
    assert signature.signer is not None
    masked = mask_holder("张小明", SubjectKind.PERSON)
    assert (signature.signer.common_name, signature.signer.organisation) == (masked, "某市书画院")
    assert signature.facts == {"seal_name": masked, "seal_version": 4}
    assert verdict.reason == signature.reason == f"{masked}（{mask_code('11010519491231002X')}）签的字不对"
    assert (signature.signer.serial, signature.covered is not None) == (f"{person.serial:x}", True)

"""Files: originals, annotated copies and what verification says of them, temporary addresses."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from PIL import Image

from api.pages.situations import Situation, of_claim, of_file
from api.schemas.verification import ClaimVerdict
from identity.duties import Actor, Duty
from licence.copy_claim import CopyClaim, sign_copy_claim
from licence.errors import LicenceUnknown
from licence.grounds import Ground
from licence.lifecycle import LicenceState
from licence.qr import read_codes
from licence.records import Licence
from licence.sharing.asking import AskingService
from licence.sharing.copying import Platform
from licence.sharing.entries import Call
from licence.sharing.errors import (
    ConsentMissing,
    CopiesNotSetUp,
    CopyUnknown,
    DownloadUnknown,
    LicenceNotInForce,
    SharingInvalid,
    SharingNotGranted,
)
from licence.sharing.repository import SharingRepository
from licence.standing import ClaimReport
from licence.verification import VerificationService
from seal.errors import NotAuthorised
from tests.licence.builders import REASON
from tests.licence.sharing.square import PURPOSE, Square
from tests.seal.houses import actor
from trust.blobs import BlobId
from trust.crypto.sm3 import sm3
from trust.founding import Role
from trust.requests import RequestKeyReused
from trust.typefaces import CharacterNotCovered
from trust.verdict import Outcome

MINUTES = timedelta(minutes=15)


@pytest.fixture
def client(square: Square) -> Actor:
    """Return a client that may make every call by a law."""
    found = square.client()
    square.grant(found)
    return found


def verification(square: Square) -> VerificationService:
    """Return the verification that knows of copies, as the service wires it."""
    found, files = square.house.verification, SharingRepository(square.house.registry.protection).files
    return VerificationService(
        store=found.store,
        identity=found.identity,
        catalogue=found.catalogue,
        repository=found.repository,
        authorities=found.authorities,
        service_keys=found.service_keys,
        copies=files.standing,
        copies_named=files.standing_named,
    )


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


# --- originals


def test_the_original_is_the_very_file(square: Square, client: Actor, licence: Licence) -> None:
    pdf = square.sharing.handing.file(client, licence.identifier, purpose=PURPOSE)
    assert sm3(pdf).hex() == licence.file


def test_a_page_is_handed_out_as_a_picture(square: Square, client: Actor, licence: Licence) -> None:
    handing = square.sharing.handing
    told: dict[str, Any] = {"purpose": PURPOSE, "page": 1, "dpi": 150}
    picture = Image.open(io.BytesIO(handing.picture(client, licence.identifier, **told)))
    assert read_codes(picture) == (licence.claim,)
    (seen,) = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=9)
    assert (seen.use.call, seen.use.handed_out) == ("file", licence.file)
    assert seen.use.details == {"form": "png", "page": "1"}
    for field, wrong in (("page", 0), ("page", 2), ("page", 21), ("dpi", 95), ("dpi", 201)):
        with pytest.raises(SharingInvalid) as refused:
            handing.picture(client, licence.identifier, **(told | {field: wrong}))
        assert refused.value.details == {"field": field, "rule": "range"}


def test_a_page_that_is_not_there_uses_up_no_consent(square: Square, licence: Licence) -> None:
    client, handing = square.client(), square.sharing.handing
    square.consent(square.grant(client, law=""), licence, times=1)
    with pytest.raises(SharingInvalid):
        handing.picture(client, licence.identifier, purpose=PURPOSE, page=2, dpi=96)
    assert handing.picture(client, licence.identifier, purpose=PURPOSE, page=1, dpi=96).startswith(b"\x89PNG")
    uses = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=9)
    assert sorted((one.use.code, one.use.details["page"]) for one in uses) == [("", "1"), ("sharing.invalid", "2")]
    with pytest.raises(ConsentMissing):
        handing.picture(client, licence.identifier, purpose=PURPOSE, page=1, dpi=96)


@pytest.mark.parametrize("state", [LicenceState.SUSPENDED, LicenceState.REVOKED, LicenceState.CANCELLED])
def test_no_file_is_handed_out_of_a_licence_that_proves_nothing(
    square: Square, client: Actor, state: LicenceState
) -> None:
    stopped, handing = square.desk.in_state(state), square.sharing.handing
    square.let_copies_be_sealed()
    with pytest.raises(LicenceNotInForce) as refused:
        handing.file(client, stopped.identifier, purpose=PURPOSE)
    assert refused.value.details == {"state": state.value}
    with pytest.raises(LicenceNotInForce):
        handing.copy(client, square.copy_command(stopped))
    with pytest.raises(LicenceNotInForce):
        handing.address(client, stopped.identifier, purpose=PURPOSE, lifetime=MINUTES)
    told = square.sharing.asking.metadata(client, stopped.identifier, purpose=PURPOSE)
    assert (told.state, told.is_in_force) == (state.value, False)


# --- annotated copies


def test_a_copy_is_sealed_and_says_what_it_is(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    command = square.copy_command(licence)
    copy, pdf = square.sharing.handing.copy(client, command)
    assert (copy.file, copy.user, copy.licence) == (sm3(pdf).hex(), command.user, licence.id)
    text = text_of(pdf)
    for part in (command.user, command.cause, copy.id, licence.identifier, licence.file or "?"):
        assert part in text
    found = verification(square).file(pdf)
    assert found.outcome is Outcome.PASSED
    assert found.copy is not None
    assert found.standing is not None
    assert (found.copy.copy, found.copy.user, found.copy.cause) == (copy.id, command.user, command.cause)
    assert found.standing.licence.id == licence.id


def test_the_original_stays_as_it_was(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    square.sharing.handing.copy(client, square.copy_command(licence))
    original = square.house.blobs.get(licence.file or BlobId(""))
    found = verification(square).file(original)
    assert (found.outcome, found.copy) == (Outcome.PASSED, None)


def claim_on(pdf: bytes, licence: Licence) -> str:
    """Return what the code of a copy says, as a phone reads it from the printed page."""
    document = pdfium.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=150 / 72).to_pil()
    finally:
        document.close()
    (address,) = set(read_codes(picture)) - {licence.claim}
    assert address.startswith("https://trust.example/c/")
    return address.rpartition("/")[2]


def test_the_code_of_a_copy_says_that_it_is_one(any_square: Square) -> None:
    square, client = any_square, any_square.client()
    square.grant(client)
    square.let_copies_be_sealed()
    licence = square.desk.issue()
    until = square.house.clock.now() + timedelta(days=2)
    command = square.copy_command(licence, valid_until=until)
    copy, pdf = square.sharing.handing.copy(client, command)
    claim, service = claim_on(pdf, licence), verification(square)
    assert copy.address == f"https://trust.example/c/{claim}"
    found = service.claim(claim)
    for asked in (claim, copy.address):
        answer = service.ask(asked.encode())
        assert isinstance(answer, ClaimReport)
        found = answer
        assert found.verdict.outcome is Outcome.PASSED
        assert found.copy is not None
        assert found.standing is not None
        assert (found.copy.user, found.copy.cause, found.copy.valid_until) == (command.user, command.cause, until)
        assert found.standing.licence.id == licence.id
        assert of_claim(found) is Situation.COPY_CODE_IN_FORCE
    judged = ClaimVerdict.of(found)
    assert judged.annotated_copy is not None
    assert judged.annotated_copy.id == copy.id
    asking = AskingService(admitting=square.sharing.admitting, verification=service)
    decoded = asking.decode(client, copy.address or "", purpose=PURPOSE)
    assert (decoded.licence, decoded.report.copy) == (None, found.copy)  # the code of a copy opens no licence
    square.desk.at(until)
    assert refused_by(service.claim(claim)) == ["copy.validity"]
    assert of_claim(service.claim(claim)) is Situation.COPY_EXPIRED
    square.house.licences.cancel(square.desk.second, licence.id, reason=REASON, ground=Ground.RENOUNCED)
    assert refused_by(service.claim(claim)) == ["licence.state", "copy.validity"]


def refused_by(report: ClaimReport) -> list[str]:
    """Return the checks that did not pass."""
    return [check.name for check in report.verdict.checks if check.outcome is not Outcome.PASSED]


def test_the_code_of_a_copy_that_is_not_on_record_proves_nothing(
    square: Square, client: Actor, licence: Licence
) -> None:
    claim = CopyClaim(
        copy="copy_" + "0" * 26,
        licence=licence.digest,
        valid_until=square.house.clock.now() + MINUTES,
        status_list=None,
        status_index=0,
    )
    text = sign_copy_claim(claim, *square.house.service_keys.credential(Role.LICENCE_CLAIM))
    report = verification(square).claim(text)
    assert (report.copy, report.standing, refused_by(report)) == (None, None, ["copy.known"])
    assert of_claim(report) is Situation.COPY_UNKNOWN
    # A copy that was begun and never finished is in nobody's hands.
    with pytest.raises(NotAuthorised):
        square.sharing.handing.copy(client, square.copy_command(licence))
    begun = next(one.subject for one in square.desk.events() if one.tag == "sharing:copy:addressed")
    unfinished = replace(claim, copy=begun)
    text = sign_copy_claim(unfinished, *square.house.service_keys.credential(Role.LICENCE_CLAIM))
    assert refused_by(verification(square).claim(text)) == ["copy.known"]


def test_a_copy_is_told_apart_once_it_has_expired(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    until = square.house.clock.now() + timedelta(days=2)
    _, pdf = square.sharing.handing.copy(client, square.copy_command(licence, valid_until=until))
    service = verification(square)
    square.desk.at(until - timedelta(seconds=1))
    assert service.file(pdf).outcome is Outcome.PASSED
    square.desk.at(until)
    found = service.file(pdf)
    assert found.registry is not None
    failed = [check.name for check in found.registry.checks if check.outcome is not Outcome.PASSED]
    assert (found.outcome, failed) == (Outcome.FAILED, ["copy.validity"])
    assert of_file(found) is Situation.COPY_EXPIRED


def test_a_copy_falls_with_its_original(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    _, pdf = square.sharing.handing.copy(client, square.copy_command(licence))
    square.house.licences.cancel(square.desk.second, licence.id, reason=REASON, ground=Ground.RENOUNCED)
    found = verification(square).file(pdf)
    assert found.registry is not None
    failed = [check.name for check in found.registry.checks if check.outcome is not Outcome.PASSED]
    assert (found.outcome, failed) == (Outcome.FAILED, ["licence.state"])
    assert of_file(found) is Situation.LICENCE_CANCELLED


def test_a_repeated_request_gets_the_same_copy(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    command = square.copy_command(licence)
    first = square.sharing.handing.copy(client, command)
    assert square.sharing.handing.copy(client, command) == first
    with pytest.raises(RequestKeyReused):
        square.sharing.handing.copy(client, replace(command, cause="另一个用途"))


def test_a_repetition_after_a_failure_finishes_the_copy(square: Square, client: Actor, licence: Licence) -> None:
    command = square.copy_command(licence)
    with pytest.raises(NotAuthorised):
        square.sharing.handing.copy(client, command)
    square.let_copies_be_sealed()
    copy, pdf = square.sharing.handing.copy(client, command)
    assert sm3(pdf).hex() == copy.file
    assert [one.id for one in square.sharing.handing.copies(client, licence.identifier, purpose=PURPOSE)] == [copy.id]


def test_a_repetition_ends_with_what_the_copy_stands_on(square: Square, licence: Licence) -> None:
    square.let_copies_be_sealed()
    client = square.client()
    consent = square.consent(square.grant(client, law=""), licence, times=1)
    command = square.copy_command(licence)
    first = square.sharing.handing.copy(client, command)
    assert square.sharing.handing.copy(client, command) == first  # the count is for copies, not for repetitions
    square.sharing.consents.withdraw(square.speaker, consent.id)
    with pytest.raises(CopyUnknown):
        square.sharing.handing.copy(client, command)


def test_a_repetition_ends_with_the_copy(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    command = square.copy_command(licence, valid_until=square.house.clock.now() + MINUTES)
    copy, _ = square.sharing.handing.copy(client, command)
    square.house.clock.set(copy.valid_until)
    with pytest.raises(CopyUnknown):
        square.sharing.handing.copy(client, command)


def test_the_copies_of_other_clients_are_not_told(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    square.sharing.handing.copy(client, square.copy_command(licence))
    other = square.client()
    square.grant(other)
    assert square.sharing.handing.copies(other, licence.identifier, purpose=PURPOSE) == ()


def test_a_copy_holds_the_original_for_who_may_have_that_alone(square: Square, licence: Licence) -> None:
    square.let_copies_be_sealed()
    client, handing = square.client(), square.sharing.handing
    square.grant(client, calls=frozenset({Call.COPY}))
    wanted = square.copy_command(licence, with_original=True)
    with pytest.raises(SharingNotGranted):
        handing.copy(client, wanted)
    square.grant(client, calls=frozenset({Call.FILE}))
    with pytest.raises(SharingNotGranted):  # two grants are not one
        handing.copy(client, wanted)
    square.grant(client, calls=frozenset({Call.COPY, Call.FILE}))
    assert b"original.pdf" in handing.copy(client, wanted)[1]
    uses = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=9)
    assert sorted((one.use.code, one.use.details["with"]) for one in uses) == [
        ("", "file"),
        ("sharing.not_granted", "file"),
        ("sharing.not_granted", "file"),
    ]


def test_a_copy_that_breaks_a_rule_is_refused(square: Square, client: Actor, licence: Licence) -> None:
    now = square.house.clock.now()
    for changes, field, rule in (
        ({"user": ""}, "user", "length"),
        ({"user": "云" * 61}, "user", "length"),
        ({"user": "云\n州"}, "user", "characters"),
        ({"cause": "贷"}, "cause", "length"),
        ({"cause": "贷" * 101}, "cause", "length"),
        ({"valid_until": now}, "valid_until", "range"),
        ({"valid_until": now + timedelta(days=367)}, "valid_until", "range"),
    ):
        with pytest.raises(SharingInvalid) as refused:
            square.sharing.handing.copy(client, square.copy_command(licence, **changes))
        assert refused.value.details == {"field": field, "rule": rule}


def test_what_no_typeface_draws_is_refused(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    with pytest.raises(CharacterNotCovered) as refused:
        square.sharing.handing.copy(client, square.copy_command(licence, user="云州\U0001f600局"))
    assert refused.value.details["field"] == "user"


def test_without_a_platform_there_are_no_copies(square: Square, client: Actor, licence: Licence) -> None:
    for platform in (None, Platform(seal=square.house.seal, system="client_nobody")):
        handing = square.with_platform(platform).handing
        with pytest.raises(CopiesNotSetUp):
            handing.copy(client, square.copy_command(licence))


# --- temporary addresses


def test_an_address_leads_to_the_file_as_often_as_it_says(square: Square, client: Actor, licence: Licence) -> None:
    handing = square.sharing.handing
    issued = handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, times=2)
    assert issued.secret not in repr(issued)
    for _ in range(2):
        assert sm3(handing.download(issued.secret)).hex() == licence.file
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)


def test_the_secret_is_kept_nowhere(square: Square, client: Actor, licence: Licence) -> None:
    issued = square.sharing.handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    folder = square.house.settings.data_dir
    assert not [one for one in Path(folder).rglob("trust.db*") if issued.secret.encode() in one.read_bytes()]


def test_an_address_ends_with_its_time(square: Square, client: Actor, licence: Licence) -> None:
    handing = square.sharing.handing
    issued = handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    square.house.clock.set(issued.expires_at)
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)
    # Made after it, another one lets it be forgotten.
    handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    square.house.clock.advance(timedelta(seconds=1))
    handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)


def test_an_address_ends_with_the_grant(square: Square, licence: Licence) -> None:
    client = square.client()
    grant = square.grant(client)
    issued = square.sharing.handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    square.sharing.granting.withdraw(square.desk.staff.officer, grant.id, reason="不再需要")
    with pytest.raises(DownloadUnknown):
        square.sharing.handing.download(issued.secret)


def test_an_address_ends_with_the_consent(square: Square, licence: Licence) -> None:
    client = square.client()
    consent = square.consent(square.grant(client, law=""), licence, times=1)
    handing = square.sharing.handing
    issued = handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, times=5)
    assert handing.download(issued.secret)  # it was counted when the address was made
    with pytest.raises(ConsentMissing):
        handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    square.sharing.consents.withdraw(square.speaker, consent.id)
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)


def test_an_address_ends_with_the_client(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    handing, command = square.sharing.handing, square.copy_command(licence)
    handing.copy(client, command)
    issued = handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, times=2)
    assert handing.download(issued.secret)
    registrar = actor("registrar", Duty.REGISTRAR)
    square.house.identity.freeze(registrar, square.house.names["other"], reason="该单位信息系统被入侵")
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)
    with pytest.raises(CopyUnknown):
        handing.copy(client, command)


def test_an_address_ends_with_the_licence(square: Square, client: Actor, licence: Licence) -> None:
    issued = square.sharing.handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES)
    square.house.licences.suspend(square.desk.second, licence.id, reason=REASON)
    with pytest.raises(DownloadUnknown):
        square.sharing.handing.download(issued.secret)


def test_an_address_of_a_copy_ends_with_the_copy(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    handing = square.sharing.handing
    until = square.house.clock.now() + timedelta(hours=2)
    copy, pdf = handing.copy(client, square.copy_command(licence, valid_until=until))
    issued = handing.address(
        client, licence.identifier, purpose=PURPOSE, lifetime=timedelta(hours=3), times=2, copy=copy.id
    )
    assert handing.download(issued.secret) == pdf
    square.house.clock.set(until)
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)
    with pytest.raises(CopyUnknown):
        handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, copy=copy.id)


def test_an_address_of_a_copy_is_for_who_had_it_made(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    copy, _ = square.sharing.handing.copy(client, square.copy_command(licence))
    other = square.client()
    square.grant(other)
    for name in (copy.id, "copy_nothing"):
        with pytest.raises(CopyUnknown):
            square.sharing.handing.address(other, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, copy=name)


def test_an_address_that_breaks_a_rule_is_refused(square: Square, client: Actor, licence: Licence) -> None:
    for lifetime, times, field in (
        (timedelta(0), 1, "lifetime"),
        (timedelta(hours=24, seconds=1), 1, "lifetime"),
        (MINUTES, 0, "times"),
        (MINUTES, 11, "times"),
    ):
        with pytest.raises(SharingInvalid) as refused:
            square.sharing.handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=lifetime, times=times)
        assert refused.value.details == {"field": field, "rule": "range"}


def test_nobody_downloads_what_was_never_given(square: Square) -> None:
    with pytest.raises(DownloadUnknown):
        square.sharing.handing.download("xh_nothing")


def test_each_download_is_on_record_for_the_holder(square: Square, client: Actor, licence: Licence) -> None:
    handing = square.sharing.handing
    issued = handing.address(client, licence.identifier, purpose=PURPOSE, lifetime=MINUTES, times=1, cause="贷款审核")
    square.house.clock.advance(timedelta(seconds=1))
    handing.download(issued.secret)
    square.house.clock.advance(timedelta(seconds=1))
    with pytest.raises(DownloadUnknown):
        handing.download(issued.secret)
    seen = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=3)
    assert [(one.use.call, one.use.code) for one in seen] == [
        ("download", DownloadUnknown.code),
        ("download", ""),
        (Call.FILE.value, ""),
    ]
    assert seen[2].use.details["cause"] == "贷款审核"
    assert {one.use.handed_out for one in seen} == {None, licence.file}


def test_a_call_about_what_is_not_there_leaves_no_copy(square: Square, client: Actor, licence: Licence) -> None:
    wrong = square.copy_command(licence, identifier=square.desk.in_state(LicenceState.VOID).identifier)
    with pytest.raises(LicenceUnknown):
        square.sharing.handing.copy(client, wrong)

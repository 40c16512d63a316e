"""Documents for steps: what they are by their own octets, who may put them forward and read them, where they belong."""

from functools import partial
from typing import Any, Final

import pytest

from identity.duties import Actor, Duty
from identity.errors import DutyMissing, SubjectUnknown
from seal import evidence_repository
from seal.errors import EvidenceMissing, EvidenceSpent, EvidenceTooLarge, EvidenceTypeRefused, EvidenceUnknown
from seal.evidence import LARGEST, REQUIRED, EvidenceKind, MediaType, require_kinds, require_media_type
from seal.grounds import Ground
from seal.life.evidencing import PutForward
from seal.lifecycle import SealEvent, SealState
from seal.repository import Seal
from seal.service import SealChanges
from tests.seal.houses import REASON, House, actor, at_once
from tests.trust.pdf.paper import paper
from trust.crypto.sm3 import sm3
from trust.protection import ProtectionUnavailable
from trust.requests import RequestKeyReused
from trust.store import LostRace

PDF: Final = paper()
PNG: Final = b"\x89PNG\r\n\x1a\n" + b"pixels" + b"IEND\xaeB`\x82"
JPEG: Final = b"\xff\xd8\xff\xe0" + b"pixels" + b"\xff\xd9"
OFD: Final = b"PK\x03\x04" + b"....OFD.xml...." + b"PK\x05\x06" + bytes(18)
KEPT: Final = {
    "application/pdf": PDF,
    "application/ofd": OFD,
    "image/png": PNG,
    "image/jpeg": JPEG,
}


# --- what a document is


@pytest.mark.parametrize("media_type", KEPT)
def test_a_document_is_what_it_begins_and_ends_like(media_type: str) -> None:
    assert require_media_type(KEPT[media_type], media_type).value == media_type


@pytest.mark.parametrize("found", KEPT)
@pytest.mark.parametrize("claimed", [*KEPT, "text/html", "", "application/pdf; charset=utf-8"])
def test_a_document_is_what_it_is_said_to_be(claimed: str, found: str) -> None:
    if claimed == found:
        return
    with pytest.raises(EvidenceTypeRefused) as refused:
        require_media_type(KEPT[found], claimed)
    assert (refused.value.code, refused.value.details) == (
        "seal.evidence_type_refused",
        {"claimed": claimed, "found": found},
    )


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("application/pdf", b"%PDF-1.7 and nothing more"),
        ("application/pdf", b" " + PDF),
        ("application/pdf", PDF + bytes(2000)),
        ("application/ofd", b"PK\x03\x04" + b"word/document.xml" + b"PK\x05\x06" + bytes(18)),
        ("application/ofd", OFD[:-22]),
        ("image/png", PNG[:-4]),
        ("image/png", PNG + b"<script>"),
        ("image/jpeg", JPEG[:-1]),
        ("image/jpeg", JPEG + PDF),
        ("application/pdf", b"<html></html>"),
        ("application/pdf", b"MZ"),
    ],
)
def test_what_is_half_or_two_things_is_refused(media_type: str, content: bytes) -> None:
    with pytest.raises(EvidenceTypeRefused) as refused:
        require_media_type(content, media_type)
    assert refused.value.details == {"claimed": media_type, "found": ""}


@pytest.mark.parametrize("claimed", ["\x1b[2J", "文件", "x" * 101])
def test_a_strange_claim_is_not_repeated(claimed: str) -> None:
    with pytest.raises(EvidenceTypeRefused) as refused:
        require_media_type(PDF, claimed)
    assert refused.value.details["claimed"] in ("", "x" * 100)


@pytest.mark.parametrize("size", [0, LARGEST + 1])
def test_a_document_has_a_size(size: int) -> None:
    with pytest.raises(EvidenceTooLarge) as refused:
        require_media_type(b"%PDF-".ljust(size, b"\0")[:size], "application/pdf")
    assert (refused.value.code, refused.value.details) == ("seal.evidence_too_large", {"allowed": LARGEST})


# --- what a step needs


WANTED: Final = {
    None: {"application_letter", "subject_certificate"},
    SealEvent.PROPOSE_CANCEL: {"change_record"},
    SealEvent.INVALIDATE: {"decision"},
}


@pytest.mark.parametrize("event", [None, *SealEvent])
def test_each_step_needs_its_documents(event: SealEvent | None) -> None:
    wanted = WANTED.get(event, set())
    assert {one.value for one in REQUIRED.get(event, ())} == wanted
    require_kinds(event, list(EvidenceKind))
    for missing in sorted(wanted):
        with pytest.raises(EvidenceMissing) as refused:
            require_kinds(event, [one for one in EvidenceKind if one.value != missing])
        assert (refused.value.code, refused.value.details) == ("seal.evidence_missing", {"kind": missing})


def test_an_application_without_its_documents_leaves_no_trace(house: House) -> None:
    staff = house.authority
    command, head = house.apply_command(staff, evidence=()), house.head()
    with pytest.raises(EvidenceMissing):
        house.seals.apply(staff.applicant, command)
    assert house.head() == head


# --- putting forward and reading


def put(house: House, **changes: Any) -> PutForward:  # noqa: ANN401 - a command's fields
    """Return the command to put a letter forward."""
    told: dict[str, Any] = {
        "organisation": house.authority.organisation,
        "kind": EvidenceKind.OTHER,
        "content": PDF,
        "media_type": "application/pdf",
        "request_key": house.next_key(),
    }
    return PutForward(**{**told, **changes})


def auditor() -> Actor:
    """Return the auditor."""
    return actor("auditor", Duty.AUDITOR)


def test_a_document_is_kept_enciphered_and_comes_back(either_house: House) -> None:
    house, staff, head = either_house, either_house.authority, either_house.head()
    evidence = house.evidence.put_forward(staff.applicant, put(house))
    assert (evidence.digest, evidence.size, evidence.media_type) == (sm3(PDF).hex(), len(PDF), MediaType.PDF)
    assert (evidence.seal, evidence.step, evidence.uploaded_by) == (None, None, staff.applicant.id)
    assert PDF not in house.blobs.get(evidence.blob)
    for one in (staff.owner, staff.reviewer, auditor()):
        assert house.evidence.read(one, evidence.id) == (evidence, PDF)
    events = house.events(after=head)
    assert [one.tag for one in events] == ["seal:evidence:done", *["seal:evidence:read"] * 3]
    assert [one.actor for one in events[1:]] == [staff.owner.id, staff.reviewer.id, "auditor"]


def test_a_document_does_not_show_its_content(house: House) -> None:
    assert "PDF-" not in repr(put(house))


def test_who_puts_documents_forward(house: House) -> None:
    staff, other = house.authority, house.staff("other")
    for one in (staff.applicant, staff.owner, staff.reviewer):
        assert house.evidence.put_forward(one, put(house)).organisation == staff.organisation
    for one in (other.applicant, other.owner, staff.maker, staff.filer, staff.client, auditor(), actor("nobody")):
        with pytest.raises(DutyMissing):
            house.evidence.put_forward(one, put(house))


def test_who_reads_documents(house: House) -> None:
    staff, other = house.authority, house.staff("other")
    name = house.evidence.put_forward(staff.applicant, put(house)).id
    head = house.head()
    for one in (staff.applicant, other.owner, staff.maker, staff.filer, staff.client, actor("nobody")):
        with pytest.raises(DutyMissing):
            house.evidence.read(one, name)
    assert house.head() == head
    with pytest.raises(EvidenceUnknown):
        house.evidence.read(staff.reviewer, "ev_nothing")


def test_nobody_puts_documents_forward_for_an_organisation_that_is_none(house: House) -> None:
    with pytest.raises(SubjectUnknown):
        house.evidence.put_forward(house.authority.reviewer, put(house, organisation="O1"))


def test_a_repeated_upload_gets_the_same_document(house: House) -> None:
    staff, command = house.authority, put(house)
    first, head = house.evidence.put_forward(staff.applicant, command), house.head()
    assert house.evidence.put_forward(staff.applicant, command) == first
    assert house.head() == head
    other = put(house, request_key=command.request_key, kind=EvidenceKind.DECISION)
    with pytest.raises(RequestKeyReused):
        house.evidence.put_forward(staff.applicant, other)


def test_a_document_is_bound_to_its_name(house: House) -> None:
    staff = house.authority
    one, other = (house.evidence.put_forward(staff.applicant, put(house)) for _ in range(2))
    with pytest.raises(ProtectionUnavailable):
        house.evidence.protection.reveal(house.blobs.get(other.blob), context=f"seal evidence {one.id}")


# --- attaching


def test_documents_belong_to_the_step_that_names_them(house: House) -> None:
    staff = house.authority
    seal = house.apply(staff).id
    house.seals.return_(staff.reviewer, seal, reason=REASON)
    later = house.documents(staff, EvidenceKind.AGENT_LETTER)
    house.seals.resubmit(staff.applicant, seal, reason="已补", changes=SealChanges(evidence=later))
    with house.store.reading() as view:
        kept = evidence_repository.of_seal(view, seal)
    assert [(one.kind.value, one.step) for one in kept] == [
        *[(kind, 1) for kind in ("application_letter", "subject_certificate")],
        ("agent_letter", 3),
    ]


def test_a_document_is_used_once(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    command = house.apply_command(staff)
    house.seals.apply(staff.applicant, command)
    with pytest.raises(EvidenceSpent) as refused:
        house.seals.apply(staff.applicant, house.apply_command(staff, evidence=command.evidence))
    assert refused.value.code == "seal.evidence_spent"
    fresh = house.documents(staff)
    commands = [house.apply_command(staff, evidence=fresh) for _ in range(3)]
    results = at_once(*[partial(house.seals.apply, staff.applicant, one) for one in commands])
    assert sum(isinstance(one, Seal) for one in results) == 1
    assert {type(one) for one in results} <= {Seal, EvidenceSpent, LostRace}


@pytest.mark.parametrize("names", [("ev_nothing",), ("theirs",)])
def test_a_document_must_be_of_the_owner(house: House, names: tuple[str, ...]) -> None:
    staff = house.authority
    if names == ("theirs",):
        names = house.documents(house.staff("other"))
    with pytest.raises(EvidenceUnknown) as refused:
        house.seals.apply(staff.applicant, house.apply_command(staff, evidence=names))
    assert refused.value.code == "seal.evidence_unknown"


@pytest.mark.parametrize("event", [SealEvent.SUSPEND, SealEvent.REQUEST_RESUME, SealEvent.CANCEL])
def test_a_step_that_needs_none_may_bring_documents(house: House, event: SealEvent) -> None:
    staff, seal = house.authority, house.active(house.authority).id
    second = staff.of(Duty.SEAL_OWNER, "second owner")
    names = house.documents(staff, EvidenceKind.LOSS_DECLARATION)
    if event is SealEvent.CANCEL:
        house.seals.cancel(second, seal, ground=Ground.MERGED, reason=REASON, evidence=names)
    elif event is SealEvent.SUSPEND:
        house.seals.suspend(staff.owner, seal, reason=REASON, evidence=names)
    else:
        house.seals.suspend(staff.owner, seal, reason=REASON)
        house.seals.request_resume(staff.owner, seal, reason=REASON, evidence=names)
    found = house.seals.look(staff.reviewer, seal)
    assert [one.kind for one in found.evidence][-1] is EvidenceKind.LOSS_DECLARATION
    assert found.seal.state is not SealState.ACTIVE

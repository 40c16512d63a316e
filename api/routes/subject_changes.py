"""Changes of subjects, each proposed by one registrar and carried out by the approval of another 主体信息变更."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors
from api.schemas.identity import SubjectView
from api.schemas.proposals import ProposalView
from api.schemas.subjects import (
    ChangeBody,
    ChangeView,
    ClosingBody,
    DocumentAddingBody,
    DocumentView,
    EndingBody,
    ErasureBody,
    FindingBody,
    FormerSealView,
    MergingBody,
    NameChangeBody,
    NameView,
    RepresentativeBody,
)
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import (
    CitizenNumberMalformed,
    DocumentMalformed,
    DutyMissing,
    PersonNameMalformed,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.four_eyes.errors import ProposalOpen
from identity.subject import Organisation, PersonName
from identity.subjects import closing, erasing, merging, papers, renaming, representatives
from identity.subjects.errors import (
    CauseNotOfSubject,
    ChangeOutOfOrder,
    DocumentInUse,
    DocumentUnknown,
    ErasureNotPossible,
    EvidenceMissing,
    MergeNotPossible,
    NothingChanges,
    OwnAffair,
)
from trust.events import Fact
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

__all__ = ["router"]

router = APIRouter(prefix="/v1/subjects", tags=["身份 identity"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Changer = Annotated[Actor, allow(Permission.SUBJECT_CHANGE)]
Reader = Annotated[Actor, allow(Permission.SUBJECT_READ)]
SubjectName = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]
DocumentName = Annotated[
    Name, Path(description="Identifier of the document", examples=["doc_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
PROPOSING = (
    DutyMissing,
    OwnAffair,
    EvidenceMissing,
    ReasonMissing,
    SubjectUnknown,
    SubjectNotActive,
    ProposalOpen,
    RequestKeyMalformed,
    RequestKeyReused,
    LostRace,
)
"""What may be said to every proposal of a change."""


@router.post(
    "/{subject}/name-changes",
    summary="Propose another name 提请变更姓名、名称",
    status_code=202,
    responses=errors(*PROPOSING, PersonNameMalformed, CharacterNotCovered, NothingChanges, ChangeOutOfOrder),
)
def change_name(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: NameChangeBody,
) -> ProposalView:
    """Propose another name of a person or an organisation. Licences and seals that were issued are not rewritten."""
    content = renaming.content_of(body.name, body.ground)
    return propose(
        instance, actor, body, kind=renaming.RENAME, subject=subject, content=content, request_key=idempotency_key
    )


@router.post(
    "/{subject}/documents",
    summary="Propose one more identity document 提请增加证件",
    status_code=202,
    responses=errors(*PROPOSING, DocumentMalformed, CitizenNumberMalformed, DocumentInUse),
)
def add_document(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: DocumentAddingBody,
) -> ProposalView:
    """Propose one more document of a person, by which the person is to be known from then on where that is said."""
    content = papers.added_content(body.document.shown, body.ground, becomes_known_by=body.known_by)
    return propose(
        instance, actor, body, kind=papers.ADD_DOCUMENT, subject=subject, content=content, request_key=idempotency_key
    )


@router.post(
    "/{subject}/documents/{document}/ending",
    summary="Propose that a document counts no more 提请证件失效",
    status_code=202,
    responses=errors(*PROPOSING, DocumentUnknown, DocumentInUse, NothingChanges),
)
def end_document(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    document: DocumentName,
    idempotency_key: IdempotencyKey,
    body: EndingBody,
) -> ProposalView:
    """Propose that a document counts no more: lost, replaced, taken away."""
    content = papers.ended_content(document, body.ground)
    return propose(
        instance, actor, body, kind=papers.END_DOCUMENT, subject=subject, content=content, request_key=idempotency_key
    )


@router.post(
    "/{subject}/merging",
    summary="Propose to merge a double 提请合并重复登记",
    status_code=202,
    responses=errors(*PROPOSING, MergeNotPossible, ChangeOutOfOrder),
)
def merge(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: MergingBody,
) -> ProposalView:
    """Propose to merge an identifier into another one of the same person; what moves and what ends is documented."""
    content = merging.content_of(body.survivor, body.ground)
    return propose(
        instance, actor, body, kind=merging.MERGE, subject=subject, content=content, request_key=idempotency_key
    )


@router.post(
    "/{subject}/closing",
    summary="Propose to close a subject 提请注销",
    status_code=202,
    responses=errors(*PROPOSING, CauseNotOfSubject, ChangeOutOfOrder),
)
def close(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: ClosingBody,
) -> ProposalView:
    """Propose to close a subject: by death of a person, or dissolution of an organisation. It stops at once."""
    content = closing.content_of(body.cause, body.ground)
    return propose(
        instance, actor, body, kind=closing.CLOSE, subject=subject, content=content, request_key=idempotency_key
    )


@router.post(
    "/{subject}/legal-representative",
    summary="Propose a legal representative 提请变更法定代表人",
    status_code=202,
    responses=errors(*PROPOSING, NothingChanges, ChangeOutOfOrder),
)
def change_representative(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: RepresentativeBody,
) -> ProposalView:
    """Propose who represents an organisation from a day on: a person who is proven and active."""
    content, kind = representatives.content_of(body.person, body.ground), representatives.REPRESENT
    return propose(
        instance,
        actor,
        body,
        kind=kind,
        subject=subject,
        content=content,
        request_key=idempotency_key,
    )


@router.post(
    "/{subject}/erasure",
    summary="Propose to erase a person's data 提请删除个人信息",
    status_code=202,
    responses=errors(*PROPOSING, ErasureNotPossible),
)
def erase(
    instance: InstanceHere,
    actor: Changer,
    *,
    subject: SubjectName,
    idempotency_key: IdempotencyKey,
    body: ErasureBody,
) -> ProposalView:
    """Propose to erase what is kept of a person who asked for it at the counter (个人信息保护法 art. 47)."""
    content = erasing.content_of(body.ground)
    return propose(
        instance, actor, body, kind=erasing.ERASE, subject=subject, content=content, request_key=idempotency_key
    )


# --- what was


@router.get(
    "/{subject}/history", summary="The changes of a subject 变更记录", responses=errors(DutyMissing, SubjectUnknown)
)
def read_history(instance: InstanceHere, _: Reader, subject: SubjectName) -> list[ChangeView]:
    """Return the changes of a subject in their order, names of persons masked."""
    return [ChangeView.of(one) for one in instance.subjects.history.changes(subject)]


@router.get("/{subject}/name", summary="The name on a day 某日名称", responses=errors(DutyMissing, SubjectUnknown))
def read_name(
    instance: InstanceHere,
    _: Reader,
    subject: SubjectName,
    on: Annotated[date, Query(description="A day in China", examples=["2026-10-31"])],
) -> NameView:
    """Return what a subject was called on a day; a person's name is masked."""
    name = instance.subjects.history.name_on(subject, on)
    is_public = isinstance(instance.base.identity.find(subject), Organisation)
    return NameView(on=on, name=name if is_public else PersonName(name).masked)


@router.get(
    "/{subject}/documents",
    summary="The documents of a person 证件列表",
    responses=errors(DutyMissing, SubjectUnknown),
)
def read_documents(instance: InstanceHere, _: Reader, subject: SubjectName) -> list[DocumentView]:
    """Return a person's documents, their numbers masked."""
    copy = instance.subjects.history.copy(subject)
    return [DocumentView.of(one, copy.person) for one in copy.documents]


@router.get(
    "/{subject}/former-seals",
    summary="Seals that bear an earlier name 仍为旧名称的印章",
    responses=errors(DutyMissing, SubjectUnknown),
)
def read_former_seals(instance: InstanceHere, _: Reader, subject: SubjectName) -> list[FormerSealView]:
    """Return the seals of an organisation that do not bear its present name: for the issuing department to cancel."""
    return [FormerSealView.of(one) for one in instance.subjects.former_seals(subject)]


@router.post(
    "/finding",
    summary="Find a person by a document 按证件查找",
    responses=errors(DutyMissing, DocumentMalformed, CitizenNumberMalformed, SubjectUnknown),
)
def find(instance: InstanceHere, _: Reader, body: FindingBody) -> SubjectView:
    """Return whom a document names, masked: the number stands in the body and in no address or log."""
    return SubjectView.of(instance.subjects.history.find(body.shown))


def propose(
    instance: Instance,
    actor: Actor,
    body: ChangeBody,
    *,
    kind: str,
    subject: str,
    content: Mapping[str, Fact],
    request_key: str,
) -> ProposalView:
    """Propose a change."""
    proposal = instance.four_eyes.propose(
        actor, kind=kind, subject=subject, content=content, reason=body.reason, request_key=request_key
    )
    return ProposalView.of(instance.four_eyes, proposal)

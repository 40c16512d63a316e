"""Changes of subjects, and the data that is kept of persons, on the wire. Personal data comes out masked by default."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.documents import DocumentBody
from api.schemas.identity import AssuranceView, SubjectView
from api.schemas.my_licences import OwnLicence
from api.schemas.texts import Line, Prose
from identity.document_repository import KeptDocument
from identity.documents import DocumentKind
from identity.representing import Representation
from identity.subject import Person, PersonName
from identity.subjects.changes import (
    MAX_EVIDENCE,
    ChangeKind,
    DataAccess,
    DataField,
    Ground,
    Purpose,
    SubjectChange,
)
from identity.subjects.closing import Cause
from identity.subjects.disclosing import Disclose, Disclosed
from identity.subjects.erasing import KEPT, Kept
from identity.subjects.history import Copy
from licence.verification import Standing
from seal.records import Seal
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "AccessView",
    "ChangeView",
    "ClosingBody",
    "CopyView",
    "DisclosedView",
    "DisclosureBody",
    "DocumentAddingBody",
    "DocumentView",
    "EndingBody",
    "ErasureBody",
    "ErasureReceipt",
    "FindingBody",
    "FormerSealView",
    "MergingBody",
    "NameChangeBody",
    "NameView",
    "RepresentationView",
    "RepresentativeBody",
]

PERSON = "P7K2M9Q4R8T1W3X5Y6"
DAY = "2026-11-01"


class ChangeBody(Request):
    """A change that is proposed: since when it holds, on what evidence, and why."""

    effective_on: date = Field(description="First day on which it holds, today at the latest", examples=[DAY])
    evidence: Line = Field(
        min_length=1,
        max_length=MAX_EVIDENCE,
        description="Reference to the evidence, such as the number of a notice",
        examples=["公安变更通知〔2026〕第18号"],
        repr=False,
    )
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["凭公安机关变更证明"], repr=False)

    @property
    def ground(self) -> Ground:
        """On what it rests. Raise `EvidenceMissing`."""
        return Ground(effective_on=self.effective_on, evidence=self.evidence)


class NameChangeBody(ChangeBody):
    """Another name."""

    name: Line = Field(min_length=1, max_length=100, examples=["王晓明"], repr=False)


class DocumentAddingBody(ChangeBody):
    """One more document of a person."""

    document: DocumentBody
    known_by: bool = Field(default=False, description="Whether the person is known by it from now on")


class EndingBody(ChangeBody):
    """A document that counts no more."""


class MergingBody(ChangeBody):
    """Into whom an identifier is merged."""

    survivor: str = Field(max_length=64, description="Unified identifier that survives", examples=[PERSON])


class ClosingBody(ChangeBody):
    """By what a subject ended."""

    cause: Cause = Field(examples=[Cause.DEATH])


class RepresentativeBody(ChangeBody):
    """Who represents an organisation."""

    person: str = Field(max_length=64, description="Unified identifier of a person", examples=[PERSON])


class ErasureBody(ChangeBody):
    """That a person asks for the erasure of the data."""


class FindingBody(DocumentBody):
    """A document by which a person is looked for."""


class DocumentView(View):
    """A document of a person, its number masked."""

    id: str = Field(examples=["doc_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: DocumentKind
    number: str = Field(examples=["E******78"])
    country: str
    valid_until: date | None
    added_at: datetime
    ended_at: datetime | None
    known_by: bool = Field(description="Whether the person is known by it, such as on licences")

    @classmethod
    def of(cls, kept: KeptDocument, person: Person) -> "DocumentView":
        """Return the view of a document."""
        return cls(
            id=kept.id,
            kind=kept.document.kind,
            number=kept.document.masked,
            country=kept.document.country,
            valid_until=kept.document.valid_until,
            added_at=kept.added_at,
            ended_at=kept.ended_at,
            known_by=person.document is not None and person.document.lookup == kept.document.lookup,
        )


class ChangeView(View):
    """A change of a subject. Names of persons are masked, numbers left out."""

    id: str = Field(examples=["chg_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    subject: str = Field(description="What was changed; of a merge, the identifier that ended", examples=[PERSON])
    kind: ChangeKind
    effective_on: date
    at: datetime
    proposed_by: str
    approved_by: str
    proposal: str
    before: str = Field(examples=["**明"])
    after: str = Field(examples=["**明"])

    @classmethod
    def of(cls, change: SubjectChange) -> "ChangeView":
        """Return the view of a change, for officers."""
        return cls.told(change, before=masked(change, change.before), after=masked(change, change.after))

    @classmethod
    def told(cls, change: SubjectChange, *, before: str, after: str) -> "ChangeView":
        """Return the view of a change with these words."""
        return cls(
            id=change.id,
            subject=change.subject,
            kind=change.kind,
            effective_on=change.effective_on,
            at=change.at,
            proposed_by=change.proposed_by,
            approved_by=change.approved_by,
            proposal=change.proposal,
            before=before,
            after=after,
        )


def masked(change: SubjectChange, text: str) -> str:
    """Return what stood before or after a change as officers see it."""
    match change.kind:
        case ChangeKind.RENAME:
            return PersonName(text).masked if text and change.subject.startswith("P") else text
        case ChangeKind.DOCUMENT_ADD | ChangeKind.DOCUMENT_END:
            return text.split(" ", maxsplit=1)[0]  # the kind without the number
        case ChangeKind.LEGAL_REPRESENTATIVE | ChangeKind.CLOSE | ChangeKind.MERGE | ChangeKind.ERASE:
            return text


class NameView(View):
    """What a subject was called on a day; a person's name is masked."""

    on: date
    name: str = Field(examples=["**明"])


class FormerSealView(View):
    """A seal that still bears an earlier name of its owner."""

    id: str
    name: str = Field(examples=["云州市市场监督管理局电子证照专用章"])
    state: str = Field(examples=["active"])

    @classmethod
    def of(cls, seal: Seal) -> "FormerSealView":
        """Return the view of a seal."""
        return cls(id=seal.id, name=seal.name, state=seal.state.value)


class DisclosureBody(Request):
    """What somebody wants to see in clear, for which purpose, in which case."""

    purpose: Purpose = Field(examples=[Purpose.COUNTER_SERVICE])
    fields: list[DataField] = Field(min_length=1, max_length=4, examples=[[DataField.NAME]])
    reference: Line = Field(
        min_length=1, max_length=100, description="The case 办件编号", examples=["办件20261122-0007"], repr=False
    )
    organisation: str | None = Field(
        default=None, max_length=64, description="For which organisation, where the duty is held for one"
    )

    def command(self, person: str) -> Disclose:
        """Return what is asked."""
        return Disclose(
            person=person,
            purpose=self.purpose,
            fields=frozenset(self.fields),
            reference=self.reference,
            organisation=self.organisation,
        )


class AccessView(View):
    """That somebody looked at a person's data."""

    id: str = Field(examples=["look_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    at: datetime
    duty: str = Field(examples=["registrar"])
    organisation: str | None
    organisation_name: str | None = Field(default=None, examples=["云州市政务服务中心"])
    purpose: Purpose
    fields: list[DataField]
    reference: str

    @classmethod
    def of(cls, access: DataAccess, organisation_name: str | None = None) -> "AccessView":
        """Return the view of an access, for the person concerned."""
        return cls(
            id=access.id,
            at=access.at,
            duty=access.duty.value,
            organisation=access.organisation,
            organisation_name=organisation_name,
            purpose=access.purpose,
            fields=sorted(access.fields),
            reference=access.reference,
        )


class DisclosedView(View):
    """Personal data in clear, with the record of having been looked at."""

    access: str = Field(examples=["look_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    values: dict[DataField, list[str]] = Field(examples=[{"name": ["王小明"]}])

    @classmethod
    def of(cls, disclosed: Disclosed) -> "DisclosedView":
        """Return the view of what is shown."""
        return cls(access=disclosed.access.id, values={one: list(told) for one, told in disclosed.values.items()})


class RepresentationView(View):
    """For whom somebody may act, as what."""

    organisation: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    name: str = Field(examples=["云州市市场监督管理局"])
    standing: str = Field(examples=["legal_representative"])
    duties: list[str]
    delegation: str | None
    former_seals: list[FormerSealView] = Field(
        default=[], description="Seals that still bear an earlier name of the organisation, since it was renamed"
    )

    @classmethod
    def of(cls, told: Representation, former_seals: tuple[Seal, ...] = ()) -> "RepresentationView":
        """Return the view of a representation."""
        return cls(
            organisation=told.organisation.id,
            name=told.organisation.name,
            standing=told.standing.value,
            duties=[duty.value for duty in told.duties],
            delegation=told.delegation,
            former_seals=[FormerSealView.of(one) for one in former_seals],
        )


class OwnDocument(View):
    """A document of the caller's own, in clear."""

    kind: DocumentKind
    number: str
    country: str
    valid_until: date | None
    added_at: datetime
    ended_at: datetime | None


class CopyView(View):
    """Everything that is kept of a person, in clear, for the person (个人信息查阅、复制)."""

    id: str = Field(examples=[PERSON])
    identifiers: list[str] = Field(description="Every unified identifier that the person has had")
    state: str = Field(examples=["active"])
    name: str
    registered_at: datetime
    assurance: AssuranceView | None
    documents: list[OwnDocument]
    changes: list[ChangeView]
    accesses: list[AccessView]
    represents: list[RepresentationView]
    licences: list[OwnLicence]

    @classmethod
    def of(cls, copy: Copy, represents: tuple[Representation, ...], licences: tuple[Standing, ...]) -> "CopyView":
        """Return the view of a copy."""
        person = copy.person
        return cls(
            id=person.id,
            identifiers=list(copy.identifiers),
            state=person.state.value,
            name=person.name.value,
            registered_at=person.registered_at,
            assurance=SubjectView.of(person).assurance,
            documents=[
                OwnDocument(
                    kind=one.document.kind,
                    number=one.document.number,
                    country=one.document.country,
                    valid_until=one.document.valid_until,
                    added_at=one.added_at,
                    ended_at=one.ended_at,
                )
                for one in copy.documents
            ],
            changes=[ChangeView.told(one, before=one.before, after=one.after) for one in copy.changes],
            accesses=[AccessView.of(one) for one in copy.accesses],
            represents=[RepresentationView.of(one) for one in represents],
            licences=[OwnLicence.of(one) for one in licences],
        )


class ErasureReceipt(View):
    """The receipt for a request of erasure: what waits for a second person, and what is kept in any case."""

    proposal: str = Field(examples=["prop_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    digest: str
    asked_at: datetime
    decided_before: datetime
    kept: dict[Kept, str] = Field(description="What is kept, with the ground on which it is")

    @classmethod
    def of(cls, proposal: str, digest: str, asked_at: datetime, decided_before: datetime) -> "ErasureReceipt":
        """Return the receipt for a proposal."""
        return cls(proposal=proposal, digest=digest, asked_at=asked_at, decided_before=decided_before, kept=dict(KEPT))

"""Whom seals concern, and applications that are only tried, on the wire."""

from typing import Literal

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.seal_images import SealDesignForm
from api.schemas.seals import SEAL_NAME, AlikeView
from api.schemas.stampings import AuthorisationView
from api.schemas.texts import Line
from identity.delegation.standing import MANDATE
from identity.duties import Duty
from identity.lifecycle import SubjectState
from identity.subject import Organisation
from seal.image.designs import LONGEST_ROW
from seal.kinds import ENTITLED, SealKind, class_of
from seal.ledger.entries import Authorisation
from seal.life.concerning import Owner, Party, PartyKind
from seal.life.rehearsing import Foreseen, Rehearsal
from seal.lifecycle import SealState
from seal.records import Seal
from seal.service import WantedSeal
from trust.blobs import BlobId

__all__ = [
    "ForeseenView",
    "HeldAuthorisationView",
    "OwnOrganisation",
    "PartyView",
    "RehearsalView",
    "SealOwnerView",
    "SealWish",
]


class OwnOrganisation(View):
    """An organisation for whose seals the caller has a duty."""

    id: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    name: str = Field(examples=["云州市市场监督管理局"])
    credit_code: str = Field(examples=["11330100MB2F30301A"])
    state: SubjectState
    kinds: list[SealKind] = Field(description="Kinds of seals that it may have")

    @classmethod
    def of(cls, organisation: Organisation) -> "OwnOrganisation":
        """Return the view of an organisation."""
        entitled = ENTITLED[class_of(organisation.credit_code)]
        return cls(
            id=organisation.id,
            name=organisation.name,
            credit_code=organisation.credit_code.value,
            state=organisation.state,
            kinds=[one for one in SealKind if one in entitled],
        )


class SealOwnerView(View):
    """The owner of a seal, as far as it matters for its seals."""

    id: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    name: str = Field(examples=["云州市市场监督管理局"])
    credit_code: str = Field(examples=["11330100MB2F30301A"])
    state: SubjectState
    level: int | None = Field(description="Assurance level of its proofing; none: it is not proven", examples=[3])
    representative: str | None = Field(description="Legal representative, masked", examples=["**明"])

    @classmethod
    def of(cls, owner: Owner) -> "SealOwnerView":
        """Return the view of an owner."""
        organisation = owner.organisation
        return cls(
            id=organisation.id,
            name=organisation.name,
            credit_code=organisation.credit_code.value,
            state=organisation.state,
            level=None if organisation.assurance is None else organisation.assurance.level,
            representative=None if owner.representative is None else owner.representative.name.masked,
        )


class PartyView(View):
    """Somebody who may have to do with a seal."""

    id: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: PartyKind
    name: str = Field(description="Of a person masked", examples=["综合业务系统"])
    duties: list[Duty] = Field(description="That a person has for the owner of the seal")
    representative: bool = Field(description="Whether it is the owner's legal representative")

    @classmethod
    def of(cls, party: Party) -> "PartyView":
        """Return the view of somebody."""
        return cls(
            id=party.id,
            kind=party.kind,
            name=party.name,
            duties=list(party.duties),
            representative=party.is_representative,
        )


class SealWish(Request):
    """A seal as somebody would like it. Nothing is applied for yet."""

    owner: Line = Field(description="Unified identifier of the owner", examples=["O3F6H8J1L4N7Q2S5U9"])
    kind: SealKind
    row: Line = Field(
        default="", max_length=LONGEST_ROW, description="Characters below the star", examples=["电子证照专用章"]
    )
    diameter_mm: int = Field(default=42, ge=30, le=60)
    design: SealDesignForm | None = Field(
        default=None, description="What it shows; without it a round seal with the owner's name, the row and a star"
    )
    bearer: Line | None = Field(
        default=None,
        description="Unified identifier of the person whose name a personal-name seal shows",
        examples=["P3F6H8J1L4N7Q2S5U9"],
    )
    in_place_of: Line | None = Field(
        default=None, description="The seal that it replaces, or the application that it mends", examples=[SEAL_NAME]
    )

    def wanted(self, *, emblem: BlobId | None) -> WantedSeal:
        """Return what is wanted, with the operator's `emblem` where one is. Raise what `SealDesign` raises."""
        return WantedSeal(
            owner=self.owner,
            kind=self.kind,
            row=self.row,
            diameter_mm=self.diameter_mm,
            design=None if self.design is None else self.design.design(emblem=emblem).with_code(""),
            bearer=self.bearer,
        )


class RehearsalView(View):
    """The seal that an application would ask for."""

    name: str = Field(description="Its whole name", examples=["云州市市场监督管理局电子证照专用章"])
    svg: str = Field(description="What it would look like", examples=["<svg …"])
    width_mm: int = Field(examples=[42])
    height_mm: int = Field(examples=[42])

    @classmethod
    def of(cls, found: Rehearsal) -> "RehearsalView":
        """Return the view of what was tried."""
        design = found.seal.design
        return cls(name=found.seal.name, svg=found.image.svg, width_mm=design.width_mm, height_mm=design.height_mm)


class ForeseenView(View):
    """What a reviewer will be shown of an application, as far as an applicant may know it."""

    own: list[AlikeView] = Field(description="Seals of the same owner that look alike, the nearest first")
    others: int = Field(description="How many seals of other owners look alike", examples=[0])
    namesakes: int = Field(description="How many seals of other owners have the same whole name", examples=[0])

    @classmethod
    def of(cls, found: Foreseen) -> "ForeseenView":
        """Return the view of what was found."""
        return cls(own=[AlikeView.of(one) for one in found.own], others=found.others, namesakes=found.namesakes)


class HeldAuthorisationView(AuthorisationView):
    """A permission to stamp that the caller holds, with what its seal is called and how it stands."""

    seal_name: str = Field(examples=["云州市市场监督管理局电子证照专用章"])
    seal_state: SealState
    held_by: Literal["authorisation", "delegation"] = Field(
        description="By what it is held: an authorisation of the seal (用印授权), or a delegation (授权委托), of which "
        "`id` is told and which is listed once for each seal and purpose that it names"
    )

    @classmethod
    def held(cls, authorisation: Authorisation, seal: Seal) -> "HeldAuthorisationView":
        """Return the view of a permission."""
        return cls(
            **AuthorisationView.of(authorisation).model_dump(),
            seal_name=seal.name,
            seal_state=seal.state,
            held_by="delegation" if authorisation.id.startswith(MANDATE) else "authorisation",
        )

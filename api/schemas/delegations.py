"""Delegations 授权委托, on the wire."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Line, Moment
from identity.delegation.errors import MandateInvalid
from identity.delegation.mandates import Mandate, MandateState
from identity.delegation.service import GiveMandate
from trust.crypto.sm3 import sm3
from trust.delegations import LONGEST_NAME, MOST_LINKS, MOST_NAMES, Bounds, DelegationMalformed, Matter, PartyKind

__all__ = ["DelegationOffer", "DelegationView"]

MOST_TIMES: Final = 1_000_000_000

BoundName = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
"""One name of a bound."""

Operation = Literal["document", "digest", "message"]
"""What the key of a seal is used for, as in authorisations."""


def bound(description: str) -> list[str]:
    """Return the description of a bound that may name nothing."""
    return Field(default_factory=list, max_length=MOST_NAMES, description=description)


class DelegationOffer(Request):
    """What one lets another do, and within which bounds."""

    delegator: Line = Field(
        min_length=1,
        max_length=80,
        description="The organisation, or the person, in whose name it is given",
        examples=["O7H2K9M4P1Q8R3S6T5"],
    )
    delegate: Line = Field(
        min_length=1,
        max_length=80,
        description="The person or business system that receives it",
        examples=["P7H2K9M4P1Q8R3S6T5"],
    )
    matters: list[Matter] = Field(min_length=1, max_length=len(Matter), examples=[["seal.stamp"]])
    seals: list[BoundName] = bound("Codes of seals; named for seal.stamp, and for nothing else")
    licence_types: list[BoundName] = bound("Codes of types of licences; named for licence.issue, and for nothing else")
    document_kinds: list[BoundName] = bound("Kinds of documents; none: every kind")
    operations: list[Operation] = Field(
        default=["document"], max_length=3, description="What a seal's key may be used for, where it is about seals"
    )
    purposes: list[BoundName] = bound("Purposes, as stampings name them; named for seal.stamp")
    valid_from: Moment | None = Field(default=None, description="From when on; none: from now on")
    valid_until: Moment
    times: int | None = Field(default=None, ge=1, le=MOST_TIMES, description="How many uses; none: no limit")
    depth: int = Field(default=0, ge=0, lt=MOST_LINKS, description="How many times it may be given on")
    within: Line | None = Field(
        default=None,
        max_length=80,
        description="The delegation that is given on, of which this is a part",
        examples=["mandate_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )

    def command(self, request_key: str, *, now: datetime) -> GiveMandate:
        """Return the command to offer it. Raise `MandateInvalid`."""
        is_for_seals = Matter.SEAL_STAMP in self.matters
        try:
            bounds = Bounds(
                matters=frozenset(self.matters),
                seals=frozenset(self.seals),
                licence_types=frozenset(self.licence_types),
                document_kinds=frozenset(self.document_kinds),
                operations=frozenset(map(str, self.operations)) if is_for_seals else frozenset(),
                purposes=frozenset(self.purposes),
                not_before=(self.valid_from or now).replace(microsecond=0),
                not_after=self.valid_until.replace(microsecond=0),
                times=self.times,
                depth=self.depth,
            )
        except DelegationMalformed:
            raise MandateInvalid(field="bounds") from None
        return GiveMandate(
            delegator=self.delegator,
            delegate=self.delegate,
            bounds=bounds,
            within=self.within,
            request_key=request_key,
            starts_now=self.valid_from is None,
        )


class DelegationView(View):
    """A delegation, as it stands."""

    id: str = Field(examples=["mandate_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: MandateState
    delegator: str = Field(examples=["O7H2K9M4P1Q8R3S6T5"])
    delegator_kind: PartyKind
    delegate: str = Field(examples=["P7H2K9M4P1Q8R3S6T5"])
    delegate_kind: PartyKind
    matters: list[Matter]
    seals: list[str]
    licence_types: list[str]
    document_kinds: list[str]
    operations: list[str]
    purposes: list[str]
    valid_from: datetime
    valid_until: datetime
    times: int | None
    used: int
    depth: int
    within: str | None
    given_by: str = Field(description="The person who gave it in the name of the delegator")
    given_level: int = Field(description="The assurance level of that person's session, 0 to 3")
    given_at: datetime
    accepted_at: datetime | None
    statement: str | None = Field(
        description="SM3 of the signed statement, in hexadecimal digits; none: not signed yet"
    )

    @classmethod
    def of(cls, mandate: Mandate) -> "DelegationView":
        """Return the view of a mandate."""
        bounds, given = mandate.bounds, mandate.given
        return cls(
            id=mandate.id,
            state=mandate.state,
            delegator=mandate.delegator.id,
            delegator_kind=mandate.delegator.kind,
            delegate=mandate.delegate.id,
            delegate_kind=mandate.delegate.kind,
            matters=sorted(bounds.matters),
            seals=sorted(bounds.seals),
            licence_types=sorted(bounds.licence_types),
            document_kinds=sorted(bounds.document_kinds),
            operations=sorted(bounds.operations),
            purposes=sorted(bounds.purposes),
            valid_from=bounds.not_before,
            valid_until=bounds.not_after,
            times=bounds.times,
            used=mandate.used,
            depth=bounds.depth,
            within=mandate.parent,
            given_by=given.actor,
            given_level=given.level,
            given_at=given.at,
            accepted_at=mandate.accepted_at,
            statement=None if mandate.statement is None else sm3(mandate.statement).hex(),
        )

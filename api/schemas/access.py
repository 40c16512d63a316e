"""Duties, business systems and changes of keys on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from api.key_changes import KeyOperation
from api.quotas import Counted
from api.schemas.common import Reason, Request, View
from api.schemas.texts import Line, Prose
from identity.business_systems import Client, ClientKey, Quotas
from identity.duties import Duty
from identity.grant_repository import Holding
from trust.events import Fact
from trust.founding import Role

__all__ = [
    "AccountFreezing",
    "ClientChange",
    "ClientDetails",
    "ClientKeyProposal",
    "ClientList",
    "ClientRegistration",
    "DutyGrant",
    "DutyPage",
    "DutyWithdrawal",
    "KeyRetirement",
    "KeyRotation",
    "KeyStatement",
    "QuotasBody",
    "UsageView",
]

EXAMPLE_KEY = {"kty": "EC", "crv": "P-256", "x": "…", "y": "…"}


class DutyGrant(Request):
    """A duty for a person, for one organisation or the whole instance."""

    person: Line = Field(max_length=64, examples=["P7K2M9Q4R8T1W3X5Y6"])
    duty: Duty
    organisation: Line | None = Field(default=None, max_length=64, examples=["O3F6H8J1L4N7Q2S5U9"])
    until: AwareDatetime | None = Field(default=None, description="When it ends by itself 临时授权; none: it does not")
    reason: Prose = Field(default="任职", min_length=2, max_length=500, examples=["任职通知〔2026〕12号"])


class DutyWithdrawal(Reason):
    """A duty that is taken back, and why."""

    person: Line = Field(max_length=64, examples=["P7K2M9Q4R8T1W3X5Y6"])
    duty: Duty
    organisation: Line | None = Field(default=None, max_length=64, examples=["O3F6H8J1L4N7Q2S5U9"])


class HoldingView(View):
    """Who holds a duty."""

    holder: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    duty: Duty
    organisation: str | None = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    granted_by: str
    granted_at: datetime
    until: datetime | None

    @classmethod
    def of(cls, holding: Holding) -> "HoldingView":
        """Return the view of a duty that somebody holds."""
        return cls(
            holder=holding.holder,
            duty=holding.grant.duty,
            organisation=holding.grant.organisation,
            granted_by=holding.granted_by,
            granted_at=holding.granted_at,
            until=holding.valid_until,
        )


class DutyPage(View):
    """Who holds which duty, in the order of giving."""

    duties: list[HoldingView]
    next: str | None = Field(
        description="`after` of the next page; none: this was the last", examples=["grant_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )


class AccountFreezing(Reason):
    """An account that is frozen, or not any more, and why."""

    person: Line = Field(max_length=64, examples=["P7K2M9Q4R8T1W3X5Y6"])


class QuotasBody(Request):
    """How much a business system may ask; none: as the settings say for all of them."""

    requests_per_minute: int | None = Field(default=None, ge=1, le=1_000_000_000, examples=[600])
    requests_per_day: int | None = Field(default=None, ge=1, le=1_000_000_000, examples=[200_000])
    stampings_per_day: int | None = Field(default=None, ge=1, le=1_000_000_000, examples=[50_000])

    def quotas(self) -> Quotas:
        """Return what is said."""
        return Quotas(**self.model_dump())


class ClientRegistration(Request):
    """A business system that is to be registered with its public key."""

    name: Line = Field(min_length=1, max_length=100, pattern=r"\S", examples=["市场监管综合业务系统"])
    organisation: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    public_jwk: dict[str, Any] = Field(description="Public key on P-256 in JWK form", examples=[EXAMPLE_KEY])
    description: Line = Field(default="", max_length=500, examples=["办理营业执照的综合业务系统"])
    contact: Line = Field(default="", max_length=200, repr=False, examples=["运维值班室 0571-8000000"])


class ClientChange(Reason):
    """What a business system is to be called, and whom to call."""

    name: Line = Field(min_length=1, max_length=100, pattern=r"\S", examples=["市场监管综合业务系统"])
    description: Line = Field(default="", max_length=500, examples=["办理营业执照的综合业务系统"])
    contact: Line = Field(default="", max_length=200, repr=False, examples=["运维值班室 0571-8000000"])


class ClientKeyProposal(Reason):
    """A further key for a business system."""

    public_jwk: dict[str, Any] = Field(description="Public key in JWK form", examples=[EXAMPLE_KEY])


class KeyStatement(Request):
    """The next key of a business system, in an assertion that a key in use has signed."""

    statement: Line = Field(
        max_length=4096,
        description="As a client assertion (RFC 7523) with the new key as the claim `jwk`",
        examples=["eyJhbGciOiJFUzI1NiJ9.…"],
    )


class ClientKeyView(View):
    """A key of a business system."""

    kid: str = Field(description="Thumbprint (RFC 7638)", examples=["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"])
    algorithm: str = Field(examples=["ES256"])
    state: str = Field(examples=["active"])
    public_jwk: dict[str, str] = Field(examples=[EXAMPLE_KEY])
    added_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, key: ClientKey) -> "ClientKeyView":
        """Return the view of a key."""
        return cls(
            kid=key.kid,
            algorithm=key.algorithm,
            state=key.state,
            public_jwk=dict(key.jwk),
            added_at=key.added_at,
            retired_at=key.retired_at,
        )


class ClientDetails(View):
    """A business system, for those who administer it and for itself."""

    id: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    name: str
    organisation: str
    state: str = Field(examples=["active"])
    description: str
    contact: str = Field(repr=False)
    keys: list[ClientKeyView]
    requests_per_minute: int | None
    requests_per_day: int | None
    stampings_per_day: int | None

    @classmethod
    def of(cls, client: Client) -> "ClientDetails":
        """Return the view of a business system."""
        return cls(
            id=client.id,
            name=client.name,
            organisation=client.organisation,
            state=client.state,
            description=client.description,
            contact=client.contact,
            keys=[ClientKeyView.of(one) for one in client.keys],
            requests_per_minute=client.quotas.requests_per_minute,
            requests_per_day=client.quotas.requests_per_day,
            stampings_per_day=client.quotas.stampings_per_day,
        )


class UsageView(View):
    """A quota of a business system, and what is left of it."""

    name: Literal["minute", "day", "stampings"]
    quota: int = Field(examples=[6000])
    window: int = Field(description="In how many seconds", examples=[60])
    remaining: int = Field(examples=[5999])

    @classmethod
    def of(cls, counted: Counted) -> "UsageView":
        """Return the view of a quota."""
        return cls.model_validate(
            {
                "name": counted.name,
                "quota": counted.quota,
                "window": counted.window,
                "remaining": counted.remaining,
            }
        )


class ClientList(View):
    """Business systems in the order of their registration."""

    clients: list[ClientDetails]
    next: str | None = Field(
        description="`after` of the next page; none: this was the last", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )


class KeyRotation(Reason):
    """A role of the service that is to get a new key."""

    role: Role = Field(examples=["seal-maker"])
    days: int = Field(default=1, ge=1, le=90, description="Days in which the old key may still sign")
    compromised: bool = Field(default=False, description="The old key signs nothing from the rotation on")


class KeyRetirement(Reason):
    """A key that is to sign nothing any more."""

    key: Line = Field(max_length=128, examples=["software:key_01k9x3v5b7d2f4h6j8m0n1p3q5"])


class KeyOperationOrder(Reason):
    """What the operator is to do to keys on the machine, with `trust keys … --proposal` or `trust pki …`."""

    operation: KeyOperation = Field(examples=["rekey-root"])
    key: Line | None = Field(default=None, max_length=128, description="Of limit and destroy: which key")
    count: int | None = Field(
        default=None, ge=0, le=1_000_000_000, description="Of limit: uses in all; 0: without limit"
    )
    threshold: int | None = Field(default=None, ge=1, le=16, description="Of divide: shares that are the root key")
    holders: list[Line] = Field(default=[], max_length=16, description="Of divide: who gets a share")
    label: Line | None = Field(default=None, max_length=64, description="Of to-token: label of the token's key")
    witnesses: list[Line] = Field(default=[], max_length=2, description="Of destroy: the two who watch")
    authority: Line | None = Field(
        default=None, max_length=64, description="Of rotate-authority: which, such as issuing-sm2"
    )

    @property
    def content(self) -> dict[str, Fact]:
        """Return what is agreed to."""
        return {
            "operation": self.operation.value,
            "key": self.key,
            "count": self.count,
            "threshold": self.threshold,
            "holders": "\n".join(self.holders) or None,
            "label": self.label,
            "witnesses": "\n".join(self.witnesses) or None,
            "authority": self.authority,
        }

"""The instance itself on the wire: whose it is, its set-up, its keys, authorities, custody and ceremonies."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from api.schemas.common import View
from trust.certificates import Certificate
from trust.events import RecordedEvent
from trust.founding import Role
from trust.pki_repository import KeptList
from trust.signing import KeyPurpose

__all__ = [
    "AuthoritiesView",
    "AuthorityView",
    "CeremoniesView",
    "CeremonyView",
    "CertificateFacts",
    "CustodyState",
    "CustodyView",
    "InstanceView",
    "KeyInCustody",
    "ListView",
    "OutsideView",
    "RoleView",
    "ServiceKeysView",
    "SetUpStep",
    "SetUpView",
    "StepName",
    "TrustListView",
]

Moment = datetime | None


class InstanceView(View):
    """Whose instance this is."""

    operator: str = Field(description="Unit that operates the instance", examples=["云州市政务服务和数据管理局"])
    demonstration: bool = Field(
        description="Whether the instance was founded to show the service: its people, organisations and licences are "
        "made up, and its certificates say so",
        examples=[False],
    )


# --- set-up


class StepName(StrEnum):
    """A step of the set-up, in the order in which they are taken."""

    CEREMONY = "ceremony"
    ADMINISTRATORS = "administrators"
    ROOT_KEY = "root_key"
    AUTHORITY = "authority"
    DUTIES = "duties"
    SEAL = "seal"
    LICENCE_TYPE = "licence_type"
    LICENCE = "licence"


class SetUpStep(View):
    """A step of the set-up, and whether it is done."""

    step: StepName
    done: bool
    required: bool = Field(description="Whether the set-up is incomplete without it", examples=[True])
    done_at: Moment = Field(default=None, description="When it was first done, where the audit trail says so")
    missing: list[str] = Field(description="Which duties nobody holds yet who can log in", examples=[["auditor"]])


class SetUpView(View):
    """How far the set-up of the instance has come."""

    complete: bool = Field(description="Whether every step that is required is done", examples=[True])
    demonstration: bool = Field(examples=[False])
    steps: list[SetUpStep]


# --- keys


class CertificateFacts(View):
    """What a certificate says, for people."""

    subject: str = Field(examples=["云州市政务服务和数据管理局 电子印章制作系统"])
    issuer: str = Field(examples=["云州市政务服务和数据管理局 SM2 签发机构"])
    serial: str = Field(examples=["5c6273a4d81aaeb9bda9dce8eda1b410"])
    not_before: datetime
    not_after: datetime
    fingerprint: str = Field(description="SM3 over the certificate, in hex")
    revoked_at: Moment = None

    @classmethod
    def of(cls, certificate: Certificate, *, revoked_at: Moment = None) -> "CertificateFacts":
        """Return what a certificate says."""
        return cls(
            subject=certificate.common_name,
            issuer=certificate.issuer_common_name,
            serial=f"{certificate.serial:x}",
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            fingerprint=certificate.fingerprint,
            revoked_at=revoked_at,
        )


class KeyInCustody(View):
    """A version of a key. The private half never leaves custody."""

    key: str = Field(description="Handle", examples=["software:key_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    version: int = Field(description="Version in its ring", examples=[1])
    state: Literal["pending", "active", "retiring", "retired", "destroyed"]
    in_use: bool = Field(description="Whether it is what signs for the role now", examples=[True])
    algorithm: str = Field(examples=["sm2"])
    custody: str = Field(description="Kind of device that keeps it", examples=["software"])
    uses: int = Field(
        description="How many uses were handed out: at least as many as there were, for processes take some in advance",
        examples=[64],
    )
    use_limit: int | None = Field(default=None, examples=[None])
    signs_until: Moment = Field(default=None, description="Of one that is being succeeded: when it stops signing")
    created_at: datetime
    certificate: CertificateFacts | None = None


class RoleView(View):
    """What the service signs as, with every version of its key, the newest first."""

    role: Role
    purpose: KeyPurpose
    keys: list[KeyInCustody]


class ServiceKeysView(View):
    """The keys of the service by their roles."""

    rotation_needs_agreement: bool = Field(
        description="Whether a key is rotated by a proposal that was agreed to, and no other way", examples=[True]
    )
    roles: list[RoleView]


# --- authorities


class ListView(View):
    """The newest complete revocation list of an authority."""

    number: int = Field(examples=[3])
    entries: int = Field(examples=[0])
    this_update: datetime
    next_update: datetime
    shards: int = Field(description="Shards published beside it", examples=[1])
    current: bool = Field(description="Whether its next update lies ahead", examples=[True])

    @classmethod
    def of(cls, known: KeptList, *, shards: int, now: datetime) -> "ListView":
        """Return the view of a list."""
        return cls(
            number=known.number,
            entries=known.entries,
            this_update=known.this_update,
            next_update=known.next_update,
            shards=shards,
            current=known.next_update > now,
        )


class AuthorityView(View):
    """A certification authority of the instance, in one generation."""

    name: str = Field(examples=["issuing-sm2"])
    line: str = Field(description="Name of its first generation", examples=["issuing-sm2"])
    generation: int = Field(examples=[1])
    newest: bool = Field(description="Whether it is the newest generation of its line", examples=[True])
    is_root: bool = Field(examples=[False])
    certificate: CertificateFacts
    key: KeyInCustody | None
    revocation_list: ListView | None
    responder: CertificateFacts | None = Field(description="Certificate of the key that answers by OCSP")
    responder_current: bool = Field(examples=[True])


class OutsideView(View):
    """A request to an authority outside."""

    request: str = Field(examples=["req_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    key: str = Field(examples=["software:key_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ends_at: Moment = Field(default=None, description="Of a certificate that has to be renewed: when it ends")


class TrustListView(View):
    """The newest trust list that was published."""

    sequence: int = Field(examples=[4])
    next_update: datetime
    current: bool


class AuthoritiesView(View):
    """The authorities of the instance, and what they publish."""

    authorities: list[AuthorityView]
    trust_list: TrustListView | None
    waiting: list[OutsideView] = Field(
        description="Requests to authorities outside that wait for a certificate", examples=[[]]
    )
    ending: list[OutsideView] = Field(description="Certificates of authorities outside that end soon", examples=[[]])


# --- custody


class CustodyState(StrEnum):
    """Whether the custody serves."""

    UNSEALED = "unsealed"
    SEALED = "sealed"
    UNAVAILABLE = "unavailable"


class CustodyView(View):
    """Where private keys are kept, and whether they can be used."""

    state: CustodyState
    code: str = Field(description="What keeps it from serving", examples=[""])
    kinds: list[str] = Field(description="Devices, in the order in which they make keys", examples=[["software"]])
    root_key: Literal["file", "environment", "token", "process"] = Field(description="Where the root key comes from")
    generation: int | None = Field(description="Of the root key", examples=[1])
    threshold: int | None = Field(description="Shares that it takes, where it was divided", examples=[3])
    shares: int | None = Field(examples=[5])


# --- ceremonies


class CeremonyView(View):
    """An act on the keys or authorities, as the audit trail has it."""

    sequence: int = Field(examples=[42])
    at: datetime
    tag: str = Field(examples=["service_key:rotate:done"])
    actor: str = Field(examples=["operator:root"])
    subject: str = Field(examples=["software:key_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    facts: dict[str, Any] = Field(examples=[{"version": 2}])
    digest: str = Field(description="Hash of the trail at this event, in hex")

    @classmethod
    def of(cls, one: RecordedEvent) -> "CeremonyView":
        """Return the view of an event."""
        told = one.event
        return cls(
            sequence=one.sequence,
            at=one.at,
            tag=told.tag,
            actor=told.actor,
            subject=told.subject,
            facts=dict(told.facts),
            digest=one.digest.hex(),
        )


class CeremoniesView(View):
    """Acts on the keys and authorities, the newest first."""

    events: list[CeremonyView]
    next: int | None = Field(description="`before` of the next page; none: this was the last", examples=[None])

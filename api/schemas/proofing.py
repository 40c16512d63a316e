"""Proofings, recoveries, notices and permissions on the wire. Personal data goes in, and none comes out."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field, SecretStr

from api.permissions import ABOUT_ONESELF, PERMITTED, PUBLIC, Floors, Permission
from api.schemas.common import Request, View
from api.schemas.texts import Prose
from identity.duties import Duty
from identity.notices.notices import Notice, NoticeKind
from identity.proofing.proofing import Evidence, EvidenceKind, Method, Proofing, Source
from identity.proving.by_provider import StandingProofings
from identity.proving.counter import CounterSeen
from identity.proving.orders import Order
from identity.recovery.by_provider import Begun
from identity.recovery.recovery import Recovery
from trust.events import Fact
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "CounterReport",
    "NoticeList",
    "OrderView",
    "PermissionList",
    "ProofingList",
    "ProofingRequest",
    "ProofingView",
    "RecoveryBegun",
    "RecoveryList",
    "RecoveryRequest",
    "RecoverySecret",
    "RecoveryView",
    "StandingView",
]

PROOFING: Final = {
    "id": "prf_01k9x3v5b7d2f4h6j8m0n1p3q5",
    "subject": "P7K2M9Q4R8T1W3X5Y6",
    "method": "remote",
    "source": "remote",
    "sources": ["document_chip", "face_live", "name_and_number"],
    "level": 3,
    "officers": [],
    "provider": "proofing.example",
    "evidence": [],
    "at": "2026-11-22T04:05:06Z",
    "expires_at": "2031-11-21T04:05:06Z",
    "state": "in_force",
}
"""A proofing in examples."""

SECRET = Field(min_length=1, max_length=128, examples=["xy_5Kd…"])


class EvidenceGiven(Request):
    """Something that was looked at, by the SM3 of its copy in the counter's own archive."""

    kind: EvidenceKind
    digest: str = Field(
        pattern="^[0-9a-f]{64}$",
        examples=["66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    )


class CounterReport(Request):
    """What an officer has seen at the counter, for another one to confirm."""

    sources: list[Source] = Field(min_length=1, max_length=10, examples=[["document_seen", "face_in_person"]])
    evidence: list[EvidenceGiven] = Field(default=[], max_length=20)
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["本人到场，证件与人一致。"])

    def seen(self) -> CounterSeen:
        """Return what was seen."""
        evidence = tuple(Evidence(one.kind, one.digest) for one in self.evidence)
        return CounterSeen(sources=frozenset(self.sources), evidence=evidence)


class EvidenceView(View):
    """Something that was looked at."""

    kind: EvidenceKind
    digest: str


class ProofingView(View):
    """A proofing 实名核验."""

    id: str = Field(examples=["prf_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    subject: str
    method: Method
    source: str = Field(examples=["counter"])
    sources: list[Source]
    level: int = Field(examples=[3])
    officers: list[str]
    provider: str
    evidence: list[EvidenceView]
    at: datetime
    expires_at: datetime
    state: str = Field(examples=["in_force"])

    @classmethod
    def of(cls, made: Proofing) -> "ProofingView":
        """Return the view of a proofing."""
        return cls(
            id=made.id,
            subject=made.subject,
            method=made.method,
            source=made.source,
            sources=sorted(made.sources),
            level=made.level,
            officers=list(made.officers),
            provider=made.provider,
            evidence=[EvidenceView(kind=one.kind, digest=one.digest) for one in made.evidence],
            at=made.at,
            expires_at=made.expires_at,
            state=made.state,
        )


class ProofingList(View):
    """The proofings of a subject, the newest first."""

    proofings: list[ProofingView] = Field(examples=[[PROOFING]])


class ProofingRequest(Request):
    """How a person wants to be proven online."""

    method: Literal[Method.MATCH, Method.REMOTE] = Field(
        description="match: name, number and telephone are compared; remote: document and live face"
    )
    phone: SecretStr = Field(default=SecretStr(""), max_length=16, examples=["13800001234"])


class OrderView(View):
    """A proofing that a person has asked for."""

    id: str = Field(examples=["prfo_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    method: Method
    state: str = Field(description="asked, open, done, refused, failed or expired", examples=["open"])
    address: str = Field(
        description="Where the person goes on, in a browser or by scanning it; empty where there is nothing to do"
    )
    expires_at: datetime

    @classmethod
    def of(cls, order: Order, *, now: datetime) -> "OrderView":
        """Return the view of an order, for its person alone."""
        state = order.state_at(now)
        address = order.address if state == "open" else ""
        return cls(id=order.id, method=order.method, state=state, address=address, expires_at=order.expires_at)


class StandingView(View):
    """What is proven of the caller, and what the caller has asked for."""

    level: int = Field(description="What counts now, 0 to 3", examples=[2])
    proofings: list[ProofingView] = Field(examples=[[PROOFING]])
    orders: list[OrderView]

    @classmethod
    def of(cls, found: StandingProofings, *, now: datetime) -> "StandingView":
        """Return the view of it."""
        return cls(
            level=found.level,
            proofings=[ProofingView.of(one) for one in found.proofings],
            orders=[OrderView.of(one, now=now) for one in found.orders],
        )


class RecoveryRequest(Request):
    """Who says to own an account. It shows itself without personal data."""

    name: str = Field(min_length=1, max_length=100, examples=["王小明"], repr=False)
    citizen_number: str = Field(min_length=18, max_length=18, examples=["11010519491231002X"], repr=False)
    device: SecretStr = Field(
        default=SecretStr(""), max_length=256, description="What the last login on this device returned as `device`"
    )


class RecoveryBegun(View):
    """A recovery that has begun: the same for every number, whether there is an account or not."""

    recovery: str = Field(examples=["rcv_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    secret: str = Field(description="Shown once; the applicant keeps it to fetch the code", examples=["xy_5Kd…"])
    address: str = Field(description="Where the applicant shows document and face")
    expires_at: datetime

    @classmethod
    def of(cls, begun: Begun) -> "RecoveryBegun":
        """Return the view of it."""
        return cls(recovery=begun.recovery.id, secret=begun.secret, address=begun.address, expires_at=begun.expires_at)


class RecoverySecret(Request):
    """What the applicant was given."""

    secret: SecretStr = SECRET


class RecoveryView(View):
    """How a recovery stands."""

    id: str = Field(examples=["rcv_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(description="asked, proven, done, refused, stopped or expired", examples=["proven"])
    begun_at: datetime
    ready_at: datetime | None = Field(description="From when on the code is given, once proven")
    ends_at: datetime

    @classmethod
    def of(cls, recovery: Recovery, *, now: datetime) -> "RecoveryView":
        """Return the view of a recovery."""
        return cls(
            id=recovery.id,
            state=recovery.state_at(now),
            begun_at=recovery.begun_at,
            ready_at=recovery.ready_at,
            ends_at=recovery.ends_at,
        )


class RecoveryList(View):
    """The recoveries of the caller's account, the newest first."""

    recoveries: list[RecoveryView] = Field(
        examples=[
            [
                {
                    "id": "rcv_01k9x3v5b7d2f4h6j8m0n1p3q5",
                    "state": "proven",
                    "begun_at": "2026-11-22T04:05:06Z",
                    "ready_at": "2026-11-23T04:09:10Z",
                    "ends_at": "2026-11-30T04:09:10Z",
                }
            ]
        ]
    )


class NoticeView(View):
    """Something that the caller was told of the own account."""

    id: str = Field(examples=["ntc_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: NoticeKind
    facts: dict[str, Fact]
    at: datetime


class NoticeList(View):
    """What the caller was told, the newest first."""

    notices: list[NoticeView] = Field(
        examples=[
            [
                {
                    "id": "ntc_01k9x3v5b7d2f4h6j8m0n1p3q5",
                    "kind": "proofing_done",
                    "facts": {"level": 3, "method": "remote"},
                    "at": "2026-11-22T04:05:06Z",
                }
            ]
        ]
    )

    @classmethod
    def of(cls, notices: tuple[Notice, ...]) -> "NoticeList":
        """Return the view of notices."""
        return cls(notices=[NoticeView(id=one.id, kind=one.kind, facts=dict(one.facts), at=one.at) for one in notices])


class PermissionView(View):
    """A permission: who has it, and at which level."""

    permission: Permission
    floor: int = Field(description="Level that a session must have, 0 to 3", examples=[2])
    duties: list[Duty] = Field(description="Any of these; none where everybody with a login has it")


class PermissionList(View):
    """Every permission of this instance: what a console asks for before a person tries."""

    permissions: list[PermissionView] = Field(
        examples=[[{"permission": "audit:read", "floor": 2, "duties": ["auditor"]}]]
    )

    @classmethod
    def of(cls, floors: Floors) -> "PermissionList":
        """Return the view of the tables, with what the operator has raised."""
        open_to_all = PUBLIC | ABOUT_ONESELF
        return cls(
            permissions=[
                PermissionView(
                    permission=one,
                    floor=floors.of(one),
                    duties=[] if one in open_to_all else sorted(PERMITTED[one]),
                )
                for one in Permission
            ]
        )

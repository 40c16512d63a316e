"""The register on the wire 名册: pages of subjects and accounts, what identifiers are called, who acts for whom."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import View
from api.schemas.identity import SubjectView
from identity.business_systems import Client
from identity.duties import Duty
from identity.holding import Standing
from identity.levels import Factor
from identity.register_repository import AccountState
from identity.registry import Acting, KnownAccount, NamedKind, Told
from identity.subject import Organisation
from identity.tokens import Session

__all__ = [
    "AccountDetails",
    "AccountPage",
    "AccountView",
    "ActingView",
    "DirectoryPage",
    "KnownSession",
    "ListedClient",
    "ListedOrganisation",
    "NameTold",
    "SubjectPage",
]

PERSON = "P7K2M9Q4R8T1W3X5Y6"
ORGANISATION = "O3F6H8J1L4N7Q2S5U9"
TOTAL = Field(description="How many there are in all", examples=[1])


class SubjectPage(View):
    """A page of persons or organisations, those registered last first."""

    total: int = TOTAL
    subjects: list[SubjectView]


class ListedOrganisation(View):
    """An organisation as everybody may know it: what stands here is public by law."""

    id: str = Field(examples=[ORGANISATION])
    name: str = Field(examples=["某某市市场监督管理局"])
    code: str = Field(description="Unified social credit code", examples=["11330100002500018W"])

    @classmethod
    def of(cls, found: Organisation) -> "ListedOrganisation":
        """Return the view of an organisation."""
        return cls(id=found.id, name=found.name, code=found.credit_code.value)


class DirectoryPage(View):
    """A page of the organisations that are proven and in being."""

    total: int = TOTAL
    organisations: list[ListedOrganisation]


class ListedClient(View):
    """A business system as everybody may know it who lets one do something."""

    id: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    name: str = Field(examples=["公积金业务系统"])
    organisation: str = Field(description="Whose it is", examples=[ORGANISATION])

    @classmethod
    def of(cls, found: Client) -> "ListedClient":
        """Return the view of a business system."""
        return cls(id=found.id, name=found.name, organisation=found.organisation)


class NameTold(View):
    """What an identifier is called; a person's name is masked."""

    id: str = Field(examples=[PERSON])
    kind: NamedKind
    name: str = Field(examples=["**明"])

    @classmethod
    def of(cls, told: Told) -> "NameTold":
        """Return the view of a name."""
        return cls(id=told.id, kind=told.kind, name=told.name)


class ActingView(View):
    """That somebody acts for an organisation, as what, and with which duties."""

    agent: str = Field(description="A person, or a business system", examples=[PERSON])
    organisation: str = Field(examples=[ORGANISATION])
    standing: Standing
    duties: list[Duty]
    delegation: str | None = Field(examples=["mandate_01k9x3v5b7d2f4h6j8m0n1p3q5"])

    @classmethod
    def of(cls, acting: Acting) -> "ActingView":
        """Return the view of it."""
        return cls(
            agent=acting.agent,
            organisation=acting.organisation,
            standing=acting.standing,
            duties=list(acting.duties),
            delegation=acting.delegation,
        )


class AccountView(View):
    """An account, and whose it is; the name is masked."""

    person: str = Field(examples=[PERSON])
    name: str = Field(examples=["**明"])
    username: str | None = Field(description="None: the person has not chosen one yet", examples=["wang.xiaoming"])
    state: AccountState
    activation_until: datetime | None = Field(description="Until when the activation code is good, while it waits")
    activated_at: datetime | None
    frozen_by: str | None = Field(description="Who froze it; another person opens it again", examples=[None])

    @classmethod
    def of(cls, known: KnownAccount) -> "AccountView":
        """Return the view of an account."""
        account = known.account
        return cls(
            person=account.person,
            name=known.name,
            username=account.username,
            state=known.state,
            activation_until=account.activation_until,
            activated_at=account.activated_at,
            frozen_by=account.frozen_by,
        )


class AccountPage(View):
    """A page of accounts, those opened last first."""

    total: int = TOTAL
    accounts: list[AccountView]


class KnownSession(View):
    """A session of somebody else, as a security administrator sees it."""

    begun_at: datetime
    used_at: datetime = Field(description="When it was used last, to the minute")
    expires_at: datetime
    level: int = Field(description="Assurance level 0 to 3", examples=[3])
    factors: list[Factor]
    agent: str = Field(description="What the browser or program calls itself", examples=["Chromium"])

    @classmethod
    def of(cls, session: Session) -> "KnownSession":
        """Return the view of a session."""
        return cls(
            begun_at=session.begun_at,
            used_at=session.used_at,
            expires_at=session.expires_at,
            level=session.level,
            factors=sorted(session.factors),
            agent=session.agent,
        )


class AccountDetails(AccountView):
    """An account with the sessions that are open."""

    sessions: list[KnownSession]

    @classmethod
    def with_sessions(cls, known: KnownAccount, sessions: tuple[Session, ...]) -> "AccountDetails":
        """Return the view of an account with its sessions."""
        told = AccountView.of(known).model_dump()
        return cls(**told, sessions=[KnownSession.of(one) for one in sessions])

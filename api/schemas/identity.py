"""Subjects, accounts, duties and clients on the wire. Personal data goes in, and comes out masked."""

from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from api.permissions import Permission
from api.schemas.common import Request, View
from api.schemas.documents import DocumentBody
from identity.authentication.signing_in import LogIn, SignedIn
from identity.duties import Actor, Duty
from identity.subject import Organisation, Person
from identity.tokens import IssuedToken

__all__ = [
    "AccountOpened",
    "AccountOpening",
    "Activation",
    "Login",
    "Me",
    "OrganisationRegistration",
    "PersonRegistration",
    "SessionView",
    "SubjectView",
    "TokenView",
]


ONE_DOCUMENT: Final = PydanticCustomError("one_document", "name a citizen number or a document, one of them")


class PersonRegistration(Request):
    """A natural person who is to be registered. It shows itself without personal data."""

    name: str = Field(min_length=1, max_length=100, examples=["王小明"], repr=False)
    citizen_number: str = Field(
        default="",
        min_length=18,
        max_length=18,
        description="Of a resident identity card, where that is what the person shows",
        examples=["11010519491231002X"],
        repr=False,
    )
    document: DocumentBody | None = Field(default=None, description="Any other document, in place of the number")

    @model_validator(mode="after")
    def show_one(self) -> "PersonRegistration":
        """Take one document, not two and not none."""
        if (self.document is None) is not bool(self.citizen_number):
            raise ONE_DOCUMENT
        return self


class OrganisationRegistration(Request):
    """An organisation that is to be registered."""

    name: str = Field(min_length=1, max_length=100, examples=["某某市市场监督管理局"])
    credit_code: str = Field(min_length=18, max_length=18, examples=["11330100002500018W"])
    legal_representative: str | None = Field(
        default=None, description="Unified identifier of the legal representative", examples=["P7K2M9Q4R8T1W3X5Y6"]
    )


class AssuranceView(View):
    """How sure we are of a subject."""

    level: int = Field(examples=[3])
    source: str = Field(examples=["counter"])
    at: datetime
    expires_at: datetime = Field(description="When it counts no longer")


class SubjectView(View):
    """A person or an organisation. A person's name and number are masked."""

    id: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    kind: Literal["person", "organisation"]
    state: str = Field(examples=["active"])
    name: str = Field(examples=["**明"])
    code: str = Field(
        description="Masked number of the identity document, or unified social credit code",
        examples=["110*************2X"],
    )
    legal_representative: str | None = None
    assurance: AssuranceView | None
    registered_at: datetime
    last_actor: str = Field(
        description="Who took the last step of its life; where two are needed, another person takes the next",
        examples=["P7K2M9Q4R8T1W3X5Y6"],
    )

    @classmethod
    def of(cls, subject: Person | Organisation) -> "SubjectView":
        """Return the view of a subject."""
        is_person = isinstance(subject, Person)
        assurance = subject.assurance
        return cls(
            id=subject.id,
            kind="person" if is_person else "organisation",
            state=subject.state,
            name=subject.name.masked if isinstance(subject, Person) else subject.name,
            code=subject.masked_code if isinstance(subject, Person) else subject.credit_code.value,
            legal_representative=None if isinstance(subject, Person) else subject.legal_representative,
            assurance=None
            if assurance is None
            else AssuranceView(
                level=assurance.level, source=assurance.source, at=assurance.at, expires_at=assurance.expires_at
            ),
            registered_at=subject.registered_at,
            last_actor=subject.last_actor,
        )


class AccountOpening(Request):
    """A person who gets an account."""

    person: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])


class AccountOpened(View):
    """The activation code, shown once, to be handed to the person."""

    person: str
    activation_code: str = Field(examples=["xa_6ZJ…"])
    valid_until: datetime

    @classmethod
    def of(cls, issued: IssuedToken) -> "AccountOpened":
        """Return the view of an activation code."""
        return cls(person=issued.holder, activation_code=issued.secret, valid_until=issued.expires_at)


class Activation(Request):
    """A person's choice of username and password."""

    code: SecretStr = Field(examples=["xa_6ZJ…"])
    username: str = Field(examples=["wang.xiaoming"])
    password: SecretStr = Field(examples=["a long sentence of one's own"])


class Login(Request):
    """Username and password."""

    username: str = Field(max_length=64, examples=["wang.xiaoming"])
    password: SecretStr = Field(max_length=256, examples=["a long sentence of one's own"])
    code: SecretStr = Field(
        default=SecretStr(""),
        max_length=6,
        description="One-time code 动态口令, where there is an app",
        examples=["492039"],
    )
    device: SecretStr = Field(
        default=SecretStr(""), max_length=256, description="What the last login on this device returned as `device`"
    )

    def asked(self, agent: str) -> LogIn:
        """Return what is asked."""
        return LogIn(
            username=self.username,
            password=self.password.get_secret_value(),
            code=self.code.get_secret_value(),
            device=self.device.get_secret_value(),
            agent=agent,
        )


class SessionView(View):
    """A session that has begun. The token is shown once."""

    token: str = Field(
        description="To be borne from now on; empty for the console, whose browser has it in a cookie",
        examples=["xs_3Gd…"],
    )
    person: str
    expires_at: datetime
    level: int = Field(description="Assurance level 0 to 3 (docs/sign-on.md)", examples=[2])
    token_type: Literal["Bearer", "DPoP"] = Field(
        default="Bearer", description="How it is borne: DPoP where a proof of a key came with the login (RFC 9449)"
    )
    device: str = Field(
        default="", description="To be kept on this device and sent with the next login", examples=["xd_9sK…"]
    )

    @classmethod
    def of(cls, signed: SignedIn) -> "SessionView":
        """Return the view of a session."""
        token = signed.token
        return cls(
            token=token.secret,
            person=token.holder,
            expires_at=token.expires_at,
            level=token.level,
            token_type="DPoP" if token.bound.key else "Bearer",
            device=signed.device,
        )

    def kept(self) -> "SessionView":
        """Return the view for a browser that bears the session in a cookie: no script of it gets the secret."""
        return self.model_copy(update={"token": ""})


class TokenView(View):
    """An access token of a business system (RFC 6749, 5.1)."""

    access_token: str = Field(examples=["xc_8Qm…"])
    token_type: Literal["Bearer", "DPoP"] = "Bearer"  # noqa: S105 - the name of a kind of token
    expires_in: int = Field(examples=[900])


class GrantView(View):
    """A duty, and for which organisation."""

    duty: Duty
    organisation: str | None = Field(examples=["O3F6H8J1L4N7Q2S5U9"])


class Me(View):
    """Who the caller is, and with which duties."""

    id: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    name: str = Field(description="Masked name of a person; empty for a business system", examples=["**明"])
    is_client: bool
    level: int = Field(description="Assurance level of this session, 0 to 3 (docs/sign-on.md)", examples=[3])
    proven: int = Field(description="Level of the proofing: no factor lifts a session above it", examples=[3])
    idle_minutes: int | None = Field(
        description="How long this session may be left alone; none: access tokens end by themselves", examples=[15]
    )
    duties: list[GrantView]
    delegated: list[Permission] = Field(
        description="Permissions that delegations to the caller open now, with or without a duty (docs/delegation.md)",
        examples=[["seal:stamp"]],
    )

    @classmethod
    def of(cls, actor: Actor, *, name: str, idle: timedelta | None, opened: list[Permission]) -> "Me":
        """Return the view of an actor: called so, may be left alone so long, and what delegations open."""
        grants = sorted(actor.grants, key=lambda grant: (grant.duty, grant.organisation or ""))
        return cls(
            id=actor.id,
            name=name,
            is_client=actor.is_client,
            level=actor.level,
            proven=actor.proven,
            idle_minutes=None if idle is None else int(idle.total_seconds()) // 60,
            duties=[GrantView(duty=grant.duty, organisation=grant.organisation) for grant in grants],
            delegated=opened,
        )

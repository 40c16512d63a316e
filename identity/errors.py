"""Errors of identity and access.

Invalid
├── CreditCodeMalformed      not a unified social credit code
├── CitizenNumberMalformed   not a citizen identification number
├── PersonNameMalformed      not a name
├── PasswordTooWeak          too short, or too common
├── UsernameMalformed        not a username
├── ClientKeyMalformed       not a public key in JWK form
├── DutyNeedsOrganisation    the duty is held for one organisation, and none is named
├── DutyForNoOrganisation    the duty serves all organisations, and one is named
└── DutyOfSystems            the duty is none of persons
Denied
├── CredentialsWrong         username, password, code or token do not hold
├── AssertionRefused         the client's signed assertion does not hold
├── DutyMissing              the actor does not hold the duty that this needs
└── LevelTooLow              the session proves less than this needs
NotFound
├── SubjectUnknown           no person or organisation by that identifier
├── AccountUnknown           no such account
├── AuthenticatorUnknown     no such authenticator of this person
├── SessionUnknown           no such session of this person
└── ClientUnknown            no such client
Conflict
├── SubjectNotActive         the subject is not proven, frozen or closed
├── SubjectExists            the person or organisation is registered already
├── AccountExists            the person has an account, and chose a password
├── UsernameTaken            the username belongs to somebody else
├── AuthenticatorExists      this one is enrolled already
├── EnrolmentClosed          the first authenticator was not enrolled in time
└── DutiesExclude            one person may not hold these two duties
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound

__all__ = [
    "AccountExists",
    "AccountUnknown",
    "AssertionRefused",
    "AuthenticatorExists",
    "AuthenticatorUnknown",
    "CitizenNumberMalformed",
    "ClientKeyMalformed",
    "ClientUnknown",
    "CredentialsWrong",
    "CreditCodeMalformed",
    "DutiesExclude",
    "DutyForNoOrganisation",
    "DutyMissing",
    "DutyNeedsOrganisation",
    "DutyOfSystems",
    "EnrolmentClosed",
    "LevelTooLow",
    "PasswordTooWeak",
    "PersonNameMalformed",
    "SessionUnknown",
    "SubjectExists",
    "SubjectNotActive",
    "SubjectUnknown",
    "UsernameMalformed",
    "UsernameTaken",
]


class CreditCodeMalformed(Invalid):
    """Not a unified social credit code; `fault` says which part is wrong: form or check."""

    code = "identity.credit_code_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class CitizenNumberMalformed(Invalid):
    """Not a citizen identification number; `fault` says which part is wrong: form, area, date or check."""

    code = "identity.citizen_number_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class PersonNameMalformed(Invalid):
    """A name has 1 to 100 characters, and no control characters."""

    code = "identity.name_malformed"


class PasswordTooWeak(Invalid):
    """A password has at least 12 characters, is not among the common ones, and does not hold the username."""

    code = "identity.password_too_weak"


class UsernameMalformed(Invalid):
    """A username has 3 to 64 lower-case letters, digits, dots, dashes or underscores, and begins with a letter."""

    code = "identity.username_malformed"


class ClientKeyMalformed(Invalid):
    """A client's key is a public key on P-256 in JWK form, without its private part."""

    code = "identity.client_key_malformed"


class DutyNeedsOrganisation(Invalid):
    """This duty is held for one organisation, which must be named."""

    code = "identity.duty_needs_organisation"
    detail_names: ClassVar[tuple[str, ...]] = ("duty",)


class DutyForNoOrganisation(Invalid):
    """This duty serves all organisations alike and cannot be given for one."""

    code = "identity.duty_for_no_organisation"
    detail_names: ClassVar[tuple[str, ...]] = ("duty",)


class DutyOfSystems(Invalid):
    """A business system has this duty by its approval; it is not given to a person."""

    code = "identity.duty_of_systems"


class CredentialsWrong(Denied):
    """The username, the password, the code or the token does not hold. Which one is not told."""

    code = "identity.credentials_wrong"


class AssertionRefused(Denied):
    """The client's signed assertion does not hold; `fault` says why: signature, claims, time or replay."""

    code = "identity.assertion_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class DutyMissing(Denied):
    """The actor does not hold the duty that this needs, or not for this organisation."""

    code = "identity.duty_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("duty",)


class LevelTooLow(Denied):
    """The session proves less than this needs; log in with a further factor (RFC 9470)."""

    code = "identity.level_too_low"
    detail_names: ClassVar[tuple[str, ...]] = ("held", "needed")


class SubjectUnknown(NotFound):
    """There is no person or organisation by that identifier."""

    code = "identity.subject_unknown"


class AccountUnknown(NotFound):
    """There is no such account."""

    code = "identity.account_unknown"


class AuthenticatorUnknown(NotFound):
    """There is no such authenticator of this person."""

    code = "identity.authenticator_unknown"


class SessionUnknown(NotFound):
    """There is no such session of this person; it may have ended."""

    code = "identity.session_unknown"


class ClientUnknown(NotFound):
    """There is no such client."""

    code = "identity.client_unknown"


class SubjectNotActive(Conflict):
    """The person or organisation is not proven yet, is frozen, or is closed."""

    code = "identity.subject_not_active"
    detail_names: ClassVar[tuple[str, ...]] = ("subject", "state")


class SubjectExists(Conflict):
    """The person or organisation is registered already, under the identifier that is told."""

    code = "identity.subject_exists"
    detail_names: ClassVar[tuple[str, ...]] = ("subject",)


class AccountExists(Conflict):
    """The person has an account and has chosen a password already."""

    code = "identity.account_exists"
    detail_names: ClassVar[tuple[str, ...]] = ("subject",)


class UsernameTaken(Conflict):
    """The username belongs to somebody else."""

    code = "identity.username_taken"


class AuthenticatorExists(Conflict):
    """This passkey or certificate is enrolled already."""

    code = "identity.authenticator_exists"


class EnrolmentClosed(Conflict):
    """The first authenticator is enrolled within a day of choosing the password, later with a new activation code."""

    code = "identity.enrolment_closed"


class DutiesExclude(Conflict):
    """One person may not hold these two duties (三员分立)."""

    code = "identity.duties_exclude"
    detail_names: ClassVar[tuple[str, ...]] = ("held", "wanted")

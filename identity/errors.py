"""Errors of identity and access.

Invalid
├── QuotaMalformed           a quota is no number from 1 on
├── ClientTextMalformed      words about a business system that do not do
├── EndMalformed             the end of a duty has passed
├── CreditCodeMalformed      not a unified social credit code
├── CitizenNumberMalformed   not a citizen identification number
├── DocumentMalformed        not an identity document of its kind
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
├── ClientKeyUnknown         no such key of the business system
├── DutyNotHeld              the person does not hold it
├── SubjectUnknown           no person or organisation by that identifier
├── AccountUnknown           no such account
├── AuthenticatorUnknown     no such authenticator of this person
├── SessionUnknown           no such session of this person
└── ClientUnknown            no such client
Conflict
├── ClientKeyExists          the business system has this key
├── ClientKeyLast            its last key
├── ClientKeysTooMany        too many keys at a time
├── LastAdministrator        the last security administrator
├── OwnDuty                  one's own duty
├── AccountFrozen            the account is frozen
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
    "AccountFrozen",
    "AccountUnknown",
    "AssertionRefused",
    "AuthenticatorExists",
    "AuthenticatorUnknown",
    "CitizenNumberMalformed",
    "ClientKeyExists",
    "ClientKeyLast",
    "ClientKeyMalformed",
    "ClientKeyUnknown",
    "ClientKeysTooMany",
    "ClientTextMalformed",
    "ClientUnknown",
    "CredentialsWrong",
    "CreditCodeMalformed",
    "DocumentMalformed",
    "DutiesExclude",
    "DutyForNoOrganisation",
    "DutyMissing",
    "DutyNeedsOrganisation",
    "DutyNotHeld",
    "DutyOfSystems",
    "EndMalformed",
    "EnrolmentClosed",
    "LastAdministrator",
    "LevelTooLow",
    "OwnDuty",
    "PasswordTooWeak",
    "PersonNameMalformed",
    "QuotaMalformed",
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


class DocumentMalformed(Invalid):
    """Not an identity document of its kind; `fault` says which part is wrong: kind, form, country or expired."""

    code = "identity.document_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("kind", "fault")


class PersonNameMalformed(Invalid):
    """A name has 1 to 100 characters, and no control characters."""

    code = "identity.name_malformed"


class PasswordTooWeak(Invalid):
    """A password has 12 to 128 characters and is hard to guess.

    `fault` says what it is not: length, common, personal (a name, a number), breached (it has leaked somewhere).
    """

    code = "identity.password_too_weak"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


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
    """The client's signed assertion does not hold; `fault` says why: its signature, one of its claims, or replay."""

    code = "identity.assertion_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class DutyMissing(Denied):
    """The actor does not hold the duty that this needs, or not for this organisation."""

    code = "identity.duty_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("duty",)


class LevelTooLow(Denied):
    """The session proves less than this needs (RFC 9470); `missing` tells what: a factor, a proofing, or both."""

    code = "identity.level_too_low"
    detail_names: ClassVar[tuple[str, ...]] = ("held", "needed", "missing")


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


class QuotaMalformed(Invalid):
    """A quota is a whole number from 1 on; none: as the settings say for all."""

    code = "identity.quota_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class ClientTextMalformed(Invalid):
    """The name, description or contact of a business system is empty, too long, or no text."""

    code = "identity.client_text_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class EndMalformed(Invalid):
    """The end of a duty lies in the future."""

    code = "identity.end_malformed"


class ClientKeyUnknown(NotFound):
    """The business system has no such key in use."""

    code = "identity.client_key_unknown"


class DutyNotHeld(NotFound):
    """The person does not hold this duty."""

    code = "identity.duty_not_held"


class ClientKeyExists(Conflict):
    """The business system has this key already, or had it."""

    code = "identity.client_key_exists"


class ClientKeyLast(Conflict):
    """A business system keeps one key: it could not come back."""

    code = "identity.client_key_last"


class ClientKeysTooMany(Conflict):
    """A business system has only so many keys in use; retire one first."""

    code = "identity.client_keys_too_many"
    detail_names: ClassVar[tuple[str, ...]] = ("most",)


class LastAdministrator(Conflict):
    """Somebody has to be a security administrator; appoint another one first."""

    code = "identity.last_administrator"


class OwnDuty(Conflict):
    """Nobody gives a duty to themselves, neither by proposing nor by agreeing."""

    code = "identity.own_duty"


class AccountFrozen(Conflict):
    """The account is frozen; a security administrator lifts it."""

    code = "identity.account_frozen"

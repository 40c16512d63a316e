"""What the registry says of a licence, a QR code, a file: as values, and as the numbered checks of a verdict."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from licence.errors import LicenceIdentifierMalformed
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.records import Licence, StateThen
from seal.verification.files import FileReport
from seal.verification.registry import SealStanding
from trust.verdict import Check, Finding, Outcome, SubIndication, Verdict

__all__ = [
    "HELD_HERE",
    "HOLDER_ENDED",
    "UNRELEASED",
    "ClaimReport",
    "CopyStanding",
    "FileFinding",
    "Standing",
    "copy_check",
    "forged",
    "malformed",
    "no_identifier",
    "nothing_shown",
    "revoked_signer",
    "standing_checks",
    "unknown",
    "unknown_copy",
]

UNRELEASED: Final = frozenset({LicenceState.PREPARED, LicenceState.VOID})
"""States in which nobody may know of a licence: it was not handed out."""

OF_LICENCES: Final = ("licence.", "copy.")
"""What the names of checks on licences and annotated copies begin with."""

HELD_HERE: Final = "the key was revoked since; the registry holds this very code"
HOLDER_ENDED: Final = "the holder's registration has ended since (注销)"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the registry says of a licence at this moment. Names are whole here; who shows them masks them."""

    licence: Licence
    type_name: str
    type_name_en: str
    """Empty where the type has no English name."""

    type_code: str
    issuer: str
    holder: str = field(repr=False)
    """Empty where whoever asks has shown nothing of the licence, and is not told whose it is."""

    expired: bool
    newest: Licence | None = None
    """The edition that has taken its place, or the place of that one; None: it is the newest itself."""

    newest_in_force: bool = False
    annulled: bool = False
    """Whether it was withdrawn as one that should never have been granted."""

    holder_ended: bool = False
    """Whether the holder has died, or was dissolved: the licence says what it said, and nobody holds it any more."""

    then: StateThen | None = None
    """How it stood at the moment that was asked for."""

    @property
    def is_in_force(self) -> bool:
        """Whether the licence proves anything now."""
        return LicenceUse.PROVE in PERMITS[self.licence.state] and not self.expired


@dataclass(frozen=True, kw_only=True)
class CopyStanding:
    """What the registry says of an annotated copy 加注件: of which licence it is, for whom, for what, until when."""

    copy: str
    licence: str
    user: str = field(repr=False)
    cause: str = field(repr=False)
    made_at: datetime
    valid_until: datetime

    def is_expired(self, at: datetime) -> bool:
        """Tell whether nobody may rely on the copy any more."""
        return at >= self.valid_until


@dataclass(frozen=True, kw_only=True)
class ClaimReport:
    """What came of a QR code, or of a licence identifier."""

    verdict: Verdict
    standing: Standing | None = None
    """Of the licence, or of the original of the copy."""

    copy: CopyStanding | None = None
    """Where the code is that of an annotated copy, and not of the licence itself."""

    moment: datetime | None = None
    """The moment of the verdict, where it matters: nothing was asked of the registry where there is none."""


@dataclass(frozen=True, kw_only=True)
class FileFinding:
    """What came of a file: the verdict on it by itself, and what the registry says of the stampings in it."""

    report: FileReport
    seals: tuple[SealStanding, ...] = ()
    standing: Standing | None = None
    """Of the licence that the file is, or is a copy of."""

    copy: CopyStanding | None = None
    """Where the file is no licence itself, and an annotated copy of one."""

    registry: Verdict | None = None
    """The registry's verdict, where the file is one of ours."""

    moment: datetime | None = None
    """The moment of the verdict."""

    @property
    def outcome(self) -> Outcome:
        """Passed only where the file holds by itself and the registry still stands behind it."""
        own = self.report.document.outcome
        if self.registry is None or own is not Outcome.PASSED:
            return own
        return self.registry.outcome

    @property
    def told_by_registry(self) -> tuple[Check, ...]:
        """What anybody is told of what the registry says.

        Of a file that fails by itself, nothing of a licence or a copy: a forger may put a real licence's seal under
        another text, and the registry's word on that licence would be read as praise of the forgery.
        """
        checks = () if self.registry is None else self.registry.checks
        if self.report.document.outcome is not Outcome.FAILED:
            return checks
        return tuple(one for one in checks if not one.name.startswith(OF_LICENCES))


def malformed() -> Check:
    """Return the check that a text is that of a QR code, where it is not."""
    reason = "not the text of a licence's QR code"
    return Check(
        step="1",
        name="claim.format",
        finding=Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason),
    )


def forged() -> Check:
    """Return the check that a QR code was signed here, where it was not."""
    reason = "the QR code was not signed by this instance"
    return Check(
        step="2",
        name="claim.signature",
        finding=Finding(sub_indication=SubIndication.SIG_CRYPTO_FAILURE, reason=reason),
    )


def revoked_signer() -> Check:
    """Return the check that a QR code was signed here, where the key was revoked and so may be anybody's."""
    reason = "the key was revoked, and nothing proves that the QR code is older"
    finding = Finding(sub_indication=SubIndication.REVOKED_NO_POE, reason=reason)
    return Check(step="2", name="claim.signature", finding=finding)


def unknown(indication: SubIndication) -> Check:
    """Return the check that the registry knows a licence, where it does not."""
    reason = "the registry does not know this licence"
    return Check(step="3", name="licence.known", finding=Finding(sub_indication=indication, reason=reason))


def no_identifier(error: LicenceIdentifierMalformed) -> Check:
    """Return the check that a text is a licence identifier, where it is not."""
    reason = f"not a licence identifier: {error.details['fault']}"
    finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason)
    return Check(step="1", name="identifier.format", finding=finding)


def nothing_shown() -> Check:
    """Return the check that a document was shown, where only its identifier was: whoever can write can write that."""
    reason = "an identifier alone proves nothing of the paper or file that bears it"
    finding = Finding(sub_indication=SubIndication.SIGNED_DATA_NOT_FOUND, reason=reason)
    return Check(step="6", name="identifier.document", finding=finding)


def standing_checks(standing: Standing) -> list[Check]:
    """Return what the registry says as checks: the licence is known, in force, and not expired.

    Where a past moment was asked for, as the registry knew it then.
    """
    then = standing.then
    if then is not None and (then.state is None or then.state in UNRELEASED):
        reason = f"there was no such licence yet at {then.at:%Y-%m-%d %H:%M:%S}Z"
        early = Finding(sub_indication=SubIndication.NOT_YET_VALID, reason=reason)
        return [Check(step="3", name="licence.known", finding=early)]
    state, is_expired = (standing.licence.state, standing.expired) if then is None else (then.state, then.expired)
    stopped: Finding | None = None
    if state is None or LicenceUse.PROVE not in PERMITS[state]:
        indication = SubIndication.REVOKED
        stopped = Finding(sub_indication=indication, reason=f"the licence is {state} in the registry")
    expired: Finding | None = None
    if is_expired:
        first, last = standing.licence.valid_from, standing.licence.last_day
        reason = f"the licence was valid until {last}"
        if then is not None:
            reason = f"the licence is valid from {first} to {last or 'no end'}, not at {then.at:%Y-%m-%d %H:%M}Z"
        expired = Finding(sub_indication=SubIndication.EXPIRED, reason=reason)
    return [
        Check(step="3", name="licence.known", note=HOLDER_ENDED if standing.holder_ended else ""),
        Check(step="4", name="licence.state", finding=stopped),
        Check(step="5", name="licence.validity", finding=expired),
    ]


def unknown_copy() -> Check:
    """Return the check that the registry knows an annotated copy, where it does not."""
    reason = "the registry does not know this copy"
    finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
    return Check(step="3", name="copy.known", finding=finding)


def copy_check(copy: CopyStanding, at: datetime) -> Check:
    """Return the check that an annotated copy may still be relied on."""
    finding: Finding | None = None
    if copy.is_expired(at):
        reason = f"the copy was valid until {copy.valid_until.isoformat()}"
        finding = Finding(sub_indication=SubIndication.EXPIRED, reason=reason)
    return Check(step="6", name="copy.validity", finding=finding)

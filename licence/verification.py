"""Verification for everyone: what a file or a QR code proves by itself, and what the registry says of it now.

Two questions are kept apart. Does the evidence hold: signatures, seals, time, authorities. And does the registry of
this instance still stand behind it: the licence may be revoked, the seal stopped, since it was made.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from identity.service import IdentityService
from identity.subject import Organisation
from licence.catalogue import Catalogue
from licence.claim import key_identifier, read_claim
from licence.errors import ClaimMalformed, ClaimUntrusted
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.records import StateThen, has_expired, is_annulled, state_at
from licence.repository import Licence, LicenceRepository
from seal.stamping.second_look import VerdictContradicted, look_again
from seal.verification.files import FileReport, judge_file
from seal.verification.registry import SealStanding, standing_of
from seal.verification.registry import standing_checks as seal_checks
from trust.authority import Authorities
from trust.certificates import Certificate
from trust.founding import Role, ServiceKeys
from trust.paths import ValidationPolicy
from trust.store import Reading, Store
from trust.verdict import Check, Finding, Outcome, SubIndication, Verdict
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

__all__ = ["ClaimReport", "CopyLookup", "CopyStanding", "FileFinding", "Standing", "VerificationService"]


LOG: Final = logging.getLogger(__name__)

LOOK_AGAIN: Final = timedelta(seconds=5)
"""Forged QR codes make the keys be read anew no more often than that."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the registry says of a licence at this moment. Names are whole here; who shows them masks them."""

    licence: Licence
    type_name: str
    type_code: str
    issuer: str
    holder: str
    expired: bool
    newest: Licence | None = None
    """The edition that has taken its place, or the place of that one; None: it is the newest itself."""

    newest_in_force: bool = False
    annulled: bool = False
    """Whether it was withdrawn as one that should never have been granted."""

    then: StateThen | None = None
    """How it stood at the moment that was asked for."""

    @property
    def is_in_force(self) -> bool:
        """Whether the licence proves anything now."""
        return LicenceUse.PROVE in PERMITS[self.licence.state] and not self.expired


@dataclass(frozen=True, kw_only=True)
class ClaimReport:
    """What came of a QR code."""

    verdict: Verdict
    standing: Standing | None = None


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


CopyLookup = Callable[[Reading, str], CopyStanding | None]
"""Returns the copy that a stamping sealed, if it sealed one."""


def no_copies(_: Reading, __: str) -> None:
    """Know of no copies: for whoever verifies without sharing."""


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

    @property
    def outcome(self) -> Outcome:
        """Passed only where the file holds by itself and the registry still stands behind it."""
        own = self.report.document.outcome
        if self.registry is None or own is not Outcome.PASSED:
            return own
        return self.registry.outcome


class VerificationService:
    """Answers what a file or a QR code is worth. It writes nothing and needs no key."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        catalogue: Catalogue,
        repository: LicenceRepository,
        authorities: Authorities,
        service_keys: ServiceKeys,
        workers: Workers = IN_PROCESS,
        copies: CopyLookup = no_copies,
        policy: ValidationPolicy | None = None,
    ) -> None:
        self.store = store
        self.identity = identity
        self.catalogue = catalogue
        self.repository = repository
        self.authorities = authorities
        self.service_keys = service_keys
        self.workers = workers
        self.copies = copies
        self.policy = policy or ValidationPolicy()
        """What is asked of files beyond the strict rules."""

    def claim(self, text: str, *, then: datetime | None = None) -> ClaimReport:
        """Judge the text of a QR code: its form, its signature, then what the registry says now, and of `then`."""
        try:
            signed = read_claim(text)
        except ClaimMalformed:
            return ClaimReport(verdict=Verdict(checks=(malformed(),)))
        checks = [Check(step="1", name="claim.format")]
        try:
            signed.verify(self.claim_signers(signed.key))
        except ClaimUntrusted:
            return ClaimReport(verdict=Verdict(checks=(*checks, forged())))
        checks.append(Check(step="2", name="claim.signature"))
        with self.store.reading() as view:
            licence = self.repository.by_digest(view, signed.claim.licence)
            if licence is None or licence.state in (LicenceState.PREPARED, LicenceState.VOID):
                reason = "the registry does not know this licence"
                finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
                return ClaimReport(
                    verdict=Verdict(checks=(*checks, Check(step="3", name="licence.known", finding=finding)))
                )
            standing = self.standing(view, licence, then)
        return ClaimReport(verdict=Verdict(checks=(*checks, *standing_checks(standing))), standing=standing)

    def claim_signers(self, named: bytes) -> tuple[Certificate, ...]:
        """Return every certificate that QR codes of ours were ever signed with.

        One that names another may be by a key that has just taken over in another process: then they are read anew.
        """
        keys, role = self.service_keys, Role.LICENCE_CLAIM
        signers = keys.certificates(role)
        if named not in map(key_identifier, signers) and keys.refresh(older_than=LOOK_AGAIN):
            return keys.certificates(role)
        return signers

    def file(self, content: bytes, *, password: str | None = None, then: datetime | None = None) -> FileFinding:
        """Judge a file, and ask the registry about the stampings in it: how things stand now, and stood `then`."""
        with self.store.reading() as view:
            evidence = self.authorities.evidence(view)
            now = view.now
        evidence = replace(evidence, policy=evidence.policy.narrowed_by(self.policy))
        told = self.workers.run(judge_file, content, evidence, now=now, password=password)
        try:
            report = look_again(content, told, evidence, now=now)
        except VerdictContradicted:
            LOG.exception("a worker told a verdict that does not hold")
            raise WorkerExhausted(limit="answer") from None
        with self.store.reading() as view:
            standings, licence, copy = [], None, None
            for one in report.document.signatures:
                seal = standing_of(view, one)
                if seal is None:
                    continue
                standings.append(seal)
                if seal.stamping is not None:
                    licence = licence or self.repository.by_stamping(view, seal.stamping)
                    copy = copy or self.copies(view, seal.stamping)
            if licence is None and copy is not None:
                licence = self.repository.get(view, copy.licence)
            standing = None if licence is None else self.standing(view, licence, then)
        if not standings:
            return FileFinding(report=report)
        checks = [check for one in standings for check in seal_checks(one)]
        if standing is not None:
            checks += standing_checks(standing)
        if copy is not None:
            checks.append(copy_check(copy, now))
        registry = Verdict(checks=tuple(checks))
        return FileFinding(report=report, seals=tuple(standings), standing=standing, copy=copy, registry=registry)

    def standing(self, view: Reading, licence: Licence, then: datetime | None = None) -> Standing:
        """Return what the registry says of a licence at this moment, and of the moment `then`."""
        kind = self.catalogue.version(view, licence.type, licence.type_version)
        holder = self.identity.require_subject(view, licence.holder)
        superseded = licence.state is LicenceState.SUPERSEDED
        newest = self.repository.newest_released(view, licence.chain) if superseded else None
        is_told = then is not None or licence.state is LicenceState.WITHDRAWN
        history = self.repository.history(view, licence.id) if is_told else ()
        return Standing(
            licence=licence,
            type_name=kind.name,
            type_code=kind.code,
            issuer=self.identity.require_organisation(view, licence.issuer).name,
            holder=holder.name if isinstance(holder, Organisation) else holder.name.value,
            expired=has_expired(licence, view.now),
            newest=newest,
            newest_in_force=newest is not None and is_good(newest, view.now),
            annulled=is_annulled(history),
            then=None if then is None else state_at(licence, history, then),
        )


def is_good(licence: Licence, at: datetime) -> bool:
    """Tell whether a licence proves anything, as it stands, at a moment of now."""
    return LicenceUse.PROVE in PERMITS[licence.state] and not has_expired(licence, at)


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


def standing_checks(standing: Standing) -> list[Check]:
    """Return what the registry says as checks: the licence is known, in force, and not expired."""
    state = standing.licence.state
    stopped: Finding | None = None
    if LicenceUse.PROVE not in PERMITS[state]:
        indication = SubIndication.REVOKED
        stopped = Finding(sub_indication=indication, reason=f"the licence is {state.value} in the registry")
    expired: Finding | None = None
    if standing.expired:
        reason = f"the licence was valid until {standing.licence.last_day}"
        expired = Finding(sub_indication=SubIndication.EXPIRED, reason=reason)
    return [
        Check(step="3", name="licence.known"),
        Check(step="4", name="licence.state", finding=stopped),
        Check(step="5", name="licence.validity", finding=expired),
    ]


def copy_check(copy: CopyStanding, at: datetime) -> Check:
    """Return the check that an annotated copy may still be relied on."""
    finding: Finding | None = None
    if copy.is_expired(at):
        reason = f"the copy was valid until {copy.valid_until.isoformat()}"
        finding = Finding(sub_indication=SubIndication.EXPIRED, reason=reason)
    return Check(step="6", name="copy.validity", finding=finding)

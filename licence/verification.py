"""Verification for everyone: what a file or a QR code proves by itself, and what the registry says of it now.

Two questions are kept apart. Does the evidence hold: signatures, seals, time, authorities. And does the registry of
this instance still stand behind it: the licence may be revoked, the seal stopped, since it was made.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, assert_never

from identity.lifecycle import SubjectState
from identity.service import IdentityService
from licence.catalogue import Catalogue
from licence.claim import SignedClaim, code_in, key_identifier
from licence.copy_claim import SignedCopyClaim, read_any_claim
from licence.errors import ClaimMalformed, ClaimUntrusted, LicenceIdentifierMalformed, MomentInFuture
from licence.freshness import Freshness, Grounds, Seen
from licence.inquiry import ClaimText, IdentifierText, identifier_in, inquiry_of
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.number import LicenceIdentifier
from licence.proving import with_records
from licence.records import has_expired, is_annulled, state_at
from licence.repository import Licence, LicenceRepository
from licence.standing import (
    HELD_HERE,
    UNRELEASED,
    ClaimReport,
    CopyStanding,
    FileFinding,
    Standing,
    copy_check,
    forged,
    malformed,
    no_identifier,
    nothing_shown,
    revoked_signer,
    standing_checks,
    unknown,
    unknown_copy,
)
from seal import repository as seals
from seal.records import Seal
from seal.verification.files import FileReport, judge_file
from seal.verification.record import Record, record_of
from seal.verification.registry import standing_checks as seal_checks
from seal.verification.registry import standing_of
from seal.verification.second_look import VerdictContradicted, look_again
from trust.authority import Authorities
from trust.certificates import Certificate
from trust.founding import Role, ServiceKeys
from trust.paths import Evidence, ValidationPolicy
from trust.pki_repository import is_revoked
from trust.store import Reading, Store
from trust.verdict import Check, SubIndication, Verdict
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

__all__ = [
    "ClaimReport",
    "CopyLookup",
    "CopyStanding",
    "FileFinding",
    "Standing",
    "VerificationService",
    "standing_checks",
]


LOG: Final = logging.getLogger(__name__)

ENDED: Final = frozenset({SubjectState.CLOSED, SubjectState.ERASED})
"""States of holders who hold nothing any more."""

LOOK_AGAIN: Final = timedelta(seconds=5)
"""Forged QR codes make the keys be read anew no more often than that."""


FORMAT_HOLDS: Final = Check(step="1", name="claim.format")
SIGNATURE_HOLDS: Final = Check(step="2", name="claim.signature")

CopyLookup = Callable[[Reading, str], CopyStanding | None]
"""Returns the copy that a stamping sealed, if it sealed one."""


def no_copies(_: Reading, __: str) -> None:
    """Know of no copies: for whoever verifies without sharing."""


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
        copies_named: CopyLookup = no_copies,
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
        self.copies_named = copies_named
        """As `copies`, by the identifier of a copy."""

        self.freshness = Freshness(store, service_keys, repository, identity.repository)
        self.policy = policy or ValidationPolicy()
        """What is asked of files beyond the strict rules."""

    def ask(
        self,
        content: bytes,
        *,
        password: str | None = None,
        at: datetime | None = None,
        signed: bytes | None = None,
    ) -> FileFinding | ClaimReport:
        """Judge whatever it is: a file, the text or the address of a QR code, a licence identifier."""
        asked = inquiry_of(content)
        match asked:
            case ClaimText():
                return self.claim(asked.text, at=at)
            case IdentifierText():
                return self.identifier(asked.text, at=at)
            case None:
                return self.file(content, password=password, at=at, signed=signed)
            case _:
                assert_never(asked)

    def claim(self, text: str, *, at: datetime | None = None) -> ClaimReport:
        """Judge the text of a QR code: its form, its signature, then what the registry says now, or said `at`.

        Raise `MomentInFuture`.
        """
        return self.claim_and_grounds(text, at=at)[0]

    def claim_and_grounds(self, text: str, *, at: datetime | None = None) -> tuple[ClaimReport, Grounds | None]:
        """Judge the text of a QR code, and tell what the answer rests on where it may be asked for again.

        Raise `MomentInFuture`.
        """
        if at is not None:
            with self.store.reading() as view:
                moment_of(view, at)
        try:
            signed = read_any_claim(text)
        except ClaimMalformed:
            return ClaimReport(verdict=Verdict(checks=(malformed(),)), moment=at), None
        signers = self.claim_signers(signed.key)
        try:
            signer = signed.verify(signers)
        except ClaimUntrusted:
            return ClaimReport(verdict=Verdict(checks=(FORMAT_HOLDS, forged())), moment=at), None
        if at is None and isinstance(signed, SignedClaim):
            seen = self.freshness.look(signed.claim.licence, signer)
            if seen is not None:
                grounds = Grounds(licence=signed.claim.licence, signer=signer, fresh=seen.fresh(signers))
                return self.claim_of(seen), grounds
        return self.claim_read(text, signed, signer, at), None

    def claim_of(self, seen: Seen) -> ClaimReport:
        """Return the answer for a code whose signature holds, of what was read in one question."""
        licence = seen.licence
        kind = self.catalogue.naming(licence.type, licence.type_version)
        if kind is None:  # the first time that this version is asked for
            with self.store.reading() as view:
                kind = self.catalogue.named(view, licence.type, licence.type_version)
        standing = Standing(
            licence=licence,
            type_name=kind.name,
            type_name_en=kind.name_en,
            type_code=kind.code,
            issuer=seen.issuer,
            holder=seen.holder.name,
            holder_ended=seen.holder.state in ENDED,
            expired=has_expired(licence, seen.now),
        )
        checks = (FORMAT_HOLDS, SIGNATURE_HOLDS, *standing_checks(standing))
        return ClaimReport(verdict=Verdict(checks=checks), standing=standing, moment=seen.now)

    def claim_read(
        self, text: str, signed: SignedClaim | SignedCopyClaim, signer: Certificate, at: datetime | None
    ) -> ClaimReport:
        """Return the answer for a code whose signature holds, of everything that the registry has on it."""
        checks = [FORMAT_HOLDS]
        copy: CopyStanding | None = None
        with self.store.reading() as view:
            moment = at or view.now
            checks.append(self.signature_check(view, text, signed, signer))
            if checks[-1].finding is not None:
                return ClaimReport(verdict=Verdict(checks=tuple(checks)), moment=moment)
            if isinstance(signed, SignedCopyClaim):
                copy = self.copies_named(view, signed.claim.copy)
                if copy is None:
                    checks.append(unknown_copy())
                    return ClaimReport(verdict=Verdict(checks=tuple(checks)), moment=moment)
            licence = self.repository.by_digest(view, signed.claim.licence)
            if licence is None or licence.state in UNRELEASED:
                checks.append(unknown(SubIndication.SIG_CONSTRAINTS_FAILURE))
                return ClaimReport(verdict=Verdict(checks=tuple(checks)), moment=moment)
            standing = self.standing(view, licence, at)
        checks += standing_checks(standing)
        if copy is not None:
            checks.append(copy_check(copy, moment))
        return ClaimReport(verdict=Verdict(checks=tuple(checks)), standing=standing, copy=copy, moment=moment)

    def signature_check(
        self, view: Reading, text: str, signed: SignedClaim | SignedCopyClaim, signer: Certificate
    ) -> Check:
        """Return the check of a signature that holds: by a revoked key it is worth what else proves the code.

        Whoever has stolen a key signs codes for all licences. The code that the registry holds itself is none of them.
        """
        if not is_revoked(view, signer):
            return SIGNATURE_HOLDS
        licence = self.repository.by_digest(view, signed.claim.licence) if isinstance(signed, SignedClaim) else None
        if licence is not None and licence.claim is not None and code_in(licence.claim) == text:
            return replace(SIGNATURE_HOLDS, note=HELD_HERE)
        return revoked_signer()

    def identifier(self, text: str, *, at: datetime | None = None) -> ClaimReport:
        """Say what the registry says of a licence identifier. Raise `MomentInFuture`.

        Identifiers can be guessed, and anybody can print one: whoever knows no more has shown no licence, is not told
        whose it is, and learns at best that it is undetermined what that proves.
        """
        with self.store.reading() as view:
            moment = moment_of(view, at)
            try:
                identifier = LicenceIdentifier.parse(identifier_in(text))
            except LicenceIdentifierMalformed as error:
                return ClaimReport(verdict=Verdict(checks=(no_identifier(error),)), moment=moment)
            checks = [Check(step="1", name="identifier.format")]
            licence = self.repository.by_identifier(view, str(identifier))
            if licence is None or licence.state in UNRELEASED:
                checks.append(unknown(SubIndication.SIGNED_DATA_NOT_FOUND))
                return ClaimReport(verdict=Verdict(checks=tuple(checks)), moment=moment)
            standing = replace(self.standing(view, licence, at), holder="")
        checks += [*standing_checks(standing), nothing_shown()]
        return ClaimReport(verdict=Verdict(checks=tuple(checks)), standing=standing, moment=moment)

    def claim_signers(self, named: bytes) -> tuple[Certificate, ...]:
        """Return every certificate that QR codes of ours were ever signed with.

        One that names another may be by a key that has just taken over in another process: then they are read anew.
        """
        keys, role = self.service_keys, Role.LICENCE_CLAIM
        signers = keys.certificates(role)
        if named not in map(key_identifier, signers) and keys.refresh(older_than=LOOK_AGAIN):
            return keys.certificates(role)
        return signers

    def file(
        self,
        content: bytes,
        *,
        password: str | None = None,
        at: datetime | None = None,
        signed: bytes | None = None,
    ) -> FileFinding:
        """Judge a file, and ask the registry about the stampings in it: as of now, or of the past moment `at`.

        `signed` is the document that a detached signature covers. Raise `MomentInFuture`, and as `judge_file` does.
        """
        evidence, moment = self.evidence(at)
        judge = partial(self.judged, content, moment=moment, password=password, signed=signed)
        report, _ = with_records(self.store, self.repository, content, evidence, judge=judge, moment=moment)
        return self.finding(report, moment, at)

    def recorded(
        self,
        content: bytes,
        *,
        password: str | None = None,
        at: datetime | None = None,
        signed: bytes | None = None,
    ) -> tuple[FileFinding, Record]:
        """Judge a file as `file` does, and return with it what replays the verdict without this instance."""
        evidence, moment = self.evidence(at)

        judge = partial(self.judged, content, moment=moment, password=password, signed=signed)
        report, evidence = with_records(self.store, self.repository, content, evidence, judge=judge, moment=moment)
        finding = self.finding(report, moment, at)
        record = record_of(
            report,
            evidence,
            judge=judge,
            content=content,
            signed=signed,
            moment=moment,
            registry=finding.told_by_registry,
        )
        return finding, record

    def evidence(self, at: datetime | None) -> tuple[Evidence, datetime]:
        """Return what is trusted, and the moment of the verdict. Raise `MomentInFuture`."""
        with self.store.reading() as view:
            evidence, moment = self.authorities.evidence(view), moment_of(view, at)
        return replace(evidence, policy=evidence.policy.narrowed_by(self.policy)), moment

    def judged(
        self, content: bytes, evidence: Evidence, *, moment: datetime, password: str | None, signed: bytes | None
    ) -> FileReport:
        """Return the verdict on a file by itself: of a worker, and looked at again."""
        told = self.workers.run(judge_file, content, evidence, now=moment, password=password, signed=signed)
        try:
            return look_again(content, told, evidence, now=moment, signed=signed)
        except VerdictContradicted:
            LOG.exception("a worker told a verdict that does not hold")
            raise WorkerExhausted(limit="answer") from None

    def finding(self, report: FileReport, moment: datetime, at: datetime | None) -> FileFinding:
        """Return a verdict with what the registry says of the stampings in the file."""
        with self.store.reading() as view:
            standings, licence, copy = [], None, None
            for one in report.document.signatures:
                seal = standing_of(view, one, at=at)
                if seal is None:
                    continue
                standings.append(seal)
                if seal.stamping is not None:
                    licence = licence or self.repository.by_stamping(view, seal.stamping)
                    copy = copy or self.copies(view, seal.stamping)
            if licence is None and copy is not None:
                licence = self.repository.get(view, copy.licence)
            standing = None if licence is None else self.standing(view, licence, at)
        if not standings:
            return FileFinding(report=report, moment=moment)
        checks = [check for one in standings for check in seal_checks(one)]
        if standing is not None:
            checks += standing_checks(standing)
        if copy is not None:
            checks.append(copy_check(copy, moment))
        return FileFinding(
            report=report,
            seals=tuple(standings),
            standing=standing,
            copy=copy,
            registry=Verdict(checks=tuple(checks)),
            moment=moment,
        )

    def standing(self, view: Reading, licence: Licence, then: datetime | None = None) -> Standing:
        """Return what the registry says of a licence at this moment, and of the moment `then`."""
        kind = self.catalogue.named(view, licence.type, licence.type_version)
        holder = self.identity.named(view, licence.holder)
        superseded = licence.state is LicenceState.SUPERSEDED
        newest = self.repository.newest_released(view, licence.chain) if superseded else None
        is_told = then is not None or licence.state is LicenceState.WITHDRAWN
        history = self.repository.history(view, licence.id) if is_told else ()
        return Standing(
            licence=licence,
            type_name=kind.name,
            type_name_en=kind.name_en,
            type_code=kind.code,
            issuer=self.identity.named(view, licence.issuer).name,
            holder=holder.name,
            holder_ended=holder.state in ENDED,
            expired=has_expired(licence, view.now),
            newest=newest,
            newest_in_force=newest is not None and is_good(newest, view.now),
            annulled=is_annulled(history),
            then=None if then is None else state_at(licence, history, then),
        )

    def seal_of(self, licence: Licence) -> Seal | None:
        """Return the seal that a licence bears, as it stands now."""
        with self.store.reading() as view:
            return seals.get(view, licence.seal)


def moment_of(view: Reading, at: datetime | None) -> datetime:
    """Return the moment that is judged. Raise `MomentInFuture`."""
    if at is not None and at > view.now:
        raise MomentInFuture
    return at or view.now


def is_good(licence: Licence, at: datetime) -> bool:
    """Tell whether a licence proves anything, as it stands, at a moment of now."""
    return LicenceUse.PROVE in PERMITS[licence.state] and not has_expired(licence, at)

"""The OCSP responder (RFC 6960; RFC 5019 for what is cached): who answers for each authority, and what it says.

Each authority appoints a key of its own for this alone. Whether a certificate was issued and revoked is read from the
database at each question, so that a revocation is told at once; what is kept is the signature over an answer that is
still true. A serial number that was never issued is unknown, and never good.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trust import pki_repository as repository
from trust.authority import Authorities
from trust.errors import TrustError, Unavailable
from trust.ocsp import CertificateId, StatusAnswer
from trust.ocsp_requests import OCSPRequest, OCSPRequestMalformed, ResponseStatus, refusal, response, tbs_response
from trust.pki_repository import Authority, Responder
from trust.profiles import OCSP_RESPONDER, Name
from trust.signing import KeyCustody, KeyPurpose, Signer
from trust.status import Revocation
from trust.store import Reading, Store

__all__ = ["ANSWER_LIFETIME", "Answered", "Responders"]

ANSWER_LIFETIME: Final = timedelta(hours=1)
"""How long an answer promises to be the newest, and how long others may keep it."""

KEPT: Final = 10_000
"""Answers that are kept in memory."""

RENEWAL: Final = timedelta(days=10)
"""A responder whose certificate has less than this left gets a new key and a new certificate."""

KeptId = tuple[str, tuple[bytes, ...]]
Statuses = tuple[tuple[bool, Revocation | None], ...]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A response, and how long it may be kept by others: not at all where `until` is None."""

    der: bytes
    at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A response that was signed, with everything that has to be the same for it to be given again."""

    statuses: Statuses
    responder: str
    answered: Answered
    fresh_until: datetime


class Responders:
    """Answers for every authority of the instance. Safe to share between threads."""

    def __init__(self, store: Store, custody: KeyCustody, authorities: Authorities) -> None:
        self.store = store
        self.custody = custody
        self.authorities = authorities
        self.kept_at_most = KEPT
        self.kept: OrderedDict[KeptId, Signed] = OrderedDict()
        self.lock = threading.Lock()

    # --- appointing

    def keep_fresh(self) -> tuple[str, ...]:
        """Appoint a responder for each authority that lacks one, or whose one is about to end. Return their names."""
        with self.store.reading() as view:
            due = [one for one in self.authorities.all(view) if self.is_due(view, one)]
        for authority in due:
            self.appoint(authority)
        return tuple(one.name for one in due)

    def is_due(self, view: Reading, authority: Authority) -> bool:
        """Tell whether an authority that is valid has to appoint a responder now."""
        end = authority.certificate.not_after
        known = repository.responder(view, authority.name)
        if known is None:
            return view.now < end
        return known.certificate.not_after - view.now < RENEWAL and known.certificate.not_after < end

    def appoint(self, authority: Authority) -> Responder:
        """Make a key and a certificate that answer for an authority from now on; the key before it is retired."""
        told = authority.certificate
        subject = Name(common_name=f"{told.common_name} OCSP", organisation=told.organisation)
        with self.store.transaction() as tx:
            ring = f"ocsp {authority.name}"
            key = self.custody.generate(tx, KeyPurpose.REVOCATION_STATUS, authority.key.algorithm, name=ring)
            order = self.authorities.order(tx, OCSP_RESPONDER, subject.der, key, issuer=authority)
        certificate = self.authorities.sign(order)
        appointed = Responder(authority=authority.name, key=key, certificate=certificate)
        with self.store.transaction() as tx:
            before = repository.responder(tx, authority.name)
            self.authorities.record(tx, order, certificate)
            repository.put_responder(tx, appointed)
            if before is not None:
                self.custody.retire(tx, before.key)
        return appointed

    # --- answering

    def answer(self, name: str, encoded: bytes) -> Answered:
        """Return the response to a request about certificates of the authority `name`. It never raises."""
        try:
            request = OCSPRequest.from_der(encoded)
            with self.store.reading() as view:
                authority = repository.authority(view, name)
                known = None if authority is None else repository.responder(view, name)
                if authority is None or known is None:
                    status = ResponseStatus.UNAUTHORIZED if authority is None else ResponseStatus.TRY_LATER
                    return Answered(der=refusal(status))
                if not all(one.is_of(authority.certificate) for one in request.questions):
                    return Answered(der=refusal(ResponseStatus.UNAUTHORIZED))
                statuses = tuple(repository.status(view, name, one.serial) for one in request.questions)
                now = view.now
            return self.signed(authority, known, request, statuses, now)
        except OCSPRequestMalformed:
            return Answered(der=refusal(ResponseStatus.MALFORMED_REQUEST))
        except Unavailable:
            return Answered(der=refusal(ResponseStatus.TRY_LATER))
        except TrustError:
            return Answered(der=refusal(ResponseStatus.INTERNAL_ERROR))

    def signed(
        self, authority: Authority, responder: Responder, request: OCSPRequest, statuses: Statuses, now: datetime
    ) -> Answered:
        """Return what was signed before where it is still true and fresh, else sign it."""
        wanted = (authority.name, tuple(one.der for one in request.questions))
        fingerprint = responder.certificate.fingerprint
        if request.nonce is None:
            with self.lock:
                before = self.kept.get(wanted)
            is_same = before is not None and (before.statuses, before.responder) == (statuses, fingerprint)
            if before is not None and is_same and now < before.fresh_until:
                return before.answered
        answered = self.sign(authority, responder, request, statuses, now)
        if request.nonce is None and answered.until is not None:
            fresh = now + (answered.until - now) / 2
            with self.lock:
                self.kept[wanted] = Signed(
                    statuses=statuses, responder=fingerprint, answered=answered, fresh_until=fresh
                )
                self.kept.move_to_end(wanted)
                while len(self.kept) > self.kept_at_most:
                    self.kept.popitem(last=False)
        return answered

    def sign(
        self, authority: Authority, responder: Responder, request: OCSPRequest, statuses: Statuses, now: datetime
    ) -> Answered:
        """Sign what is known of the certificates that are asked about."""
        this_update = now.replace(microsecond=0)
        until = min(this_update + ANSWER_LIFETIME, responder.certificate.not_after)

        def answer(question: CertificateId, is_known: bool, revocation: Revocation | None) -> StatusAnswer:  # noqa: FBT001
            cutoff = authority.certificate.not_before if is_known else None
            return StatusAnswer(
                id=question,
                is_known=is_known,
                revocation=revocation,
                this_update=this_update,
                next_update=until,
                archive_cutoff=cutoff,
            )

        answers = [answer(question, *status) for question, status in zip(request.questions, statuses, strict=True)]
        tbs = tbs_response(responder.certificate, answers, produced_at=this_update, nonce=request.nonce)
        signature = Signer(self.custody, responder.key).sign(tbs)
        algorithm = responder.key.algorithm.signature_identifier
        encoded = response(tbs, algorithm, signature, [responder.certificate])
        if request.nonce is not None:
            return Answered(der=encoded)
        return Answered(der=encoded, at=this_update, until=until)

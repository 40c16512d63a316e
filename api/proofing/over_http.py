"""A provider of proofing over HTTP: signed questions, signed answers, and personal data in the body alone.

    POST <address>/begin | /result | /match
    {"data", "certificate", "signature"}   signed by us over `xinyin proofing request v1`, the step, data
    {"data", "signature"}                  signed by the provider over `xinyin proofing answer v1`, the step, SM3 of
                                           our data in hexadecimal digits, data

`data` is JSON as text; lines are ended by a line feed; signatures are SM2 with SM3 in Base64. Members are listed in
docs/proofing.md. No interface of the national platforms was at hand: the protocol is this house's own (UNCONFIRMED,
docs/divergences.md), and a vendor's is another adapter behind the same port.

What is not signed by the provider counts for nothing. A question that was read is never put again under another name.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2

from api.proofing.breaker import Breaker
from identity.proofing.errors import ProviderAnswerRefused, ProviderUnavailable
from identity.proofing.proofing import Source
from identity.proofing.provider import Outcome, ProviderAnswer, Question, Started
from trust.certificates import Certificate
from trust.clock import Clock
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.signing import Signer

__all__ = ["MAX_ANSWER", "HTTPProvider"]

REQUEST: Final = "xinyin proofing request v1"
ANSWER: Final = "xinyin proofing answer v1"
MAX_ANSWER: Final = 64 << 10
MAX_TEXT: Final = 2000
RETRY_AFTER: Final = 30
"""Seconds after which somebody may ask a provider again that did not answer."""

ECHOED: Final = ("client", "reference", "nonce")
BEGUN: Final = frozenset({*ECHOED, "transaction", "at", "address"})
JUDGED: Final = frozenset({*ECHOED, "transaction", "at", "outcome", "person", "sources"})
ONCE, TWICE = 1, 2


def base64(content: bytes) -> str:
    """Return Base64."""
    return b64encode(content).decode()


def unavailable() -> ProviderUnavailable:
    """Return the error of a provider that does not answer."""
    return ProviderUnavailable(seconds=RETRY_AFTER)


@dataclass(frozen=True, kw_only=True)
class HTTPProvider:
    """Asks a provider over HTTP. Safe to share between threads."""

    name: str
    """How it stands on record: the host of its address."""

    address: str
    client_name: str
    """Under which the provider knows this instance."""

    certificate: Certificate
    """The provider's, from the operator."""

    credential: Callable[[], tuple[Signer, Certificate]]
    clock: Clock
    breaker: Breaker
    timeout: timedelta
    """For one answer as a whole."""

    client: httpx2.Client = field(repr=False)

    def begin(self, question: Question) -> Started:
        """Let a person come. It is put once: a provider that has read it expects somebody."""
        told = self.ask("begin", question, self.personal(question), members=BEGUN, attempts=ONCE)[0]
        address = text(told, "address")
        if not address.startswith("https://"):
            raise ProviderAnswerRefused(fault="address")
        return Started(transaction=text(told, "transaction"), address=address)

    def result(self, question: Question, transaction: str) -> ProviderAnswer:
        """Return what came of it."""
        return self.judged("result", question, {"transaction": transaction})

    def match(self, question: Question) -> ProviderAnswer:
        """Return what the records say."""
        return self.judged("match", question, self.personal(question))

    def personal(self, question: Question) -> dict[str, str]:
        """Return who is asked about."""
        claimed = question.claimed
        return {"name": claimed.name, "number": claimed.number, "phone": claimed.phone}

    def judged(self, step: str, question: Question, further: Mapping[str, str]) -> ProviderAnswer:
        """Return the answer to a question that can be put twice."""
        told, evidence = self.ask(step, question, further, members=JUDGED, attempts=TWICE)
        sources = told["sources"]
        if not isinstance(sources, list) or not {str(one) for one in sources} <= set(Source):
            raise ProviderAnswerRefused(fault="sources")
        if told["outcome"] not in set(Outcome):
            raise ProviderAnswerRefused(fault="outcome")
        return ProviderAnswer(
            outcome=Outcome(told["outcome"]),
            reference=text(told, "reference"),
            transaction=text(told, "transaction"),
            nonce=text(told, "nonce"),
            person=text(told, "person"),
            sources=frozenset(map(Source, sources)),
            at=moment(text(told, "at")),
            evidence=evidence,
        )

    # --- one exchange

    def ask(
        self,
        step: str,
        question: Question,
        further: Mapping[str, str],
        *,
        members: frozenset[str],
        attempts: int,
    ) -> tuple[Mapping[str, Any], str]:
        """Return what the provider has signed, with the SM3 of it."""
        asked = {
            "client": self.client_name,
            "reference": question.reference,
            "nonce": question.nonce,
            "method": question.method.value,
            "at": self.clock.now().isoformat(),
            **further,
        }
        data = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
        signer, own = self.credential()
        signature = signer.sign(f"{REQUEST}\n{step}\n{data}\n".encode())
        body = {"data": data, "certificate": base64(own.der), "signature": base64(signature)}
        with self.breaker.asking():
            answer = self.sent(step, body, reference=question.reference, attempts=attempts)
            told = self.signed(step, data, answer)
            read = members_of(told, members)
            if (read["client"], read["reference"], read["nonce"]) != (
                self.client_name,
                question.reference,
                question.nonce,
            ):
                raise ProviderAnswerRefused(fault="question")
        return read, sm3(told.encode()).hex()

    def signed(self, step: str, data: str, answer: Mapping[str, Any]) -> str:
        """Return what the provider has signed in answer to `data`. Raise `ProviderAnswerRefused`."""
        if not self.certificate.not_before <= self.clock.now() <= self.certificate.not_after:
            raise ProviderAnswerRefused(fault="certificate")
        if set(answer) != {"data", "signature"}:
            raise ProviderAnswerRefused(fault="form")
        told, signature = text(answer, "data", limit=MAX_ANSWER), text(answer, "signature")
        message = f"{ANSWER}\n{step}\n{sm3(data.encode()).hex()}\n{told}\n"
        try:
            self.certificate.verify_message(b64decode(signature, validate=True), message.encode())
        except (ValueError, TrustError):
            raise ProviderAnswerRefused(fault="signature") from None
        return told

    def sent(self, step: str, body: Mapping[str, str], *, reference: str, attempts: int) -> Mapping[str, Any]:
        """Return the answer to a request, after a second attempt where it may be made. Raise `ProviderUnavailable`."""
        for left in reversed(range(attempts)):
            try:
                return self.exchanged(step, body, reference=reference)
            except httpx2.HTTPError:
                if not left:
                    raise unavailable() from None
        raise AssertionError("at least one attempt")  # pragma: no cover - attempts is a constant above

    def exchanged(self, step: str, body: Mapping[str, str], *, reference: str) -> Mapping[str, Any]:
        """Send a request, and return the answer as JSON. What was sent stands in no error."""
        began, answer = self.clock.elapsed(), b""
        url, headers = f"{self.address}/{step}", {"Idempotency-Key": reference}
        with self.client.stream("POST", url, json=dict(body), headers=headers) as response:
            if response.status_code != httpx2.codes.OK:
                raise unavailable()
            for piece in response.iter_bytes():
                answer += piece
                if len(answer) > MAX_ANSWER or self.clock.elapsed() - began > self.timeout:
                    raise unavailable()
        return json_object(answer)


def json_object(content: bytes | str) -> Mapping[str, Any]:
    """Return a JSON object, or raise `ProviderAnswerRefused`."""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ProviderAnswerRefused(fault="form")
    return read


def members_of(told: str, members: frozenset[str]) -> Mapping[str, Any]:
    """Return the members of what was signed, which are exactly these. Raise `ProviderAnswerRefused`."""
    read = json_object(told)
    if set(read) != members:
        raise ProviderAnswerRefused(fault="members")
    return read


def text(read: Mapping[str, Any], name: str, *, limit: int = MAX_TEXT) -> str:
    """Return a member that is text, or raise `ProviderAnswerRefused`."""
    value = read[name]
    if not isinstance(value, str) or not 0 < len(value) <= limit or not value.isprintable():
        raise ProviderAnswerRefused(fault=name)
    return value


def moment(told: str) -> datetime:
    """Return a moment with its zone, in UTC. Raise `ProviderAnswerRefused`."""
    try:
        read = datetime.fromisoformat(told)
    except ValueError:
        raise ProviderAnswerRefused(fault="at") from None
    if read.tzinfo is None:
        raise ProviderAnswerRefused(fault="at")
    return read.astimezone(UTC)

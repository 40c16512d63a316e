"""The platform above, over HTTP: seal notices in two steps, an exchange of names and random numbers, then the task.

    1.  {"parameters": {"idA", "randomA"}}                         → {"result", "msg", "token"}
        token = idB‖randomB‖randomA‖signValue, signed by the platform over idB|randomB|randomA
    2.  {"data": idA‖randomB‖task‖signValue}, signed by us over idA|randomB|task
        task = {"taskCode", "taskData", "taskSignature"}, signed by us over taskCode|taskData
                                                                   → {"result", "msg", "signValue"}
        signed by the platform over idB|randomB|SM3 of the task in hex|result|msg

idA and idB are certificates in Base64 (DER), ‖ stands for `||`, and every signature is SM2 with SM3 in Base64. Steps,
names and tasks are those of a province's client. Its code shows neither the addresses nor the signature of the second
answer, nor which `result` means what: these are UNCONFIRMED (docs/divergences.md) and stand in the constants below.

Nothing that is not signed by the platform counts: a message is never taken for delivered, nor for refused, because
somebody on the way said so. The certificate comes from the operator, not from the answer.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx2

from api.prompt_client import prompt_client
from api.settings import SettingInvalid, Settings
from trust.certificates import Certificate, read_pem
from trust.clock import Clock
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.founding import Role, ServiceKeys
from trust.outbox import CarrierUnavailable, MessageRefused, Receipt
from trust.outbox_repository import Message
from trust.signing import Signer

__all__ = ["UpperPlatform", "configured_platform"]

IDENTITY: Final = "/identity"
TRANSFER: Final = "/transfer"
DONE: Final = "0"
REFUSED: Final = "1"
"""`result`. UNCONFIRMED: 0 is good in the status that the same platform tells of a seal."""

BETWEEN: Final = "||"
SIGNED_BETWEEN: Final = "|"
RANDOM_LENGTH: Final = 16
REPETITION: Final = "Idempotency-Key"
"""Header with the message's name, under which the platform knows a repetition. UNCONFIRMED."""

TIMEOUT: Final = httpx2.Timeout(10.0, connect=5.0)
PATIENCE: Final = timedelta(seconds=30)
"""For one answer as a whole: a server that sends an octet now and then is not waited for."""

MAX_ANSWER: Final = 64 << 10
MAX_WORDS: Final = 500


def encoded(content: bytes) -> str:
    """Return Base64."""
    return b64encode(content).decode()


def compact(value: object) -> str:
    """Return JSON without spaces, as it is signed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def readable(words: str) -> str:
    """Return the platform's words as far as they can be shown to a person."""
    return "".join(one if one.isprintable() else " " for one in words[:MAX_WORDS])


@dataclass(frozen=True)
class UpperPlatform:
    """Delivers seal notices to the platform above. Safe to share between threads."""

    address: str
    certificate: Certificate
    """The platform's, from the operator."""

    identifier: str
    """`provincePubSysId`: under which the platform knows this instance; empty where it needs none."""

    credential: Callable[[], tuple[Signer, Certificate]]
    clock: Clock
    client: httpx2.Client = field(default_factory=lambda: prompt_client(PATIENCE.total_seconds(), timeout=TIMEOUT))

    def deliver(self, message: Message) -> Receipt:
        """Deliver a notice. Raise `CarrierUnavailable`, `SigningUnavailable`, or `MessageRefused`."""
        signer, own = self.credential()
        name = encoded(own.der)
        challenge = self.introduce(name)
        data = {**message.payload["data"]}
        if self.identifier:
            data["provincePubSysId"] = self.identifier
        code, told = message.payload["task"], compact(data)
        signature = encoded(signer.sign(SIGNED_BETWEEN.join((code, told)).encode()))
        task = compact({"taskCode": code, "taskData": told, "taskSignature": signature})
        signature = encoded(signer.sign(SIGNED_BETWEEN.join((name, challenge, task)).encode()))
        body = {"data": BETWEEN.join((name, challenge, task, signature))}
        answer, raw = self.ask(TRANSFER, body, headers={REPETITION: message.id})
        result, words = text(answer, "result"), text(answer, "msg")
        signed = (encoded(self.certificate.der), challenge, sm3(task.encode()).hex(), result, words)
        self.require_signed(signed, text(answer, "signValue"))
        if result == REFUSED:
            raise MessageRefused(answer=readable(words))
        if result != DONE:
            raise CarrierUnavailable(fault="the answer's result is neither 0 nor 1")
        return Receipt(answer=readable(words), proof=raw)

    def introduce(self, name: str) -> str:
        """Say who we are, and return the random number of a platform that has proven who it is."""
        random = secrets.token_hex(RANDOM_LENGTH // 2)
        answer, _ = self.ask(IDENTITY, {"parameters": {"idA": name, "randomA": random}})
        if text(answer, "result") != DONE:
            raise CarrierUnavailable(fault=f"the platform does not accept our name: {readable(text(answer, 'msg'))}")
        parts = text(answer, "token").split(BETWEEN)
        if len(parts) != 4:  # noqa: PLR2004 - idB, randomB, randomA, signValue
            raise CarrierUnavailable(fault="the token has not four parts")
        theirs, challenge, ours, signature = parts
        if theirs != encoded(self.certificate.der):
            raise CarrierUnavailable(fault="the platform names another certificate than the configured one")
        if ours != random:
            raise CarrierUnavailable(fault="the token answers another question")
        if not challenge or SIGNED_BETWEEN in challenge:
            raise CarrierUnavailable(fault="the token holds no random number")
        self.require_signed((theirs, challenge, ours), signature)
        return challenge

    def require_signed(self, fields: tuple[str, ...], signature: str) -> None:
        """Return if the platform has signed these fields with a certificate that is valid now."""
        if not self.certificate.not_before <= self.clock.now() <= self.certificate.not_after:
            raise CarrierUnavailable(fault="the platform's certificate is not valid now")
        try:
            value = b64decode(signature, validate=True)
            self.certificate.verify_message(value, SIGNED_BETWEEN.join(fields).encode())
        except (ValueError, TrustError):
            raise CarrierUnavailable(fault="the platform's signature does not hold") from None

    def ask(
        self, path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, Any], bytes]:
        """Send a request, and return the answer, read and as it came."""
        began = self.clock.elapsed()
        answer = b""
        try:
            with self.client.stream("POST", f"{self.address}{path}", json=dict(body), headers=headers) as response:
                if response.status_code != httpx2.codes.OK:
                    raise CarrierUnavailable(fault=f"HTTP status {response.status_code}")
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > MAX_ANSWER:
                        raise CarrierUnavailable(fault="the answer is far too large")
                    if self.clock.elapsed() - began > PATIENCE:
                        raise CarrierUnavailable(fault="the answer takes too long")
        except httpx2.HTTPError as error:
            raise CarrierUnavailable(fault=type(error).__name__) from None
        try:
            read = json.loads(answer)
        except (ValueError, RecursionError):
            raise CarrierUnavailable(fault="the answer is no JSON") from None
        if not isinstance(read, dict):
            raise CarrierUnavailable(fault="the answer is no JSON object")
        return read, answer


def configured_platform(settings: Settings, service_keys: ServiceKeys, clock: Clock) -> UpperPlatform | None:
    """Return the platform that the settings name, if they do. Raise `SettingInvalid` for a certificate that is none."""
    path = settings.upper_platform_certificate
    if not settings.upper_platform_url or path is None:
        return None
    try:
        content = path.read_bytes()
        certificate = Certificate(next(iter(read_pem(content, "CERTIFICATE")), content))
    except (OSError, TrustError):
        fault = "the file holds no certificate that can be read"
        raise SettingInvalid(setting="TRUST_UPPER_PLATFORM_CERTIFICATE", fault=fault) from None
    return UpperPlatform(
        address=settings.upper_platform_url,
        certificate=certificate,
        identifier=settings.upper_platform_id,
        credential=partial(service_keys.credential, Role.STATUS_PUBLISHER),
        clock=clock,
    )


def text(answer: Mapping[str, Any], name: str) -> str:
    """Return a member of an answer as text: vendors write `result` as a number and as a string."""
    value = answer.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value in (0, 1) else ""
    if isinstance(value, str):
        return value
    raise CarrierUnavailable(fault=f"the answer lacks {name}")

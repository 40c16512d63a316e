"""Records of verdicts, and what somebody asks to have verified: whatever a stranger may hand in."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from licence.inquiry import Inquiry, inquiry_of
from seal.verification.files import judge_file
from seal.verification.record import Record, record_of
from tests.builders import cms_signer
from tests.fakes.clock import NOW
from tests.fuzz import seeds
from tests.fuzz.harness import AnyHarness, Harness
from trust.crypto.sm3 import hash_of

__all__ = ["HARNESSES"]


@cache
def records() -> tuple[bytes, ...]:
    """Return the records of a message that holds, and of one under an unknown root."""
    known, signer = seeds.pki().evidence, cms_signer(seeds.pki().signer)
    message = signer.sign(hash_of(signer.digest, b"content"), content=b"content", signing_time=NOW)
    found = []
    for content in (message, message[:-1] + bytes((message[-1] ^ 1,))):
        record = record_of(
            judge_file(content, known, now=NOW),
            known,
            judge=lambda evidence, content=content: judge_file(content, evidence, now=NOW),  # type: ignore[misc]
            content=content,
            signed=None,
            moment=NOW,
        )
        found.append(record.to_json())
    return tuple(found)


def read_again(octets: bytes) -> Record:
    """Read a record, and write and read what was read."""
    record = Record.read(octets)
    assert Record.read(record.to_json()) == record
    return record


def questions() -> Iterable[bytes]:
    """Return what can be asked."""
    for one in seeds.claims():
        yield one
        yield b"https://trust.example/v/" + one
        yield b'{"claim": "%b"}' % one
    yield b"OID.1.2.156.3005.2.11100000000013338W032.11330100002490218X.202600000042.001.7"


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[Record](name="verification record", seeds=records, read=read_again),
    Harness[Inquiry](name="what is asked", seeds=questions, read=inquiry_of),
)

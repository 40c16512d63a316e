"""What the scripts of the pages are given: by which roots to check, what is ours, and every word that they say."""

import json
from dataclasses import dataclass
from typing import ClassVar, Final

from api.pages.words import WORDS, Language, phrase
from trust.verdict import Outcome

__all__ = ["ACTING", "CHECKING", "READING", "SCANNING", "Scripted"]

ACTING: Final = ("action.copied", "action.not_copied")
"""Said on every page with scripts."""

OUTCOMES: Final = (*(f"outcome.{one}" for one in Outcome), *(f"check.{one}" for one in Outcome))

CHECKING: Final = (
    *ACTING,
    *OUTCOMES,
    *(f"device.lead.{one}" for one in Outcome),
    "check.claim.format",
    "check.claim.signature",
    "check.trust_list.next_update",
    "check.licence.state",
    "check.licence.validity",
    "device.reason.claim.format.FORMAT_FAILURE",
    "device.reason.claim.signature.SIG_CRYPTO_FAILURE",
    "device.reason.claim.signature.NO_CERTIFICATE_CHAIN_FOUND",
    "device.reason.claim.signature.REVOKED_NO_POE",
    "device.reason.trust_list.next_update.TRY_LATER",
    "device.reason.licence.state.REVOKED",
    "device.reason.licence.state.SIG_CONSTRAINTS_FAILURE",
    "device.reason.licence.state.TRY_LATER",
    "device.reason.licence.validity.EXPIRED",
    "device.no_lists",
    "device.age.none",
    "device.age.unknown",
    "device.age.old",
    "licence.no_end",
    "result.zone",
)
"""Said where the device checks a QR code by itself."""

CODES: Final = (
    "code.found",
    "code.claim_of",
    "code.elsewhere",
    "code.other",
    "code.reading",
    "code.none_on_photo",
    "camera.reader",
)

SCANNING: Final = (
    *ACTING,
    *CODES,
    "camera.off",
    "camera.starting",
    "camera.on",
    "camera.insecure",
    "camera.unsupported",
    "camera.denied",
    "camera.none",
    "camera.busy",
)
"""Said where the camera reads codes."""

NEEDS: Final = (
    "registry",
    "revocation",
    "structure",
    "changes",
    "algorithm",
    "trust_list",
    "document",
    "ofd",
    "password",
    "size",
)
"""What only the server can answer of a file (web/src/files/index.ts)."""

ABOUT_FILES: Final = tuple(f"check.{one}" for one in ("file", "pdf", "cms", "sign", "cert", "time_", "trust_", "seal"))

FILE_CHECKS: Final = tuple(key for key in WORDS if key.startswith(ABOUT_FILES))
"""What the checks on a file are called, and what it means where they did not pass."""

READING: Final = (
    *ACTING,
    *CODES,
    *OUTCOMES,
    *FILE_CHECKS,
    *(f"kind.{one}" for one in ("cms", "electronic_seal", "seal_signature", "time_stamp")),
    *(f"file_kind.{one}" for one in ("pdf", "ofd", "seal", "seal_signature", "cms", "unknown")),
    *(f"files.lead.{one}" for one in (*Outcome, "unknown")),
    *(f"files.need.{one}" for one in NEEDS),
    "files.word.passed",
    "files.checking",
    "files.not_here",
    "files.name",
    "files.kilobytes",
    "files.megabytes",
    "files.sent",
    "files.sending",
    "files.offline",
    "file.kind",
    "file.size",
    "result.zone",
    "signature.nameless",
    "signature.signer",
    "signature.signed_at",
    "signature.claimed",
    "signature.proven",
)
"""Said where files are judged on the device."""


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """A page that scripts take part in."""

    spoken: ClassVar[tuple[str, ...]] = ACTING

    language: Language
    anchors: tuple[str, ...] = ()
    """Fingerprints of the roots by which the device checks; none where it checks nothing."""

    origins: tuple[str, ...] = ()
    """The addresses that this service gives as its own: codes that lead elsewhere are told apart by them."""

    @property
    def told(self) -> str:
        """What the scripts say, as JSON that no HTML can end. They have no words of their own."""
        words = {key: phrase(self.language, key) for key in self.spoken}
        return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")

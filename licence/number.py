"""Identifiers of electronic licences 电子证照标识 (GB/T 36904-2018).

    1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>

The text of the standard was not at hand; form and check character were recomputed on public samples
(docs/divergences.md).
"""

import re
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from licence.errors import LicenceIdentifierMalformed, TypeCodeMalformed
from trust.check_character import mod_37_36

__all__ = ["LicenceIdentifier", "require_type_code"]

ROOT: Final = "1.2.156.3005.2"
# Not \d, which takes the digits of every script: one identifier has one spelling.
TYPE_CODE: Final = re.compile(r"[0-9A-Z]{18}[0-9]{3}")
ISSUER: Final = re.compile(r"[0-9A-Z]{18}|[0-9]{6}")
"""A unified social credit code; one real identifier bears a six-digit area code instead, which is read."""

SERIAL: Final = re.compile(r"[0-9A-Z]{1,32}")
VERSION: Final = re.compile(r"[0-9]{3}")


def require_type_code(code: str) -> None:
    """Return if `code` is a licence type code: 18 characters of the defining authority and a number of 3 digits."""
    if not TYPE_CODE.fullmatch(code):
        raise TypeCodeMalformed


@dataclass(frozen=True, kw_only=True)
class LicenceIdentifier:
    """An identifier whose parts are well formed. Its check character is computed, never given."""

    type_code: str
    issuer: str
    serial: str
    version: int = 1

    def __post_init__(self) -> None:
        require_type_code(self.type_code)
        if not ISSUER.fullmatch(self.issuer):
            raise LicenceIdentifierMalformed(fault="issuer")
        if not SERIAL.fullmatch(self.serial):
            raise LicenceIdentifierMalformed(fault="serial")
        if not 1 <= self.version <= 999:  # noqa: PLR2004 - three digits
            raise LicenceIdentifierMalformed(fault="version")

    @classmethod
    def parse(cls, text: str) -> "LicenceIdentifier":
        """Read an identifier and check its check character. Raise `LicenceIdentifierMalformed`."""
        parts = text.removeprefix(ROOT + ".").split(".")
        if not text.startswith(ROOT + ".") or len(parts) != 5:  # noqa: PLR2004 - type, issuer, serial, version, check
            raise LicenceIdentifierMalformed(fault="form")
        type_code, issuer, serial, version, check = parts
        if not VERSION.fullmatch(version) or not TYPE_CODE.fullmatch(type_code):
            raise LicenceIdentifierMalformed(fault="form")
        found = cls(type_code=type_code, issuer=issuer, serial=serial, version=int(version))
        if found.check_character != check:
            raise LicenceIdentifierMalformed(fault="check")
        return found

    @property
    def check_character(self) -> str:
        """ISO/IEC 7064 MOD 37,36 over type, issuer, serial and version, without root and dots."""
        return mod_37_36(f"{self.type_code}{self.issuer}{self.serial}{self.version:03d}")

    @override
    def __str__(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check_character}"

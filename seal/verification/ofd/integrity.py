"""The signed list of the files of an OFD package, which shows what was smuggled in (GM/T 0099-2020, 7.4 and D.1).

OFDEntries.xml names every file that was there when it was signed, and no hash of any: it protects names, not contents.
The text of GM/T 0099 was not at hand; the form is that of the open implementation ofdrw (docs/divergences.md).
"""

from dataclasses import dataclass
from typing import Final

from seal.verification.ofd.package import OFDMalformed, compared, require_within
from seal.verification.ofd.structure import BrokenSignature, FoundSignature, OFDPackage, resolve

__all__ = ["FileListing", "read_listing"]

LISTING: Final = "OFDEntries.xml"
FIELD: Final = "OFDEntries"


@dataclass(frozen=True, kw_only=True)
class FileListing:
    """A list of files, and the signed message over it."""

    message: FoundSignature
    listed: frozenset[str]
    """The files that it names, by their names as compared."""


def read_listing(package: OFDPackage) -> FileListing | BrokenSignature | None:
    """Return the list of files of a package, if it has one. Raise `OFDLimitExceeded`."""
    file = package.find(LISTING)
    if file is None:
        return None
    try:
        node = package.xml(file, "DocEntries")
        entries = node.require("FileList").all("File")
        require_within("entries", len(entries), package.limits.entries)
        value_file = package.require("SignedValueLoc", node.require("SignedValueLoc").text)
        message = FoundSignature(
            field=FIELD,
            is_seal=False,
            file=file,
            xml=package.read(file, "xml", package.limits.xml),
            time="",
            check_method="",
            references=(),
            value_file=value_file,
            value=package.read(value_file, "value", package.limits.value),
        )
        listed = frozenset(compared(resolve(one.attributes.get("FileLoc", ""), "")) for one in entries)
    except OFDMalformed as error:
        return BrokenSignature(field=FIELD, is_seal=False, reason=str(error))
    return FileListing(message=message, listed=listed)

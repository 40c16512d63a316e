"""Reading anchors, certificates and revocation lists from files, for whoever verifies by command line.

A path is a PEM or DER file, a folder of such files, or a trust folder as the story's evidence is one: `anchors/`, and
beside it `certs/` and `crl/`. What stands in certs/ and crl/ is material: nothing is trusted because of it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from trust.certificates import Certificate, read_pem
from trust.errors import TrustError
from trust.paths import Evidence
from trust.revocation import RevocationList

__all__ = ["MaterialUnreadable", "read_material"]


Kept = TypeVar("Kept", Certificate, RevocationList)


class MaterialUnreadable(Exception):
    """A file or folder that was named as an anchor holds no certificate."""


def read_blocks(path: Path, label: str, kind: Callable[[bytes], Kept]) -> tuple[Kept, ...]:
    """Return what a PEM or DER file holds of a kind; a block that cannot be read takes no other with it."""
    content = path.read_bytes()
    found: list[Kept] = []
    for block in tuple(read_pem(content, label)) or (content,):
        with suppress(TrustError):
            found.append(kind(block))
    return tuple(found)


def certificates_of(path: Path) -> tuple[Certificate, ...]:
    """Return every certificate of a PEM or DER file; none where it holds none."""
    return read_blocks(path, "CERTIFICATE", Certificate)


def lists_of(path: Path) -> tuple[RevocationList, ...]:
    """Return every revocation list of a PEM or DER file; none where it holds none."""
    return read_blocks(path, "X509 CRL", RevocationList)


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def read_material(anchors: Iterable[Path], others: Iterable[Path] = ()) -> Evidence:
    """Return what the named files hold. Raise `MaterialUnreadable` for an anchor that is none."""
    trusted: list[Certificate] = []
    certificates: list[Certificate] = []
    lists: list[RevocationList] = []
    for path in anchors:
        if path.is_dir():
            folder = path / "anchors" if (path / "anchors").is_dir() else path
            found = tuple(one for file in files_of(folder) for one in certificates_of(file))
            certificates += [one for file in files_of(folder.parent / "certs") for one in certificates_of(file)]
            lists += [one for file in files_of(folder.parent / "crl") for one in lists_of(file)]
        else:
            found = certificates_of(path) if path.is_file() else ()
        if not found:  # else everything is undetermined, and nobody sees that it was the wrong one
            raise MaterialUnreadable(str(path))
        trusted += found
    for path in others:
        for file in files_of(path) or [path]:
            certificates += certificates_of(file)
            lists += lists_of(file)
    return Evidence(anchors=tuple(trusted), certificates=tuple(certificates), revocation_lists=tuple(lists))

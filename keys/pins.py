"""PINs of tokens and devices, each in a file that its owner alone may read."""

from pathlib import Path

from keys.errors import KeystoreUnavailable
from keys.memory import SecretBuffer

__all__ = ["read_pin"]

OTHERS = 0o077


def read_pin(path: Path | None, *, setting: str) -> SecretBuffer:
    """Read the first line of a file as a PIN. Raise `KeystoreUnavailable`, which names the `setting` and no PIN."""
    if path is None:
        raise KeystoreUnavailable(cure=f"name the file of the PIN in {setting}")
    try:
        if path.stat().st_mode & OTHERS:
            raise KeystoreUnavailable(cure=f"take the file in {setting} away from others: chmod 600")
        first, *_ = path.read_bytes().splitlines() or [b""]
    except OSError:
        raise KeystoreUnavailable(cure=f"put the PIN into the file that {setting} names") from None
    if not first:
        raise KeystoreUnavailable(cure=f"put the PIN into the file that {setting} names")
    return SecretBuffer(first)

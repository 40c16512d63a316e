"""Which key pairs of a device have been handed out: one file a pair, made once and never overwritten.

A device whose pairs its administrators make has them for everybody who asks. Two processes that ask at once must not
get the same one, and none may get a pair that was ever another key's: so a claim is bound to the public half, and a
new pair at the same place is a new pair. A claim whose key never came to be, since its transaction failed, may be
deleted by hand.
"""

import os
from pathlib import Path

from keys.errors import KeystoreUnavailable
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm3 import sm3

__all__ = ["Claims"]


class Claims:
    """The folder of claims. Safe to share between threads and processes of one machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def claim(self, location: str, public_key: PublicKey, *, context: str) -> bool:
        """Claim the pair at `location` for the key that `context` names, and tell whether it was free.

        It is on the disk when this returns. Raise `KeystoreUnavailable` where nothing can be written.
        """
        name = f"{location.replace('/', '-')}-{sm3(public_key.spki).hex()[:32]}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self.write(name, context)
        except OSError:
            cure = "let the service write into the folder of claims beside the keys of the instance"
            raise KeystoreUnavailable(cure=cure) from None

    def write(self, name: str, context: str) -> bool:
        """Make the file `name`, and tell whether it was not there."""
        try:
            with (self.folder / name).open("x") as file:
                file.write(context + "\n")
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            return False
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too is on the disk
        finally:
            os.close(folder)
        return True

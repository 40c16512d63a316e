"""Errors of key custody.

Unavailable
├── SigningUnavailable   (trust.signing) the key cannot be used now
└── KeystoreUnavailable  the root key or a wrapped key cannot be opened
Conflict
└── KeystoreExists       the root key is there already
NotFound
└── KeyUnknown           the custody has no such key
"""

from typing import ClassVar

from trust.errors import Conflict, NotFound, Unavailable

__all__ = ["KeyUnknown", "KeystoreExists", "KeystoreUnavailable"]


class KeystoreUnavailable(Unavailable):
    """The root key is missing, or what it should open does not open: a wrong root key, or a changed record."""

    code = "keys.keystore_unavailable"
    detail_names: ClassVar[tuple[str, ...]] = ("cure",)


class KeystoreExists(Conflict):
    """There is a root key already. Overwriting it would lose every key that it protects."""

    code = "keys.keystore_exists"


class KeyUnknown(NotFound):
    """The custody has no key of that handle."""

    code = "keys.unknown"

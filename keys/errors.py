"""Errors of key custody.

Unavailable
├── SigningUnavailable   (trust.signing) the key cannot be used now
├── KeyLimitReached      the key has signed as often as it may
├── KeystoreUnavailable  the root key or a wrapped key cannot be opened
├── KeystoreSealed       the root key is not there yet: shares are awaited
└── RootMismatch         a root key is there, but not this keystore's
Conflict
├── KeystoreExists       the root key is there already
├── LimitBelowUses       the key has been used more often than that
├── NextRootMissing      the operator has to bring the next root key
├── DeviceUnable         the device has no function for this
├── BackupOutdated       the backup is older than what it would replace
└── WitnessesTooFew      two people other than the one who acts must witness it
NotFound
├── KeyUnknown           the custody has no such key
└── DestructionUnknown   there is no record that this key was destroyed
Invalid
├── RequestNotOfKey      not a request for the certificate of this key
├── AlgorithmNotKept     no device makes keys of this algorithm
├── LimitMalformed       a limit is a number from 1 on
├── BackupMalformed      the file is no backup of keys
├── SharesMalformed      a share is not one
├── SharesMixed          shares of different root keys
├── SharesRepeated       a share is there twice
├── SharesTooFew         not enough shares
└── ThresholdImpossible  no such division into shares
Untrusted
└── BackupUntrusted      the backup was changed, or is another keystore's
"""

from typing import ClassVar

from trust.errors import Conflict, Invalid, NotFound, Unavailable, Untrusted

__all__ = [
    "AlgorithmNotKept",
    "BackupMalformed",
    "BackupOutdated",
    "BackupUntrusted",
    "DestructionUnknown",
    "DeviceUnable",
    "KeyLimitReached",
    "KeyUnknown",
    "KeystoreExists",
    "KeystoreSealed",
    "KeystoreUnavailable",
    "LimitBelowUses",
    "LimitMalformed",
    "NextRootMissing",
    "RequestNotOfKey",
    "RootMismatch",
    "SharesMalformed",
    "SharesMixed",
    "SharesRepeated",
    "SharesTooFew",
    "ThresholdImpossible",
    "WitnessesTooFew",
]


class KeystoreUnavailable(Unavailable):
    """The root key is missing, or what it should open does not open: a wrong root key, or a changed record."""

    code = "keys.keystore_unavailable"
    detail_names: ClassVar[tuple[str, ...]] = ("cure",)


class KeystoreSealed(Unavailable):
    """The root key is not in memory yet: the holders of its shares must bring them together."""

    code = "keys.sealed"


class RootMismatch(Unavailable):
    """A root key was given, and it is not the one of this keystore. Nothing was opened with it."""

    code = "keys.root_mismatch"


class KeyLimitReached(Unavailable):
    """The key has been used as often as its limit permits. A new version must take over."""

    code = "keys.limit_reached"


class KeystoreExists(Conflict):
    """There is a root key already. Overwriting it would lose every key that it protects."""

    code = "keys.keystore_exists"


class LimitBelowUses(Conflict):
    """The key has been used more often than the new limit permits."""

    code = "keys.limit_below_uses"
    detail_names: ClassVar[tuple[str, ...]] = ("uses",)


class NextRootMissing(Conflict):
    """The root key comes from the environment, where nobody but the operator can put the next one beside it."""

    code = "keys.next_root_missing"


class DeviceUnable(Conflict):
    """The device has no function for this, as tokens and SDF devices have none for keys in escrow."""

    code = "keys.device_unable"
    detail_names: ClassVar[tuple[str, ...]] = ("device",)


class BackupOutdated(Conflict):
    """The backup was made under an older root key, or of keys that have moved on since."""

    code = "keys.backup_outdated"


class WitnessesTooFew(Conflict):
    """The destruction of a key needs two witnesses (双人见证), neither of whom is the one who destroys it."""

    code = "keys.witnesses_too_few"


class KeyUnknown(NotFound):
    """The custody has no key of that handle."""

    code = "keys.unknown"


class DestructionUnknown(NotFound):
    """There is no record that this key was destroyed."""

    code = "keys.destruction_unknown"


class RequestNotOfKey(Invalid):
    """What is to be signed is not a request for the certificate of this very key."""

    code = "keys.request_not_of_key"


class AlgorithmNotKept(Invalid):
    """No device of this custody makes keys of this algorithm."""

    code = "keys.algorithm_not_kept"
    detail_names: ClassVar[tuple[str, ...]] = ("algorithm",)


class LimitMalformed(Invalid):
    """A limit of uses is a number from 1 on."""

    code = "keys.limit_malformed"


class BackupMalformed(Invalid):
    """The file is not a backup of keys, or not one of a form that this program knows."""

    code = "keys.backup_malformed"


class SharesMalformed(Invalid):
    """A share has a word too many or too few, one that is in no list, or a checksum that does not hold."""

    code = "keys.shares_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("place",)


class SharesMixed(Invalid):
    """The shares are not all of one root key."""

    code = "keys.shares_mixed"


class SharesRepeated(Invalid):
    """One share is there twice. Each counts once."""

    code = "keys.shares_repeated"
    detail_names: ClassVar[tuple[str, ...]] = ("index",)


class SharesTooFew(Invalid):
    """There are fewer shares than the threshold says."""

    code = "keys.shares_too_few"
    detail_names: ClassVar[tuple[str, ...]] = ("there", "needed")


class ThresholdImpossible(Invalid):
    """A root key is divided into 2 to 16 shares, of which at least 2 and at most all are needed."""

    code = "keys.threshold_impossible"


class BackupUntrusted(Untrusted):
    """The backup does not hold: it was changed, or it is of another keystore."""

    code = "keys.backup_untrusted"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)

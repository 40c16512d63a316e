"""Dividing a root key among people 根密钥分片: m of n shares (SLIP-39), and the transcript, which holds none.

The arithmetic is the library's: Shamir's scheme over GF(256), with a checksum in each share and a digest of the secret
that refuses a wrong combination. What the library leaves to its caller is done here: too few, mixed and repeated shares
are each told by name, and the root key that comes out must be the one that the keystore's record knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NoReturn

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share as LibraryShare
from typing_extensions import override

from keys.errors import SharesMalformed, SharesMixed, SharesRepeated, SharesTooFew, ThresholdImpossible
from keys.wrapping import ROOT_KEY_LENGTH, RootKey
from trust.crypto.sm3 import sm3

__all__ = ["Share", "combine", "divide", "transcript"]

MOST: Final = 16
"""Shares that SLIP-39 can tell apart."""

LEAST: Final = 2
"""With a threshold of one, each share would be the root key itself."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """One share, for one person."""

    index: int
    """From 1 on."""

    holder: str
    words: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SM3 of the words, by which the share is known again without being shown."""
        return digest_of(self.words)

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a share is not copied")


def digest_of(words: str) -> str:
    """Return SM3 of the words of a share, in hexadecimal."""
    return sm3(normalised(words).encode()).hex()


def normalised(words: str) -> str:
    """Return the words of a share as it was written, whatever a person made of its spaces and capitals."""
    return " ".join(words.lower().split())


def divide(root: RootKey, *, threshold: int, holders: Sequence[str]) -> tuple[Share, ...]:
    """Return a share for each holder, of which `threshold` together are the root key. Raise `ThresholdImpossible`."""
    if not LEAST <= threshold <= len(holders) <= MOST:
        raise ThresholdImpossible
    (group,) = generate_mnemonics(1, [(threshold, len(holders))], root.secret)
    return tuple(
        Share(index=index, holder=holder, words=words)
        for index, (holder, words) in enumerate(zip(holders, group, strict=True), start=1)
    )


def combine(texts: Sequence[str]) -> RootKey:
    """Return the root key that was divided.

    Raise `SharesMalformed` for one that is none, by its place in `texts` from 1 on; `SharesMixed`, `SharesRepeated`, or
    `SharesTooFew`. Whether it is the right root key is for `keys.unsealing.identify` to say.
    """
    shares = [read(text, place=place) for place, text in enumerate(texts, start=1)]
    if not shares:
        raise SharesTooFew(there=0, needed=LEAST)
    first = shares[0]
    if any(one.group_parameters() != first.group_parameters() for one in shares):
        raise SharesMixed
    seen: set[int] = set()
    for one in shares:
        if one.index in seen:
            raise SharesRepeated(index=one.index + 1)
        seen.add(one.index)
    if len(shares) < first.member_threshold:
        raise SharesTooFew(there=len(shares), needed=first.member_threshold)
    try:
        return RootKey(combine_mnemonics(one.mnemonic() for one in shares[: first.member_threshold]))
    except MnemonicError:  # the digest within does not hold: one of them was made for another division
        raise SharesMixed from None


def read(text: str, *, place: int) -> LibraryShare:
    """Return a share as the library has it, or raise `SharesMalformed`."""
    try:
        share = LibraryShare.from_mnemonic(normalised(text))
    except MnemonicError:
        raise SharesMalformed(place=place) from None
    if len(share.value) != ROOT_KEY_LENGTH or share.group_count != 1 or share.member_threshold < LEAST:
        raise SharesMalformed(place=place)
    return share


def transcript(shares: Sequence[Share], *, threshold: int, generation: int, at: datetime, check: bytes) -> str:
    """Return the transcript of a ceremony: who got which share, and how each is known again. It holds no share."""
    lines = [
        "# 根密钥分片记录 Division of the root key",
        "",
        f"{at.isoformat()}，根密钥 root key: {generation}，门限 threshold: {threshold} / {len(shares)}",
        "",
        f"根密钥校验值 check value: `{check.hex()}`",
        "",
        "| 序号 index | 持有人 holder | 分片 SM3 digest of the share |",
        "|---|---|---|",
        *(f"| {one.index} | {one.holder} | `{one.digest}` |" for one in shares),
        "",
    ]
    return "\n".join(lines)

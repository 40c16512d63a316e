"""Dividing a root key: any m of n are the root key, fewer are nothing, and every mistake is told by its name."""

import itertools
import pickle

import pytest
from shamir_mnemonic import generate_mnemonics

from keys.errors import SharesMalformed, SharesMixed, SharesRepeated, SharesTooFew, ThresholdImpossible
from keys.shares import Share, combine, digest_of, divide, transcript
from keys.wrapping import RootKey
from tests.fakes.clock import NOW

SECRET = bytes(range(7, 39))
HOLDERS = ("张三", "李四", "王五", "赵六", "钱七")


def shares(threshold: int = 3, holders: tuple[str, ...] = HOLDERS) -> tuple[Share, ...]:
    """Divide the root key."""
    return divide(RootKey(SECRET), threshold=threshold, holders=holders)


def test_any_of_them_together_are_the_root_key() -> None:
    made = shares()
    assert [(one.index, one.holder) for one in made] == list(enumerate(HOLDERS, start=1))
    for chosen in itertools.permutations(made, 3):
        assert combine([one.words for one in chosen]).secret == SECRET
    assert combine([one.words for one in made]).secret == SECRET


def test_what_a_person_makes_of_spaces_and_capitals() -> None:
    made = shares(2)
    texts = [f"  {made[0].words.upper()}\n", made[1].words.replace(" ", "\n ")]
    assert combine(texts).secret == SECRET
    assert digest_of(texts[0]) == made[0].digest


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few(count: int) -> None:
    with pytest.raises(SharesTooFew) as refused:
        combine([one.words for one in shares()[:count]])
    needed = 3 if count else 2
    assert (refused.value.code, refused.value.details) == ("keys.shares_too_few", {"there": count, "needed": needed})


def test_one_of_them_twice() -> None:
    made = shares(2)
    with pytest.raises(SharesRepeated) as refused:
        combine([made[1].words, made[1].words])
    assert (refused.value.code, refused.value.details) == ("keys.shares_repeated", {"index": 2})


@pytest.mark.parametrize("threshold", [2, 3])
def test_of_two_divisions(threshold: int) -> None:
    with pytest.raises(SharesMixed) as refused:
        combine([*(one.words for one in shares()[:2]), shares(threshold)[2].words])
    assert refused.value.code == "keys.shares_mixed"


@pytest.mark.parametrize("place", [0, 1, 4, 20, 32])
def test_a_word_that_is_another(place: int) -> None:
    made = shares(2)
    words = made[1].words.split()
    words[place] = "academic" if words[place] != "academic" else "acid"
    with pytest.raises(SharesMalformed) as refused:
        combine([made[0].words, " ".join(words)])
    assert (refused.value.code, refused.value.details) == ("keys.shares_malformed", {"place": 2})


@pytest.mark.parametrize("text", ["", "academic", "nonsense words", "academic " * 33, "0" * 64])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(SharesMalformed):
        combine([text])


@pytest.mark.parametrize(
    ("threshold", "groups", "secret"),
    [(1, [(2, 3)], bytes(16)), (1, [(1, 1)], SECRET), (2, [(2, 3), (2, 3)], SECRET)],
    ids=["of a shorter secret", "a share that is the secret itself", "of two groups"],
)
def test_shares_that_others_made(threshold: int, groups: list[tuple[int, int]], secret: bytes) -> None:
    made = generate_mnemonics(threshold, groups, secret)
    with pytest.raises(SharesMalformed):
        combine(made[0])


def test_a_forged_share_does_not_pass() -> None:
    # Its holder knows how to make the checksum, and says what he likes.
    from shamir_mnemonic.share import Share as LibraryShare

    made = [LibraryShare.from_mnemonic(one.words) for one in shares(2)]
    forged = LibraryShare(**{**vars(made[0]), "value": bytes(32)}).mnemonic()
    with pytest.raises(SharesMixed):
        combine([forged, made[1].mnemonic()])


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (0, 3), (4, 3), (2, 1), (2, 17), (2, 0)])
def test_divisions_that_cannot_be(threshold: int, count: int) -> None:
    with pytest.raises(ThresholdImpossible) as refused:
        shares(threshold, tuple(f"holder {number}" for number in range(count)))
    assert refused.value.code == "keys.threshold_impossible"


def test_the_transcript_holds_no_share() -> None:
    made = shares()
    told = transcript(made, threshold=3, generation=2, at=NOW, check=RootKey(SECRET).check_value)
    for one in made:
        assert f"| {one.index} | {one.holder} | `{one.digest}` |" in told
        assert not set(one.words.split()) <= set(told.split())
        assert one.words not in told
    assert RootKey(SECRET).check_value.hex() in told
    assert SECRET.hex() not in told
    assert "3 / 5" in told


def test_a_share_shows_nothing() -> None:
    (first, *_) = shares()
    assert first.words not in repr(first)
    with pytest.raises(TypeError):
        pickle.dumps(first)

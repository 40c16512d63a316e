"""Kinds of seals and their numbers."""

from seal.kinds import TYPE_NUMBERS, SealKind


def test_every_kind_has_a_number_of_its_own() -> None:
    assert set(TYPE_NUMBERS) == set(SealKind)
    assert len(set(TYPE_NUMBERS.values())) == len(SealKind)

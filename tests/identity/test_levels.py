"""Levels: what factors are worth alone and together, and how they are told to business systems."""

import pytest

from identity.levels import Factor, Level, methods_of, strength

P, T, S, K, C = Factor.PASSWORD, Factor.ONE_TIME_CODE, Factor.SYNCED_PASSKEY, Factor.PASSKEY, Factor.CERTIFICATE


@pytest.mark.parametrize(
    ("factors", "level"),
    [
        ((), Level.NONE),
        ((P,), Level.BASIC),
        ((T,), Level.BASIC),
        ((P, T), Level.SUBSTANTIAL),
        ((S,), Level.SUBSTANTIAL),
        ((P, S), Level.SUBSTANTIAL),
        ((P, T, S), Level.SUBSTANTIAL),
        ((K,), Level.HIGH),
        ((C,), Level.HIGH),
        ((P, T, K), Level.HIGH),
    ],
)
def test_factors_are_worth_what_the_table_says(factors: tuple[Factor, ...], level: Level) -> None:
    assert strength(factors) is level


@pytest.mark.parametrize(
    ("factors", "methods"),
    [
        ((P,), ("pwd",)),
        ((P, T), ("mfa", "otp", "pwd")),
        ((K,), ("hwk", "mfa", "user")),
        ((S,), ("mfa", "swk", "user")),
        ((C,), ("sc",)),
        ((P, C), ("mfa", "pwd", "sc")),
    ],
)
def test_factors_are_told_by_their_registered_names(factors: tuple[Factor, ...], methods: tuple[str, ...]) -> None:
    assert methods_of(factors) == methods


def test_a_level_has_a_name_for_business_systems() -> None:
    assert [one.acr for one in Level] == [f"urn:xinyin:level:{number}" for number in range(4)]

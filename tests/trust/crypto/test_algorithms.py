"""Algorithms as data."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from trust.crypto.algorithms import (
    DIGEST_OIDS,
    KEYS,
    SIGNATURES,
    AlgorithmNotSupported,
    Digest,
    KeyKind,
    Strength,
    digest_by_oid,
    end_of_strength,
    key_algorithm,
    rsa_security_bits,
    signature_algorithm,
)
from trust.errors import Invalid


@pytest.mark.parametrize("digest", Digest)
def test_every_digest_has_an_identifier_and_exists(digest: Digest) -> None:
    assert digest_by_oid(digest.oid) is digest
    assert hashlib.new(digest.value).name == digest


def test_identifiers_are_unique() -> None:
    assert len(set(DIGEST_OIDS.values())) == len(Digest)
    assert all(oid == algorithm.oid for oid, algorithm in SIGNATURES.items())


def test_national_identifiers_are_those_of_gbt_33560() -> None:
    assert Digest.SM3.oid == "1.2.156.10197.1.401"
    assert KEYS["sm2"].curve_oid == "1.2.156.10197.1.301"
    for oid in ("1.2.156.10197.1.501", "1.2.156.10197.1.301.1"):
        assert (SIGNATURES[oid].kind, SIGNATURES[oid].digest) == (KeyKind.SM2, Digest.SM3)


def test_the_keys_of_this_house() -> None:
    assert tuple(KEYS) == ("sm2", "p256", "rsa3072", "ml-dsa-65")


@pytest.mark.parametrize("name", KEYS)
def test_own_keys_sign_with_a_strong_known_algorithm_of_their_kind(name: str) -> None:
    key = KEYS[name]
    algorithm = signature_algorithm(key.signature_oid)
    assert (key.name, algorithm.kind, algorithm.digest) == (name, key.kind, key.digest)
    assert algorithm.strength is Strength.STRONG


def test_whatever_uses_sha1_is_broken() -> None:
    for algorithm in SIGNATURES.values():
        assert (algorithm.digest is Digest.SHA1) == (algorithm.strength is Strength.BROKEN)


@pytest.mark.parametrize(
    "oid",
    ["", "1.2", "1.2.156.10197.1.502", "1.2.840.113549.1.1.4", "1.2.840.10045.4.1", "1.2.840.113549.2.5"],
)
def test_unknown_algorithms_are_refused_by_name(oid: str) -> None:
    for look_up in (signature_algorithm, digest_by_oid):
        with pytest.raises(AlgorithmNotSupported) as refused:
            look_up(oid)
        assert refused.value.details == {"oid": oid}
    assert issubclass(AlgorithmNotSupported, Invalid)


# --- looking a key's algorithm up -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KEYS)
def test_an_algorithm_is_found_by_its_parameters(name: str) -> None:
    one = KEYS[name]
    assert key_algorithm(one.key_oid, curve_oid=one.curve_oid, modulus_bits=one.modulus_bits) is one


@pytest.mark.parametrize(
    ("key_oid", "curve_oid", "modulus_bits"),
    [
        ("1.2.840.10045.2.1", None, None),
        ("1.2.840.10045.2.1", "1.3.132.0.34", None),
        ("1.2.840.113549.1.1.1", None, None),
        ("1.2.840.113549.1.1.1", None, 2048),
        ("1.2.840.113549.1.1.1", "1.2.156.10197.1.301", 3072),
        ("2.16.840.1.101.3.4.3.17", None, None),
        ("1.2.156.10197.1.301", None, None),
    ],
)
def test_parameters_of_no_key_of_ours(key_oid: str, curve_oid: str | None, modulus_bits: int | None) -> None:
    with pytest.raises(AlgorithmNotSupported) as refused:
        key_algorithm(key_oid, curve_oid=curve_oid, modulus_bits=modulus_bits)
    assert refused.value.details == {"oid": curve_oid or key_oid}


# --- strengths and ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modulus_bits", "bits"),
    [
        (512, 0),
        (1023, 0),
        (1024, 80),
        (2047, 80),
        (2048, 112),
        (3071, 112),
        (3072, 128),
        (4096, 128),
        (7680, 192),
        (15360, 256),
    ],
)
def test_the_strength_of_rsa(modulus_bits: int, bits: int) -> None:
    assert rsa_security_bits(modulus_bits) == bits


def year(number: int) -> datetime:
    """Return when a year begins."""
    return datetime(number, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bits", "ends"),
    [(0, 2014), (80, 2014), (111, 2014), (112, 2031), (127, 2031), (128, None), (256, None)],
)
def test_when_a_strength_ends(bits: int, ends: int | None) -> None:
    assert end_of_strength(bits) == (None if ends is None else year(ends))


@pytest.mark.parametrize("name", KEYS)
def test_no_key_of_this_house_ends(name: str) -> None:
    assert KEYS[name].security_bits >= 128
    assert KEYS[name].ends is None


def test_nothing_is_signed_over_sha1_since_2014() -> None:
    sha1 = signature_algorithm("1.2.840.113549.1.1.5")
    assert not sha1.has_ended(year(2014) - timedelta(microseconds=1))
    assert sha1.has_ended(year(2014))
    assert sha1.has_ended(year(2026))


def test_only_what_is_broken_has_ended() -> None:
    for algorithm in SIGNATURES.values():
        assert algorithm.has_ended(year(2026)) == (algorithm.strength is Strength.BROKEN)


def test_an_end_is_the_first_moment_at_which_it_no_longer_holds() -> None:
    ending = replace(SIGNATURES["1.2.840.113549.1.1.11"], ends=year(2030))
    moments = (year(2029), year(2030) - timedelta(seconds=1), year(2030), year(2031))
    assert [ending.has_ended(moment) for moment in moments] == [False, False, True, True]


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("sm2", "300a06082a811ccf55018375"),
        ("p256", "300a06082a8648ce3d040302"),
        ("rsa3072", "300d06092a864886f70d01010b0500"),
        ("ml-dsa-65", "300b0609608648016503040312"),
    ],
)
def test_only_rsa_has_parameters_and_they_are_null(name: str, encoded: str) -> None:
    assert KEYS[name].signature_identifier.hex() == encoded


def test_only_sha1_is_a_broken_hash() -> None:
    assert {digest for digest in Digest if digest.strength is Strength.BROKEN} == {Digest.SHA1}

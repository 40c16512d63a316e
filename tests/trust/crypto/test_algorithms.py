"""Algorithms as data."""

import hashlib

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

"""Signed tokens: what is written is read, here and by joserfc; everything else is refused, one change at a time."""

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.jose import JWSAlgorithm, JWSMalformed, compact, half_hash, jwk_of, key_of, read, signed_by, thumbprint
from tests.fakes.custody import MemoryCustody
from trust.crypto.public_keys import PublicKey
from trust.signing import KeyPurpose, KeyReference

CUSTODY = MemoryCustody()
CLAIMS = {"sub": "somebody", "iat": 1, "name": "王小明"}


def made(algorithm: JWSAlgorithm) -> KeyReference:
    return CUSTODY.make(KeyPurpose.TOKEN, algorithm.key_algorithm)


KEYS = {algorithm: made(algorithm) for algorithm in JWSAlgorithm}


def public(algorithm: JWSAlgorithm) -> tuple[JWSAlgorithm, PublicKey]:
    return algorithm, KEYS[algorithm].public_key


def signed(algorithm: JWSAlgorithm, **header: Any) -> str:  # noqa: ANN401 - JSON
    told = {"alg": algorithm.value, "kid": "one", **header}
    return compact(told, CLAIMS, custody=CUSTODY, key=KEYS[algorithm])


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", JWSAlgorithm)
def test_what_is_written_is_read(algorithm: JWSAlgorithm) -> None:
    token = signed(algorithm)
    assert (read(token, public(algorithm)), signed_by(token)) == (CLAIMS, "one")


@pytest.mark.parametrize("algorithm", JWSAlgorithm)
def test_a_key_is_written_and_read(algorithm: JWSAlgorithm) -> None:
    jwk = jwk_of(KEYS[algorithm].public_key, algorithm)
    assert public(algorithm) == key_of(jwk)
    assert (thumbprint(jwk), algorithm.value, "sig") == (jwk["kid"], jwk["alg"], jwk["use"])


def test_others_read_what_is_signed_in_es256() -> None:
    jwk = jwk_of(KEYS[JWSAlgorithm.ES256].public_key, JWSAlgorithm.ES256)
    theirs = ECKey.import_key(dict(jwk))
    assert jwt.decode(signed(JWSAlgorithm.ES256), theirs, algorithms=["ES256"]).claims == CLAIMS
    assert theirs.thumbprint() == jwk["kid"]


@pytest.mark.parametrize("algorithm", JWSAlgorithm)
def test_every_changed_character_is_noticed(algorithm: JWSAlgorithm) -> None:
    token = signed(algorithm)
    for place, character in enumerate(token):
        changed = f"{token[:place]}{'A' if character != 'A' else 'B'}{token[place + 1 :]}"
        with pytest.raises(JWSMalformed):
            read(changed, public(algorithm))


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "SM2SM3"}, {"alg": None}, {"crit": ["exp"]}, {"crit": []}],
)
def test_a_header_that_says_something_else_is_refused(header: dict[str, Any]) -> None:
    token = signed(JWSAlgorithm.ES256, **header)
    with pytest.raises(JWSMalformed):
        read(token, public(JWSAlgorithm.ES256))


@pytest.mark.parametrize("algorithm", JWSAlgorithm)
def test_a_key_of_somebody_else_has_not_signed(algorithm: JWSAlgorithm) -> None:
    with pytest.raises(JWSMalformed):
        read(signed(algorithm), (algorithm, made(algorithm).public_key))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        f"{segment({})}.{segment({})}",
        f"{segment([])}.{segment({})}.{segment({})}",
        f"{segment({})}.{segment([])}.{segment({})}",
        f"{segment({})}.{segment({})}.===",
        f"{segment({})}.{segment({})}.a b",
        f"{segment({})}.bm90IEpTT04.{segment({})}",
        "x" * 8193,
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(JWSMalformed):
        read(token, public(JWSAlgorithm.ES256))
    with pytest.raises(JWSMalformed):
        signed_by(f"{token}.")


def test_the_name_of_a_key_is_text() -> None:
    assert signed_by(signed(JWSAlgorithm.ES256, kid=1)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "RSA"},
        {"kty": None},
        {"crv": "P-384"},
        {"crv": "SM2"},
        {"x": None},
        {"y": 1},
        {"x": "AA"},
        {"x": "="},
        {"y": "A" * 43},
    ],
)
def test_a_key_that_is_none_is_refused(changes: dict[str, Any]) -> None:
    jwk = jwk_of(KEYS[JWSAlgorithm.ES256].public_key, JWSAlgorithm.ES256)
    with pytest.raises(JWSMalformed):
        key_of({**jwk, **changes})


def test_half_a_hash_is_that_of_the_algorithm() -> None:
    # The value of OpenID Connect Core 1.0, A.3: SHA-256 of an access token, its left half.
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert half_hash(token, JWSAlgorithm.ES256) == "77QmUPtjPfzWtF2AnpK9RQ"
    assert half_hash(token, JWSAlgorithm.SM2) != half_hash(token, JWSAlgorithm.ES256)

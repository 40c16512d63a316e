"""ID tokens of another platform: each check, broken alone."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from identity.federation.errors import ArrivalRefused
from identity.federation.id_tokens import LOGOUT_EVENT, Expected, is_known, read_id_token, read_logout_token
from tests.fakes.clock import NOW

ISSUER: Final = "https://sso.province.example"
KEY: Final = ECKey.generate_key("P-256", {"kid": "one"})
OTHER: Final = ECKey.generate_key("P-256", {"kid": "one"})
KEYS: Final = {"keys": [KEY.as_dict(private=False)]}
NEEDED: Final = Expected(issuer=ISSUER, client="xinyin", nonce="a nonce", access_token="a token", now=NOW)
HASH: Final = base64.urlsafe_b64encode(hashlib.sha256(b"a token").digest()[:16]).rstrip(b"=").decode()
SECONDS: Final = int(NOW.timestamp())
MINUTE: Final = 60


def claims(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a claim may be
    """Return good claims, some of them changed, or taken out where the change is None."""
    good = {
        "iss": ISSUER,
        "sub": "u-17",
        "aud": "xinyin",
        "exp": SECONDS + 5 * MINUTE,
        "iat": SECONDS,
        "nonce": "a nonce",
        "at_hash": HASH,
        "acr": "2",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(told: dict[str, Any], *, key: ECKey = KEY, **header: Any) -> str:  # noqa: ANN401 - likewise
    return jwt.encode({"alg": "ES256", "kid": "one", **header}, told, key)


def test_a_good_one_tells_who_it_is() -> None:
    assert read_id_token(signed(claims()), KEYS, NEEDED)["sub"] == "u-17"
    assert read_id_token(signed(claims(at_hash=None, aud=["xinyin"], azp="xinyin")), KEYS, NEEDED)["acr"] == "2"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["xinyin", "other"]}, "audience"),
        ({"azp": "other"}, "audience"),
        ({"exp": None}, "claims"),
        ({"exp": "soon"}, "claims"),
        ({"exp": True}, "claims"),
        ({"exp": SECONDS - MINUTE}, "time"),
        ({"iat": SECONDS - 12 * MINUTE}, "time"),
        ({"iat": SECONDS + 2 * MINUTE}, "time"),
        ({"nonce": "another nonce"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"at_hash": HASH[::-1]}, "hash"),
        ({"sub": ""}, "subject"),
        ({"sub": 17}, "subject"),
        ({"sub": "u" * 256}, "subject"),
        ({"sub": "u\n17"}, "subject"),
        ({"sub": None}, "claims"),
    ],
)
def test_each_claim_is_checked(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ArrivalRefused) as refused:
        read_id_token(signed(claims(**changes)), KEYS, NEEDED)
    assert refused.value.details == {"fault": fault}


def test_only_a_key_of_the_platform_signs() -> None:
    sets: tuple[dict[str, Any], ...] = (
        {"keys": [OTHER.as_dict(private=False)]},
        {"keys": []},
        {"keys": [KEY.as_dict(private=True)]},  # a private key that is published is nobody's any more
        {"keys": [KEY.as_dict(private=False) | {"use": "enc"}]},
        {"keys": ["no key", {"kty": "oct", "k": "AAAA"}]},
        {},
    )
    for keys in sets:
        with pytest.raises(ArrivalRefused, match="signature"):
            read_id_token(signed(claims()), keys, NEEDED)


def test_only_algorithms_of_our_list_sign() -> None:
    secret = OctKey.import_key(json.dumps(KEYS))
    rsa = RSAKey.generate_key(2048, {"kid": "one"})
    with pytest.raises(ArrivalRefused, match="algorithm"):
        read_id_token(jwt.encode({"alg": "HS256", "kid": "one"}, claims(), secret), KEYS, NEEDED)
    none = ".".join(
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "none"}, claims())
    )
    with pytest.raises(ArrivalRefused, match="algorithm"):
        read_id_token(f"{none}.", KEYS, NEEDED)
    with pytest.raises(ArrivalRefused, match="signature"):  # the algorithm of one kind of key with another
        read_id_token(signed(claims()), {"keys": [rsa.as_dict(private=False)]}, NEEDED)
    token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(), rsa)
    assert read_id_token(token, {"keys": [rsa.as_dict(private=False)]}, NEEDED)["sub"] == "u-17"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "é.é.é", "x" * 20_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ArrivalRefused, match=r"signature|length"):
        read_id_token(token, KEYS, NEEDED)


def test_a_key_that_is_not_known_is_told_from_one_that_is() -> None:
    assert is_known(signed(claims()), KEYS)
    assert not is_known(signed(claims(), kid="two"), KEYS)
    assert not is_known("no token", KEYS)
    assert not is_known(signed(claims()), {})


# --- logout tokens


def logout(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    good = {"iss": ISSUER, "sub": "u-17", "aud": "xinyin", "iat": SECONDS, "events": {LOGOUT_EVENT: {}}}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def read(told: dict[str, Any]) -> str:
    found = read_logout_token(signed(told), KEYS, issuer=ISSUER, client="xinyin", now=NOW + timedelta(seconds=1))
    return str(found["sub"])


def test_a_good_logout_token_tells_whose_sessions_end() -> None:
    assert read(logout()) == read(logout(exp=SECONDS + MINUTE)) == "u-17"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"iat": SECONDS - 20 * MINUTE}, "time"),
        ({"iat": None}, "claims"),
        ({"exp": SECONDS - 2 * MINUTE}, "time"),
        ({"events": None}, "claims"),
        ({"events": {"other": {}}}, "claims"),
        ({"nonce": "a nonce"}, "claims"),  # an ID token is no logout token
        ({"sub": None}, "subject"),
    ],
)
def test_each_claim_of_a_logout_token_is_checked(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ArrivalRefused) as refused:
        read(logout(**changes))
    assert refused.value.details == {"fault": fault}

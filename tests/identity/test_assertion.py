"""Signed assertions, RFC 7523: each rule broken, one at a time."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from identity.assertion import CLOCK_SKEW, MAX_JTI, MAX_LENGTH, MAX_LIFETIME, client_of, read_assertion
from identity.errors import AssertionRefused
from tests.fakes.clock import NOW

AUDIENCE = "https://trust.example/oauth2/token"
KEY = ECKey.generate_key("P-256")
PUBLIC: dict[str, Any] = dict(KEY.as_dict(private=False))
SECOND = timedelta(seconds=1)
WHOLE = NOW.replace(microsecond=0)


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


GOOD: dict[str, Any] = {
    "iss": "client",
    "sub": "client",
    "aud": AUDIENCE,
    "jti": "one",
    "exp": stamp(NOW + timedelta(minutes=2)),
}


def signed(header: dict[str, Any] | None = None, key: ECKey = KEY, **changes: Any) -> str:  # noqa: ANN401 - any claim
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return jwt.encode(header or {"alg": "ES256"}, claims, key)


def fault_of(assertion: str, *, at: datetime = NOW) -> str:
    with pytest.raises(AssertionRefused) as refused:
        read_assertion(assertion, [PUBLIC], audiences=[AUDIENCE], now=at)
    return str(refused.value.details["fault"])


def segment(value: Any) -> str:  # noqa: ANN401 - JSON
    encoded = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(encoded).decode().rstrip("=")


@pytest.mark.parametrize("named", [[{}], [[AUDIENCE]], {"a": AUDIENCE}, 7, [], True])
def test_an_audience_is_a_text_or_several(named: Any) -> None:  # noqa: ANN401 - JSON
    """As the service has them, in a set: what cannot be hashed is looked for in none."""
    assertion, audiences = signed(aud=named), frozenset({AUDIENCE})
    with pytest.raises(AssertionRefused) as refused:
        read_assertion(assertion, [PUBLIC], audiences=audiences, now=NOW)
    assert refused.value.details["fault"] == "audience"
    assert read_assertion(signed(aud=[named, AUDIENCE]), [PUBLIC], audiences=audiences, now=NOW).client == "client"


def test_a_good_assertion_is_read() -> None:
    assertion = signed()
    assert client_of(assertion) == "client"
    read = read_assertion(assertion, [PUBLIC], audiences=[AUDIENCE], now=NOW)
    expires_at = datetime.fromtimestamp(GOOD["exp"], UTC) + CLOCK_SKEW
    assert ("client", "one", expires_at) == (read.client, read.jti, read.expires_at)


def test_one_of_several_audiences_will_do() -> None:
    read = read_assertion(signed(aud=["https://other.example", AUDIENCE]), [PUBLIC], audiences=[AUDIENCE], now=NOW)
    assert read.client == "client"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"iss": None}, "issuer"),
        ({"iss": "other"}, "issuer"),
        ({"sub": None}, "issuer"),
        ({"sub": "other"}, "issuer"),
        ({"sub": 1, "iss": 1}, "issuer"),
        ({"sub": ["client"], "iss": ["client"]}, "issuer"),
        ({"aud": None}, "audience"),
        ({"aud": ""}, "audience"),
        ({"aud": "https://trust.example"}, "audience"),
        ({"aud": AUDIENCE + "/"}, "audience"),
        ({"aud": AUDIENCE.upper()}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [[AUDIENCE]]}, "audience"),
        ({"aud": {AUDIENCE: 1}}, "audience"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 1}, "jti"),
        ({"jti": "j" * (MAX_JTI + 1)}, "jti"),
        ({"exp": None}, "claims"),
        ({"exp": "2026-11-22"}, "claims"),
        ({"exp": str(GOOD["exp"])}, "claims"),
        ({"exp": [GOOD["exp"]]}, "claims"),
    ],
)
def test_each_claim_must_be_right(changes: dict[str, Any], fault: str) -> None:
    assert fault_of(signed(**changes)) == fault


def test_a_claim_may_be_as_long_as_the_limit() -> None:
    assert len(read_assertion(signed(jti="j" * MAX_JTI), [PUBLIC], audiences=[AUDIENCE], now=NOW).jti) == MAX_JTI


@pytest.mark.parametrize("exp", [0, -1, True, 10**18, -(10**18), 10**30])
def test_a_moment_beyond_time_is_none(exp: int) -> None:
    assert fault_of(signed(exp=exp)) == "time"


@pytest.mark.parametrize(
    ("expires_at", "fault"),
    [
        (WHOLE - CLOCK_SKEW, "time"),
        (WHOLE - CLOCK_SKEW + SECOND, ""),
        (WHOLE, ""),
        (WHOLE + MAX_LIFETIME + CLOCK_SKEW, ""),
        (WHOLE + MAX_LIFETIME + CLOCK_SKEW + SECOND, "lifetime"),
        (WHOLE + timedelta(days=365), "lifetime"),
    ],
)
def test_an_assertion_lives_shortly(expires_at: datetime, fault: str) -> None:
    assertion = signed(exp=stamp(expires_at))
    if fault:
        assert fault_of(assertion, at=WHOLE) == fault
    else:
        assert read_assertion(assertion, [PUBLIC], audiences=[AUDIENCE], now=WHOLE).client == "client"


def test_an_assertion_is_not_used_before_its_time() -> None:
    # RFC 7523, 3, item 5: before nbf it MUST NOT be accepted.
    assert fault_of(signed(nbf=stamp(NOW + timedelta(minutes=1)))) == "time"
    for begun in (NOW - timedelta(days=1), NOW, WHOLE + CLOCK_SKEW):
        read_assertion(signed(nbf=stamp(begun)), [PUBLIC], audiences=[AUDIENCE], now=NOW)


@pytest.mark.parametrize(("nbf", "fault"), [("now", "claims"), (1.5, "claims"), ([], "claims"), (10**30, "time")])
def test_a_beginning_that_is_no_moment_is_refused(nbf: object, fault: str) -> None:
    assert fault_of(signed(nbf=nbf)) == fault


@pytest.mark.parametrize("character", ["\x00", "\ud800", "\n", "\u202e"])
def test_names_that_no_database_holds_are_none(character: str) -> None:
    # Signed as JSON writes it, with an escape: joserfc itself would not write half a character.
    for name, fault in (("jti", "jti"), ("sub", "issuer")):
        payload = json.dumps({**GOOD, name: f"client{character}"}).encode()
        assertion = jws.serialize_compact({"alg": "ES256"}, payload, KEY)
        assert fault_of(assertion) == fault
        assert client_of(assertion) == ("" if name == "sub" else "client")


def test_another_key_signs_nothing() -> None:
    assert fault_of(signed(key=ECKey.generate_key("P-256"))) == "signature"


def test_the_key_that_an_assertion_brings_along_is_not_asked() -> None:
    stranger = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": stranger.as_dict(private=False)}
    assert fault_of(signed(header, stranger)) == "signature"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_an_assertion_without_a_signature_is_none(algorithm: str) -> None:
    _, body, signature = signed().split(".")
    header = segment({"alg": algorithm})
    for end in ("", signature):
        assert fault_of(f"{header}.{body}.{end}") == "signature"


def test_the_public_key_is_no_shared_secret() -> None:
    # The confusion of algorithms: an HMAC under what everybody knows.
    for known in (KEY.as_pem(private=False), KEY.as_der(private=False), json.dumps(PUBLIC).encode(), b""):
        signed_part = f"{segment({'alg': 'HS256'})}.{segment(GOOD)}"
        tag = hmac.digest(known, signed_part.encode(), "sha256")
        assert fault_of(f"{signed_part}.{segment(tag)}") == "signature"


@pytest.mark.parametrize("curve", [("ES384", "P-384"), ("ES512", "P-521")])
def test_another_algorithm_is_not_taken(curve: tuple[str, str]) -> None:
    algorithm, name = curve
    registry = jws.JWSRegistry(algorithms=[algorithm])
    other = jwt.encode({"alg": algorithm}, GOOD, ECKey.generate_key(name), algorithms=[algorithm], registry=registry)
    assert fault_of(other) == "signature"


@pytest.mark.parametrize(
    "header",
    [
        {},
        [],
        "ES256",
        None,
        1,
        {"alg": None},
        {"alg": ["ES256"]},
        {"alg": {"ES256": 1}},
        {"alg": "ES256", "crit": ["exp"], "exp": 1},
        {"alg": "ES256", "crit": ["b64"], "b64": False},
        {"alg": "ES256", "crit": "b64"},
        b"\xff\xfe",
        b"{",
        b"",
    ],
)
def test_a_strange_header_is_refused(header: object) -> None:
    _, body, signature = signed().split(".")
    assert fault_of(f"{segment(header)}.{body}.{signature}") == "signature"


@pytest.mark.parametrize(
    "payload", [[], "client", 1, None, True, [["sub", "client"]], b"\xff\xfe", b"{", b"", b"[" * 2000]
)
def test_a_strange_payload_names_nobody(payload: object) -> None:
    header, _, signature = signed().split(".")
    assert client_of(f"{header}.{segment(payload)}.{signature}") == ""
    assert fault_of(f"{header}.{segment(payload)}.{signature}") == "signature"


def test_a_huge_assertion_is_not_looked_at() -> None:
    huge = signed(padding="x" * MAX_LENGTH)
    assert len(huge) > MAX_LENGTH
    assert client_of(huge) == ""


@given(st.integers(0), st.integers(1, 255))
def test_no_octet_of_an_assertion_can_be_changed(place: int, mask: int) -> None:
    assertion = bytearray(signed().encode())
    assertion[place % len(assertion)] ^= mask
    try:
        changed = assertion.decode()
    except UnicodeDecodeError:
        return
    try:
        read = read_assertion(changed, [PUBLIC], audiences=[AUDIENCE], now=NOW)
    except AssertionRefused:
        return
    # base64url leaves some bits of its last character unused: what is read is the same.
    assert (read.client, read.jti) == ("client", "one")


@given(st.text(max_size=200))
def test_whatever_is_sent_is_refused_with_our_error(text: str) -> None:
    client_of(text)
    assert fault_of(text) == "signature"

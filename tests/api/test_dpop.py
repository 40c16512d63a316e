"""Sessions and tokens of the API that are bound to a key: who has the secret alone has nothing (RFC 9449)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest

from identity import jose
from identity.dpop import DPoPProofRefused, Request
from identity.errors import DutyMissing, LevelTooLow
from identity.jose import JWSAlgorithm
from identity.levels import Factor
from identity.openid.metadata import AuthMethod
from tests.api.builders import PUBLIC_URL, Service, copied, served
from tests.api.proofs import Holder, hash_of
from tests.api.sign_on import PASSWORD, Human, SignOn, System

ALGORITHMS = 'algs="ES256 SM2SM3"'
ME = "/v1/me"
SESSIONS = "/v1/auth/sessions"


@pytest.fixture(scope="module")
def sign_on(shared: Service) -> SignOn:
    return SignOn(shared)


@pytest.fixture(scope="module")
def human(sign_on: SignOn) -> Human:
    return sign_on.human()


@pytest.fixture(scope="module")
def system(sign_on: SignOn) -> System:
    return sign_on.system()


@pytest.fixture(scope="module")
def holder(shared: Service) -> Holder:
    return Holder(shared)


def told(human: Human) -> dict[str, str]:
    return {"username": human.username, "password": PASSWORD}


def logged_in(holder: Holder, human: Human) -> str:
    answer = holder.ask("POST", SESSIONS, json=told(human))
    assert (answer.status_code, answer.json()["token_type"]) == (201, "DPoP"), answer.text
    return str(answer.json()["token"])


@pytest.fixture(scope="module")
def session(holder: Holder, human: Human) -> str:
    return logged_in(holder, human)


def fault_of(answer: httpx2.Response) -> str:
    """Return what is wrong with a proof, as the answer tells it."""
    assert (answer.status_code, answer.json()["code"]) == (401, "dpop.proof_refused"), answer.text
    assert answer.headers["www-authenticate"] == f'DPoP error="invalid_dpop_proof", {ALGORITHMS}'
    return str(answer.json()["details"]["fault"])


# --- sessions of persons


def test_a_session_is_borne_with_a_proof_of_its_key(holder: Holder, human: Human, session: str) -> None:
    answer = holder.ask("GET", ME, token=session)
    assert (answer.status_code, answer.json()["id"]) == (200, human.person)
    (mine,) = (one for one in holder.ask("GET", SESSIONS, token=session).json() if one["is_this"])
    assert mine["bound"] == "key"


def test_without_its_key_a_session_is_worth_nothing_and_its_owner_keeps_it(
    shared: Service, holder: Holder, session: str
) -> None:
    before = shared.head()
    bare = shared.ask("GET", ME, token=session)
    assert (bare.status_code, bare.json()["code"]) == (401, "request.unauthenticated")
    assert bare.headers["www-authenticate"] == "Bearer"
    thief = Holder(shared).ask("GET", ME, token=session)
    assert (thief.status_code, thief.json()["code"]) == (401, "request.unauthenticated")
    assert thief.headers["www-authenticate"] == f'DPoP error="invalid_token", {ALGORITHMS}'
    noted = [one.facts for one in shared.events(after=before) if one.tag == "session:bear:refused"]
    assert [(one["bound"], one["ended"]) for one in noted] == [("key", False)] * 2
    assert holder.ask("GET", ME, token=session).status_code == 200


def test_a_session_that_is_bound_to_none_is_not_borne_with_one(shared: Service, holder: Holder) -> None:
    token = shared.bearer()
    assert holder.ask("GET", ME, token=token).status_code == 401
    assert shared.ask("GET", ME, token=token).status_code == 200


def test_who_steps_up_keeps_the_key(sign_on: SignOn, holder: Holder) -> None:
    human = sign_on.human("顾恺之")
    token, clock = logged_in(holder, human), sign_on.service.clock
    made = holder.ask("POST", "/v1/auth/authenticators/one-time-codes/secrets", token=token).json()
    app = pyotp.TOTP(made["secret"])
    enrolment = {"secret": made["secret"], "code": app.at(clock.now() - timedelta(seconds=30)), "name": "手机"}
    added = holder.ask("POST", "/v1/auth/authenticators/one-time-codes", token=token, json=enrolment)
    assert added.status_code == 201, added.text
    shown = {"code": app.at(clock.now())}
    stronger = holder.ask("POST", f"{SESSIONS}/current/step-up", token=token, json=shown).json()
    assert (stronger["token_type"], stronger["level"]) == ("DPoP", 2)
    assert holder.ask("GET", ME, token=stronger["token"]).status_code == 200
    assert sign_on.service.ask("GET", ME, token=stronger["token"]).status_code == 401


def test_a_proof_is_good_once(shared: Service, holder: Holder, session: str) -> None:
    headers, before = holder.headers("GET", ME, token=session), shared.head()
    assert shared.ask("GET", ME, headers=headers).status_code == 200
    assert fault_of(shared.ask("GET", ME, headers=headers)) == "replay"
    assert "dpop_proof:use:replayed" in [one.tag for one in shared.events(after=before)]


def test_a_proof_that_was_used_is_forgotten_once_its_age_refuses_it(
    shared: Service, holder: Holder, session: str
) -> None:
    headers = holder.headers("GET", ME, token=session)
    assert shared.ask("GET", ME, headers=headers).status_code == 200
    shared.clock.advance(timedelta(seconds=61))
    assert holder.ask("GET", ME, token=session).status_code == 200
    with shared.instance.base.store.writer.connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM key_proof").scalar_one()
    assert kept == 1
    assert fault_of(shared.ask("GET", ME, headers=headers)) == "time"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"htm": "POST"}, "method"),
        ({"htm": None}, "method"),
        ({"htu": f"{PUBLIC_URL}/v1/persons"}, "address"),
        ({"htu": "https://evil.example/v1/me"}, "address"),
        ({"htu": f"{PUBLIC_URL.replace('https', 'http')}/v1/me"}, "address"),
        ({"htu": "https://trust.example:x/v1/me"}, "address"),
        ({"htu": 7}, "address"),
        ({"iat": -61}, "time"),
        ({"iat": 31}, "time"),
        ({"iat": 1e300}, "time"),
        ({"iat": "now"}, "claims"),
        ({"iat": True}, "claims"),
        ({"iat": None}, "claims"),
        ({"jti": ""}, "claims"),
        ({"jti": "x" * 129}, "claims"),
        ({"jti": "a\x00b"}, "claims"),
        ({"jti": None}, "claims"),
        ({"nonce": 7}, "claims"),
        ({"ath": hash_of("xs_another")}, "token"),
        ({"ath": None}, "token"),
        ({"header": {"typ": "JWT"}}, "form"),
        ({"header": {"typ": None}}, "form"),
        ({"header": {"jwk": None}}, "form"),
        ({"header": {"jwk": {"kty": "RSA", "n": "AQ", "e": "AQAB"}}}, "key"),
        ({"header": {"crit": ["b64"], "b64": True}}, "signature"),
    ],
)
def test_each_part_of_a_proof_is_checked(
    shared: Service, holder: Holder, session: str, changes: dict[str, Any], fault: str
) -> None:
    if isinstance(changes.get("iat"), int) and not isinstance(changes["iat"], bool):
        changes = {"iat": int(shared.clock.now().timestamp()) + changes["iat"]}
    headers = holder.headers("GET", ME, token=session, **changes)
    assert fault_of(shared.ask("GET", ME, headers=headers)) == fault


def test_a_proof_that_grew_too_old_since_it_was_read_is_not_taken(
    shared: Service, holder: Holder, session: str
) -> None:
    """Its first use is forgotten by then, with those of others: it could be used again."""
    proofs, clock = shared.instance.key_proofs, shared.clock
    asked = Request(method="GET", address=f"{PUBLIC_URL}{ME}", secret=session)
    text = holder.proof("GET", ME, token=session)
    assert proofs.take(proofs.read(text, asked)) == holder.thumbprint
    clock.moment = clock.now().replace(microsecond=0) + timedelta(seconds=60)
    again = proofs.read(text, asked)  # at the last moment
    clock.advance(timedelta(seconds=1))
    assert holder.ask("GET", ME, token=session).status_code == 200
    with pytest.raises(DPoPProofRefused) as refused:
        proofs.take(again)
    assert refused.value.details["fault"] == "time"


def test_a_proof_names_the_method_with_which_was_asked(shared: Service, holder: Holder, session: str) -> None:
    answer = shared.ask("HEAD", ME, headers=holder.headers("HEAD", ME, token=session))
    assert (answer.status_code, answer.content) == (200, b"")
    assert shared.ask("HEAD", ME, headers=holder.headers("GET", ME, token=session)).status_code == 401


def test_what_is_asked_of_a_session_is_asked_of_one_that_is_bound(
    shared: Service, holder: Holder, session: str
) -> None:
    """RFC 9470, 3: by the scheme that the request has used."""
    answer = holder.ask("GET", "/v1/me/data", token=session)
    assert answer.json()["code"] == LevelTooLow.code
    assert answer.headers["www-authenticate"].startswith('DPoP error="insufficient_user_authentication", acr_values=')
    bare = shared.ask("GET", "/v1/me/data", token=shared.bearer(factor=Factor.PASSWORD))
    assert bare.headers["www-authenticate"].startswith('Bearer error="insufficient_user_authentication"')


def test_a_mark_within_a_name_begins_no_query(shared: Service, holder: Holder, session: str) -> None:
    path = "/v1/subjects/P7K2M9Q4R8T1W3X5Y6"
    other = holder.headers("GET", path, token=session)
    assert fault_of(shared.ask("GET", f"{path}%3Fx", headers=other)) == "address"
    spelled = holder.headers("GET", f"{path}%3Fx", token=session)
    answer = shared.ask("GET", f"{path}%3Fx", headers=spelled)
    assert answer.json()["code"] == DutyMissing.code  # the proof holds


def test_a_proof_for_the_address_however_it_is_spelled(shared: Service, holder: Holder, session: str) -> None:
    for address in ("HTTPS://TRUST.EXAMPLE:443/v1/me", f"{PUBLIC_URL}/v1/me?x=1#y", f"{PUBLIC_URL}/%76%31/me"):
        headers = holder.headers("GET", ME, token=session, htu=address)
        assert shared.ask("GET", ME, headers=headers).status_code == 200, address


def test_a_proof_that_shows_its_private_key_or_another_ones_is_refused(
    shared: Service, holder: Holder, session: str
) -> None:
    shown = {"jwk": holder.key.as_dict(private=True)}
    assert fault_of(shared.ask("GET", ME, headers=holder.headers("GET", ME, token=session, header=shown))) == "key"
    others = {"jwk": Holder(shared).key.as_dict(private=False)}
    headers = holder.headers("GET", ME, token=session, header=others)
    assert fault_of(shared.ask("GET", ME, headers=headers)) == "signature"


@pytest.mark.parametrize("proof", ["", "a.b.c", "x" * 5000, "none"])
def test_what_is_no_proof_is_refused(shared: Service, session: str, proof: str) -> None:
    assert fault_of(shared.ask("GET", ME, headers={"Authorization": f"DPoP {session}", "DPoP": proof})) == "form"


def test_one_proof_is_brought_and_no_more(shared: Service, holder: Holder, session: str) -> None:
    proofs = [("DPoP", holder.proof("GET", ME, token=session)) for _ in range(2)]
    answer = shared.http.get(ME, headers=[("Authorization", f"DPoP {session}"), *proofs])
    assert fault_of(answer) == "form"
    assert fault_of(shared.ask("GET", ME, headers={"Authorization": f"DPoP {session}"})) == "form"
    assert shared.ask("GET", ME, headers={"Authorization": "DPoP "}).status_code == 401


def test_a_login_with_a_proof_that_does_not_hold_begins_no_session(
    shared: Service, holder: Holder, human: Human
) -> None:
    before = shared.head()
    headers = holder.headers("POST", SESSIONS, htm="GET")
    assert fault_of(shared.ask("POST", SESSIONS, json=told(human), headers=headers)) == "method"
    assert not [one for one in shared.events(after=before) if one.tag.startswith("session:begin")]


def test_verifying_counts_for_who_shows_key_and_token(shared: Service, system: System, holder: Holder) -> None:
    token = own_token(system, holder)
    asked = {"json": {"identifier": "1.2.156.3005.2.x"}}
    assert holder.ask("POST", "/v1/verify", token=token, **asked).status_code != 401
    assert shared.ask("POST", "/v1/verify", token=token, **asked).status_code == 401


# --- tokens of business systems


def own_token(system: System, holder: Holder) -> str:
    path = "/oauth2/token"
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": system.assertion(),
    }
    answer = holder.ask("POST", path, data=form)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.text
    return str(answer.json()["access_token"])


def test_a_business_systems_token_is_bound_as_well(shared: Service, system: System, holder: Holder) -> None:
    token = own_token(system, holder)
    assert holder.ask("GET", ME, token=token).json()["id"] == system.client
    assert shared.ask("GET", ME, token=token).status_code == 401
    assert Holder(shared).ask("GET", ME, token=token).status_code == 401


def test_a_key_in_sm2_is_taken_too(shared: Service, human: Human) -> None:
    base = shared.instance.base
    key = shared.instance.openid.keys.current(JWSAlgorithm.SM2)  # any SM2 key that signs here will do
    jwk = {name: value for name, value in key.jwk.items() if name in ("kty", "crv", "x", "y")}

    def proof(method: str, path: str, token: str = "") -> str:
        claims: dict[str, Any] = {"jti": f"{method} {path}", "htm": method, "htu": f"{PUBLIC_URL}{path}"}
        claims |= {"iat": int(shared.clock.now().timestamp())} | ({"ath": hash_of(token)} if token else {})
        header = {"typ": "dpop+jwt", "alg": "SM2SM3", "jwk": jwk}
        return jose.compact(header, claims, custody=base.custody, key=key.key)

    answer = shared.ask("POST", SESSIONS, json=told(human), headers={"DPoP": proof("POST", SESSIONS)})
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["token"]
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof("GET", ME, token)}
    assert shared.ask("GET", ME, headers=headers).status_code == 200


# --- nonces


def test_with_nonces_a_proof_names_one_that_was_given_lately(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), dpop_nonces=True) as service:
        human, holder = SignOn(service).human(), Holder(service)
        wanted = holder.ask("POST", SESSIONS, json=told(human))
        assert (wanted.status_code, wanted.json()["code"]) == (401, "dpop.nonce_needed")
        assert wanted.headers["www-authenticate"] == f'DPoP error="use_dpop_nonce", {ALGORITHMS}'
        nonce = wanted.headers["dpop-nonce"]
        headers = holder.headers("POST", SESSIONS, nonce=nonce)
        token = service.ask("POST", SESSIONS, json=told(human), headers=headers).json()["token"]
        service.clock.advance(timedelta(minutes=5))
        headers = holder.headers("GET", ME, token=token, nonce=nonce)
        assert service.ask("GET", ME, headers=headers).status_code == 200
        service.clock.advance(timedelta(minutes=5))
        late = service.ask("GET", ME, headers=holder.headers("GET", ME, token=token, nonce=nonce))
        assert late.json()["code"] == "dpop.nonce_needed"
        assert late.headers["dpop-nonce"] != nonce
        form = {"grant_type": "client_credentials", "client_assertion_type": "x"}
        at_token = holder.ask("POST", "/oauth2/par", data={"client_id": app_of(service), **form})
        assert (at_token.status_code, at_token.json()["error"]) == (400, "use_dpop_nonce")
        assert at_token.headers["dpop-nonce"] == late.headers["dpop-nonce"]


def app_of(service: Service) -> str:
    return SignOn(service).system(token_endpoint_auth_method=AuthMethod.NONE).client

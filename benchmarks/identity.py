"""Tokens and logins, against the signature and the Argon2 that they cannot do without.

Issuing is the whole use case in this process: the assertion of a business system is checked, used up, and a token
given for it, in a transaction with its audit event; sixteen systems ask at once, and share commits. Its baseline is the
one ES256 verification by bare calls that proves the assertion. Checking is what each request pays before anything else:
who bears this token, may they act, with which duties and level. Its baseline is the ES256 verification that a token
which carries its own signature would cost instead, without looking anything up. A token that is bound to a key (DPoP)
costs a proof beside it, which is verified and spent, in transactions that requests at the same time share; its baseline
is the one ES256 verification of that proof by bare calls. A login with a password is set against Argon2 alone.
"""

import base64
import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import Instance
from benchmarks.crypto import one_core
from benchmarks.measure import ROUNDS, Result, paired
from identity.authentication.signing_in import LogIn
from identity.binding import Binding
from identity.dpop import Request
from identity.duties import Actor, Duty, Grant
from identity.levels import Factor
from identity.service import RegisterOrganisation, RegisterPerson

__all__ = ["results"]

AT_ONCE = 16
ISSUED = 20
CHECKED = 2_000
PROVEN = 8
"""Few enough that no proof is too old before its turn (60 seconds)."""
LOGINS = 6
PASSWORD = "seven quiet herons at dawn"  # noqa: S105 - of a made-up person
USERNAME = "wang.xiaoming"


@dataclass(frozen=True)
class Rig:
    """An instance with a business system and a person who has an account."""

    instance: Instance
    client: str
    key: ECKey

    def assertion(self) -> str:
        """Return a new assertion of the business system, signed."""
        at = int(self.instance.base.clock.now().timestamp())
        claims = {"iss": self.client, "sub": self.client, "aud": self.instance.base.settings.token_url}
        return jwt.encode({"alg": "ES256"}, {**claims, "jti": secrets.token_hex(8), "exp": at + 120}, self.key)

    def proof(self, request: Request) -> str:
        """Return a new proof of the business system's key for a request that bears a token (RFC 9449, 4.2)."""
        at = int(self.instance.base.clock.now().timestamp())
        digest = hashlib.sha256(request.secret.encode()).digest()
        claims = {"htm": request.method, "htu": request.address, "iat": at, "jti": secrets.token_hex(8)}
        claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        return jwt.encode(header, claims, self.key)


@contextmanager
def rig() -> Iterator[Rig]:
    """Found an instance, with somebody on it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        base = instance.base
        first, second = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("first", "second"))
        command = RegisterOrganisation(name=cast.AUTHORITY.name, credit_code=cast.AUTHORITY.code)
        owner = base.identity.register_organisation(first, command).id
        person = base.identity.register_person(
            first, RegisterPerson(name="王小明", citizen_number=cast.person_number(900))
        )
        for one in (owner, person.id):
            base.identity.prove(second, one)
        base.access.activate(base.access.open_account(first, person.id).secret, username=USERNAME, password=PASSWORD)
        key = ECKey.generate_key("P-256")
        client = base.clients.register_client(
            first, name="benchmark", organisation=owner, public_jwk=key.as_dict(private=False), request_key="client"
        ).id
        base.clients.approve_client(second, client)
        yield Rig(instance, client, key)
        base.store.close()


def verifying() -> Callable[[], object]:
    """Return one ES256 verification by bare calls."""
    private = ec.generate_private_key(ec.SECP256R1())
    public, algorithm = private.public_key(), ec.ECDSA(hashes.SHA256())
    signature = private.sign(b"message", algorithm)
    return lambda: public.verify(signature, b"message", algorithm)


def issuing(stage: Rig) -> Result:
    """Measure access tokens that are given for assertions. The assertions are the caller's work, and made before."""
    ready = [stage.assertion() for _ in range(AT_ONCE * ISSUED * (ROUNDS + 1))]
    clients, theirs = stage.instance.base.clients, verifying()

    def ask(_: int) -> None:
        for _ in range(ISSUED):
            clients.client_token(ready.pop())

    with ThreadPoolExecutor(AT_ONCE) as systems:
        found = paired(
            "identity.token_issue",
            "cryptography by bare calls: verify ES256 once",
            lambda: [theirs() for _ in range(AT_ONCE * ISSUED)],
            lambda: list(systems.map(ask, range(AT_ONCE))),
            times=1,
            unit="per second of CPU",
        )
    each = AT_ONCE * ISSUED
    return replace(found, baseline_value=round(found.baseline_value * each, 2), ours=round(found.ours * each, 2))


def checking(stage: Rig) -> Result:
    """Measure who bears a session of a person with a duty."""
    base = stage.instance.base
    with base.store.transaction() as tx:
        account = base.identities.account_by_username(tx, USERNAME)
        assert account is not None
        base.appointing.add_grant(tx, account.person, Grant(Duty.REGISTRAR), by="benchmark")
        person = base.identity.require_person(tx, account.person)
        token = base.access.add_session(tx, person, {Factor.PASSKEY}, agent="benchmark").secret
    return paired(
        "identity.token_check",
        "cryptography by bare calls: verify ES256 once",
        verifying(),
        lambda: base.access.actor_of(token),
        times=CHECKED,
        unit="per second of CPU",
    )


def checking_with_proofs(stage: Rig) -> Result:
    """Measure who bears a token that is bound to a key. The proofs are the caller's work, and made before."""
    base, proofs = stage.instance.base, stage.instance.key_proofs
    bound = Binding(key=str(stage.key.thumbprint()))
    token = base.clients.client_token(stage.assertion(), bound=bound).secret
    request = Request(method="GET", address=f"{base.settings.public_url}/v1/me", secret=token)
    ready = [stage.proof(request) for _ in range(AT_ONCE * PROVEN * (ROUNDS + 1))]
    theirs = verifying()

    def ask(_: int) -> None:
        for _ in range(PROVEN):
            proof = proofs.read(ready.pop(), request)
            base.access.actor_of(token, Binding(key=proof.key))
            proofs.take(proof)

    with ThreadPoolExecutor(AT_ONCE) as systems:
        found = paired(
            "identity.token_check_dpop",
            "cryptography by bare calls: verify ES256 once",
            lambda: [theirs() for _ in range(AT_ONCE * PROVEN)],
            lambda: list(systems.map(ask, range(AT_ONCE))),
            times=1,
            unit="per second of CPU",
        )
    each = AT_ONCE * PROVEN
    return replace(found, baseline_value=round(found.baseline_value * each, 2), ours=round(found.ours * each, 2))


def logging_in(stage: Rig) -> Result:
    """Measure logins with a password."""
    sign_in, hasher = stage.instance.base.sign_in, PasswordHasher()
    known = hasher.hash(PASSWORD)
    return paired(
        "identity.login",
        "argon2-cffi by bare calls: check a password once",
        lambda: hasher.verify(known, PASSWORD),
        lambda: sign_in.log_in(LogIn(username=USERNAME, password=PASSWORD)),
        times=LOGINS,
        unit="per second of CPU",
    )


def results() -> list[Result]:
    """Measure everything of this module."""
    with one_core(), rig() as stage:
        return [issuing(stage), checking(stage), checking_with_proofs(stage), logging_in(stage)]

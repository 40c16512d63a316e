"""Business systems: registered by one, approved by another, known by the key alone that they registered."""

import sqlite3
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey, OctKey

from identity.duties import Actor, Duty, Grant
from identity.errors import (
    AssertionRefused,
    ClientKeyMalformed,
    ClientTextMalformed,
    ClientUnknown,
    CredentialsWrong,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.lifecycle import ClientState
from identity.repository import Client
from identity.tokens import TOKEN_LIFETIME
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, SECURITY, SYSTEM, Office
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.requests import RequestKeyReused

KEY = ECKey.generate_key("P-256")
PUBLIC: dict[str, Any] = dict(KEY.as_dict(private=False))


def register(office: Office, jwk: dict[str, Any] | None = None, *, organisation: str = "") -> Client:
    owner = organisation or office.organisation().id
    return office.clients.register_client(
        SYSTEM, name="综合业务系统", organisation=owner, public_jwk=jwk or PUBLIC, request_key=uuid4().hex
    )


def test_another_person_approves(office: Office) -> None:
    client = register(office)
    assert (ClientState.REGISTERED, SYSTEM.id) == (client.state, client.last_actor)
    with pytest.raises(FourEyesRequired):
        office.clients.approve_client(SYSTEM, client.id)
    approved = office.clients.approve_client(SECURITY, client.id)
    assert (ClientState.ACTIVE, SECURITY.id) == (approved.state, approved.last_actor)
    with pytest.raises(EventNotPossible):
        office.clients.approve_client(SYSTEM, client.id)
    assert office.tags(client.id) == ["client:register:done", "client:approve:done", "duty:grant:done"]


def test_a_system_is_registered_once_per_key(office: Office) -> None:
    owner = office.organisation().id
    first, again = (
        office.clients.register_client(
            SYSTEM, name="综合业务系统", organisation=owner, public_jwk=PUBLIC, request_key="k"
        )
        for _ in range(2)
    )
    assert first == again
    assert office.tags(first.id) == ["client:register:done"]
    with pytest.raises(RequestKeyReused):
        office.clients.register_client(SYSTEM, name="另一系统", organisation=owner, public_jwk=PUBLIC, request_key="k")


def test_nobody_is_approved(office: Office) -> None:
    with pytest.raises(ClientUnknown):
        office.clients.approve_client(SECURITY, "client_nobody")


def test_a_system_belongs_to_an_organisation_that_acts(office: Office) -> None:
    person, organisation = office.person(), office.organisation()
    office.identity.freeze(FIRST, organisation.id, reason="撤销登记")
    for owner, error in ((person.id, SubjectUnknown), ("O0", SubjectUnknown), (organisation.id, SubjectNotActive)):
        with pytest.raises(error):
            register(office, organisation=owner)


def test_no_system_of_a_frozen_organisation_is_approved(office: Office) -> None:
    organisation = office.organisation()
    client = register(office, organisation=organisation.id)
    office.identity.freeze(FIRST, organisation.id, reason="撤销登记")
    with pytest.raises(SubjectNotActive):
        office.clients.approve_client(SECURITY, client.id)
    with office.store.reading() as view:
        assert ClientState.REGISTERED is office.clients.require_client(view, client.id).state


@pytest.mark.parametrize(
    "jwk",
    [
        KEY.as_dict(private=True),
        {**PUBLIC, "d": ""},
        {**PUBLIC, "d": None},
        {},
        {"kty": "EC", "crv": "P-256"},
        {**PUBLIC, "kty": "RSA"},
        {**PUBLIC, "crv": "P-384"},
        {**PUBLIC, "crv": "SM2"},
        {**PUBLIC, "x": ""},
        {**PUBLIC, "x": PUBLIC["y"]},
        {**PUBLIC, "x": "not base64url!"},
        {**PUBLIC, "x": "\ud800"},
        {**PUBLIC, "x": ["A"], "y": {}},
        {**PUBLIC, "y": "A" * 100_000},
        OctKey.generate_key(256).as_dict(),
        ECKey.generate_key("P-384").as_dict(private=False),
    ],
)
def test_only_a_public_key_on_p256_is_taken(office: Office, jwk: dict[str, Any]) -> None:
    owner = office.organisation().id
    with pytest.raises(ClientKeyMalformed):
        office.clients.register_client(
            SYSTEM, name="综合业务系统", organisation=owner, public_jwk=jwk, request_key="key"
        )


def test_of_a_key_its_plain_members_are_kept(office: Office) -> None:
    client = register(office, {**PUBLIC, "kid": "one", "use": "sig", "x5u": "https://elsewhere.example", "n": "1"})
    assert {name: PUBLIC[name] for name in ("kty", "crv", "x", "y")} == client.keys[0].jwk


def test_a_system_gets_a_token_for_its_assertion(office: Office) -> None:
    system = office.client()
    issued = office.clients.client_token(system.assertion())
    assert (system.client.id, NOW + TOKEN_LIFETIME) == (issued.holder, issued.expires_at)
    assert issued.secret.startswith("xc_")
    expected = Actor(
        id=system.client.id,
        grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, system.client.organisation)}),
        is_client=True,
    )
    assert expected == office.access.actor_of(issued.secret)
    assert office.tags(system.client.id)[-1] == "token:issue:done"


@pytest.mark.parametrize(
    ("after", "holds"), [(TOKEN_LIFETIME - timedelta(microseconds=1), True), (TOKEN_LIFETIME, False)]
)
def test_a_token_has_its_time(office: Office, after: timedelta, *, holds: bool) -> None:
    issued = office.clients.client_token(office.client().assertion())
    office.clock.advance(after)
    if holds:
        assert issued.holder == office.access.actor_of(issued.secret).id
        return
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)


def test_an_assertion_is_used_once(office: Office) -> None:
    system = office.client()
    assertion = system.assertion(jti="once")
    office.clients.client_token(assertion)
    for again in (assertion, system.assertion(jti="once", exp=int((NOW + timedelta(minutes=4)).timestamp()))):
        with pytest.raises(AssertionRefused) as refused:
            office.clients.client_token(again)
        assert refused.value.details == {"fault": "replay"}
        assert office.tags(system.client.id)[-1] == "token:issue:replayed"


def test_an_assertion_is_not_used_again_as_long_as_it_holds(office: Office) -> None:
    system = office.client()
    assertion = system.assertion(exp=int((NOW + timedelta(minutes=5)).timestamp()))
    office.clients.client_token(assertion)
    for seconds in (60, 120, 119, 29):  # to 28 seconds after its end, which the skew still allows
        office.clock.advance(timedelta(seconds=seconds))
        with pytest.raises(AssertionRefused) as refused:
            office.clients.client_token(assertion)
        assert refused.value.details == {"fault": "replay"}
    office.clock.advance(timedelta(seconds=3))
    with pytest.raises(AssertionRefused) as refused:
        office.clients.client_token(assertion)
    assert refused.value.details == {"fault": "time"}


def test_two_systems_may_use_the_same_identifier(office: Office) -> None:
    for system in (office.client(), office.client()):
        office.clients.client_token(system.assertion(jti="same"))


def refused_with(office: Office, assertion: str) -> str:
    before = len(office.events())
    with pytest.raises(AssertionRefused) as refused:
        office.clients.client_token(assertion)
    assert [event.tag for event in office.events(after=before)] == ["token:issue:refused"]
    return str(refused.value.details["fault"])


def test_a_system_that_is_not_approved_gets_nothing(office: Office) -> None:
    system = office.client()
    waiting = register(office, dict(system.key.as_dict(private=False)))
    assert refused_with(office, system.assertion(iss=waiting.id, sub=waiting.id)) == "signature"
    assert refused_with(office, system.assertion(iss="client_nobody", sub="client_nobody")) == "signature"


def test_a_system_speaks_for_itself_alone(office: Office) -> None:
    one, other = office.client(), office.client()
    assert refused_with(office, one.assertion(iss=other.client.id, sub=other.client.id)) == "signature"
    assert refused_with(office, one.assertion(iss=other.client.id)) == "issuer"
    assert refused_with(office, one.assertion(sub=other.client.id)) == "signature"


@pytest.mark.parametrize("rubbish", ["", ".", "a.b.c", "a.b.c.d.e", "é.é.é", "\ud800", "eyJhbGciOiJub25lIn0.e30."])
def test_rubbish_gets_nothing(office: Office, rubbish: str) -> None:
    assert refused_with(office, rubbish) == "signature"


def test_freezing_an_organisation_stops_its_systems_at_once(office: Office) -> None:
    organisation = office.organisation()
    system = office.client(organisation)
    issued = office.clients.client_token(system.assertion())
    office.identity.freeze(FIRST, organisation.id, reason="撤销登记")
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    with pytest.raises(AssertionRefused):
        office.clients.client_token(system.assertion())


def test_a_suspended_system_is_stopped_at_once(office: Office) -> None:
    system = office.client()
    issued = office.clients.client_token(system.assertion())
    with office.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE client SET state = 'suspended'")
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    assert refused_with(office, system.assertion()) == "signature"


def test_systems_are_the_same_on_postgresql(postgres_office: Office) -> None:
    office = postgres_office
    system = office.client()
    assertion = system.assertion()
    issued = office.clients.client_token(assertion)
    assert issued.holder == office.access.actor_of(issued.secret).id
    with pytest.raises(AssertionRefused):
        office.clients.client_token(assertion)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \t "),
        ("name", "名" * 101),
        ("name", "名\x00"),
        ("description", "述" * 501),
        ("description", "\x1b[2J"),
        ("contact", "电" * 201),
        ("contact", "\u200e"),
    ],
)
def test_words_about_a_system_that_do_not_do(office: Office, field: str, value: str) -> None:
    words = {"name": "综合业务系统", "description": "说明", "contact": "值班室", field: value}
    owner = office.organisation().id
    with pytest.raises(ClientTextMalformed) as refused:
        office.clients.register_client(SYSTEM, organisation=owner, public_jwk=PUBLIC, request_key="k", **words)
    assert (refused.value.code, refused.value.details) == ("identity.client_text_malformed", {"field": field})


def test_whom_to_call_stands_enciphered(office: Office) -> None:
    client = office.clients.register_client(
        SYSTEM,
        name="综合业务系统",
        organisation=office.organisation().id,
        public_jwk=PUBLIC,
        request_key="k",
        contact="张工 13800000000",
    )
    with sqlite3.connect(str(office.store.writer.url.database)) as database:
        (kept,) = database.execute("SELECT contact FROM client").fetchone()
    assert b"13800000000" not in kept
    assert "13800000000" not in repr(client)
    assert "13800000000" not in str(office.events())
    assert office.clients.find_client(client.id).contact == "张工 13800000000"

"""Tickets: going over to a platform beside, and coming from one."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.assertion import ASSERTION_TYPE
from identity.duties import Actor, Duty, Grant
from identity.federation.errors import ExchangeMalformed, PeerUnknown, TicketRefused
from identity.federation.tickets import ACCESS_TOKEN, TICKET, TOKEN_EXCHANGE, TicketOrder
from identity.levels import Level
from identity.repository import Client
from tests.api.builders import PUBLIC_URL, grant
from tests.api.federation.builders import FIRST, Neighbourhood
from tests.api.proofs import Holder
from tests.province import CLIENT, Answer

FORM = {"grant_type": TOKEN_EXCHANGE, "subject_token_type": TICKET}

CONSOLE: Final = {"Sec-Fetch-Site": "same-origin", "X-Xinyin-Console": "1"}


def client_of(neighbourhood: Neighbourhood, name: str) -> Client:
    """Return a client."""
    base = neighbourhood.service.instance.base
    with base.store.reading() as view:
        return base.clients.require_client(view, name)


def ticket(neighbourhood: Neighbourhood, peer: str, token: str, **more: str) -> dict[str, Any]:
    """Ask for a ticket, and return the answer."""
    body = {"peer": peer, "purpose": "跨市通办", **more}
    answer = neighbourhood.service.ask("POST", "/v1/tickets", token=token, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def exchange(neighbourhood: Neighbourhood, peer: str, secret: str, **changes: str) -> dict[str, Any]:
    """Exchange a ticket, as the token endpoint does for a client that has proven itself."""
    form = {**FORM, "subject_token": secret, **changes}
    return neighbourhood.service.instance.federation.exchange(client_of(neighbourhood, peer), form)


def told(neighbourhood: Neighbourhood, token: str) -> dict[str, Any]:
    """Ask who came with a ticket."""
    found: dict[str, Any] = neighbourhood.service.ask("GET", "/v1/peer/user", token=token).json()
    return found


def test_a_ticket_tells_a_peer_what_was_agreed_and_no_more(neighbourhood: Neighbourhood) -> None:
    person = neighbourhood.neighbour(neighbourhood.citizen())
    session = neighbourhood.session(person.id)
    peer, other = neighbourhood.platform(), neighbourhood.platform(claims=frozenset())
    found = ticket(neighbourhood, peer, session)
    assert found["address"] == f"https://city.example/sso?ticket={found['ticket']}"
    answer = exchange(neighbourhood, peer, found["ticket"])
    assert answer["issued_token_type"] == ACCESS_TOKEN
    assert answer["scope"].split() == ["openid", "identity", "profile"]
    assert 0 < answer["expires_in"] <= 3600
    body = told(neighbourhood, answer["access_token"])
    subject = body.pop("sub")
    assert body == {
        "acr": "urn:xinyin:level:2",  # as far as was agreed, though the session proves L3
        "authlevel": 2,
        "purpose": "跨市通办",
        "name": "王小明",
        "document_type": "resident_identity_card",
        "document_number": person.code,
    }
    answer = exchange(neighbourhood, other, ticket(neighbourhood, other, session)["ticket"])
    assert set(told(neighbourhood, answer["access_token"])) == {"sub", "acr", "authlevel", "purpose"}
    assert told(neighbourhood, answer["access_token"])["sub"] != subject  # two peers cannot compare whom they know
    assert "ticket:tell:done" in neighbourhood.tags(person.id)


def test_whom_a_person_acts_for_goes_along(neighbourhood: Neighbourhood) -> None:
    base = neighbourhood.service.instance.base
    person, organisation = neighbourhood.neighbour(neighbourhood.citizen()), neighbourhood.service.organisation()
    session, peer = neighbourhood.session(person.id), neighbourhood.platform()
    body = {"peer": peer, "purpose": "跨市通办", "organisation": organisation}
    refused = neighbourhood.service.ask("POST", "/v1/tickets", token=session, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.duty_missing")
    with base.store.transaction() as tx:
        base.appointing.add_grant(tx, person.id, grant(Duty.LICENCE_HOLDER, organisation), by="security")
    found = ticket(neighbourhood, peer, session, organisation=organisation)
    answer = exchange(neighbourhood, peer, found["ticket"])
    assert told(neighbourhood, answer["access_token"])["organisation"]["id"] == organisation
    late = ticket(neighbourhood, peer, session, organisation=organisation)
    base.identity.freeze(FIRST, organisation, reason="执照被吊销")
    with pytest.raises(TicketRefused, match="organisation"):
        exchange(neighbourhood, peer, late["ticket"])


def test_a_ticket_is_worth_something_once_and_its_token_ends_with_a_second_try(neighbourhood: Neighbourhood) -> None:
    session = neighbourhood.session(neighbourhood.neighbour(neighbourhood.citizen()).id)
    peer = neighbourhood.platform()
    found = ticket(neighbourhood, peer, session)["ticket"]
    token = exchange(neighbourhood, peer, found)["access_token"]
    assert "sub" in told(neighbourhood, token)
    with pytest.raises(TicketRefused, match="ticket"):
        exchange(neighbourhood, peer, found)
    assert told(neighbourhood, token)["code"] == "request.unauthenticated"


def test_a_ticket_that_another_brings_is_burnt(neighbourhood: Neighbourhood) -> None:
    session = neighbourhood.session(neighbourhood.neighbour(neighbourhood.citizen()).id)
    peer, thief = neighbourhood.platform(), neighbourhood.platform()
    found = ticket(neighbourhood, peer, session)["ticket"]
    for name in (thief, peer):
        with pytest.raises(TicketRefused, match="ticket"):
            exchange(neighbourhood, name, found)


def test_a_ticket_lives_for_a_minute(neighbourhood: Neighbourhood) -> None:
    session = neighbourhood.session(neighbourhood.neighbour(neighbourhood.citizen()).id)
    peer = neighbourhood.platform()
    first, second = (ticket(neighbourhood, peer, session)["ticket"] for _ in range(2))
    neighbourhood.service.clock.advance(timedelta(seconds=59))
    exchange(neighbourhood, peer, first)
    neighbourhood.service.clock.advance(timedelta(seconds=1))
    with pytest.raises(TicketRefused, match="ticket"):
        exchange(neighbourhood, peer, second)


@pytest.mark.parametrize("end", ["session", "person"])
def test_a_ticket_is_worth_nothing_after_what_it_came_from_has_ended(neighbourhood: Neighbourhood, end: str) -> None:
    service = neighbourhood.service
    person = neighbourhood.neighbour(neighbourhood.citizen())
    session, peer = neighbourhood.session(person.id), neighbourhood.platform()
    before, found = (ticket(neighbourhood, peer, session)["ticket"] for _ in range(2))
    token = exchange(neighbourhood, peer, before)["access_token"]
    if end == "session":
        service.ask("DELETE", "/v1/auth/sessions/current", token=session)
    else:
        service.instance.base.identity.freeze(FIRST, person.id, reason="涉嫌冒用身份")
    with pytest.raises(TicketRefused, match=end):
        exchange(neighbourhood, peer, found)
    assert told(neighbourhood, token)["code"] == "request.unauthenticated"  # and the token has ended as well


def test_a_session_that_proves_nothing_carries_nobody_over(neighbourhood: Neighbourhood) -> None:
    person = neighbourhood.neighbour(neighbourhood.citizen())
    federation, peer = neighbourhood.service.instance.federation, neighbourhood.platform()
    session = neighbourhood.session(person.id, Level.BASIC)
    actor = neighbourhood.service.instance.base.access.actor_of(session)
    nothing = Actor(id=actor.id, grants=frozenset(), session=actor.session, level=Level.NONE)
    issued = federation.tickets.issue(nothing, TicketOrder(peer=peer, purpose="跨市通办"))
    with pytest.raises(TicketRefused, match="level"):
        exchange(neighbourhood, peer, issued.token.secret)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"grant_type": "client_credentials"}, "grant_type"),
        ({"subject_token_type": ACCESS_TOKEN}, "subject_token_type"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "requested_token_type"),
        ({"actor_token": "x"}, "actor_token"),
        ({"subject_token": "x"}, "subject_token"),
        ({"subject_token": ""}, "subject_token"),
    ],
)
def test_each_member_of_an_exchange_is_checked(
    neighbourhood: Neighbourhood, changes: dict[str, str], field: str
) -> None:
    peer = neighbourhood.platform()
    with pytest.raises(ExchangeMalformed) as refused:
        exchange(neighbourhood, peer, "xt_something", **changes)
    assert refused.value.details == {"field": field}


def test_only_a_peer_gets_and_exchanges_tickets(neighbourhood: Neighbourhood) -> None:
    session = neighbourhood.session(neighbourhood.neighbour(neighbourhood.citizen()).id)
    service = neighbourhood.service
    client = service.instance.base.access.actor_of(service.system_bearer()).id
    body = {"peer": client, "purpose": "跨市通办"}
    refused = service.ask("POST", "/v1/tickets", token=session, json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, PeerUnknown.code)
    with pytest.raises(PeerUnknown):
        exchange(neighbourhood, client, "xt_something")
    body = {"peer": neighbourhood.platform(), "purpose": "跨市通办", "return_address": "https://evil.example"}
    assert service.ask("POST", "/v1/tickets", token=session, json=body).status_code == 404
    assert service.ask("GET", "/v1/peer/user", token="xt_nothing").status_code == 401
    assert service.ask("GET", "/v1/peer/user", token=session).status_code == 401


def test_of_a_replayed_proof_nothing_is_told_nor_put_on_record_as_told(neighbourhood: Neighbourhood) -> None:
    service, peer = neighbourhood.service, neighbourhood.platform()
    holder, path = Holder(service), "/v1/peer/user"
    person = neighbourhood.neighbour(neighbourhood.citizen())
    found = ticket(neighbourhood, peer, neighbourhood.session(person.id))
    form = {**FORM, "subject_token": found["ticket"]}
    exchanged = service.instance.federation.exchange(client_of(neighbourhood, peer), form, key=holder.thumbprint)
    headers = holder.headers("GET", path, token=exchanged["access_token"])
    assert service.ask("GET", path, headers=headers).json()["name"] == person.name.value
    before = service.head()
    again = service.ask("GET", path, headers=headers)
    assert (again.status_code, again.json()["details"]["fault"]) == (401, "replay")
    tags = {one.tag for one in service.events(after=before)}
    assert "dpop_proof:use:replayed" in tags
    assert "ticket:tell:done" not in tags
    before = service.head()
    assert holder.ask("GET", path, token="xo_nothing").status_code == 401
    assert not [one for one in service.events(after=before) if one.tag.startswith("dpop_proof:")]


# --- agreeing


def test_two_administrators_agree_with_a_platform_and_end_it(neighbourhood: Neighbourhood) -> None:
    service = neighbourhood.service
    client = service.instance.base.access.actor_of(service.system_bearer()).id
    system = service.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    body = {
        "return_addresses": ["https://city.example/sso"],
        "claims": ["name"],
        "max_level": 2,
        "reason": "与邻市互认，已签协议",
    }
    for path, content in (("peering", body), ("peering-end", {"reason": "协议到期终止"})):
        headers = {"Idempotency-Key": uuid4().hex}
        asked = service.ask("POST", f"/v1/clients/{client}/{path}", token=system, json=content, headers=headers)
        assert asked.status_code == 202, asked.text
        before = [one["client"] for one in service.ask("GET", "/v1/peers", token=system).json()]
        proposal = asked.json()
        agreed = service.ask(
            "POST",
            f"/v1/proposals/{proposal['id']}/approval",
            token=security,
            json={"digest": proposal["digest"], "remark": "同意"},
        )
        assert agreed.status_code == 200, agreed.text
        after = [one["client"] for one in service.ask("GET", "/v1/peers", token=system).json()]
        assert (client in before, client in after) == ((False, True) if path == "peering" else (True, False))
    wrong = service.ask(
        "POST",
        f"/v1/clients/{client}/peering",
        token=system,
        json=body | {"known_as": "us"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert (wrong.status_code, wrong.json()["code"]) == (400, "federation.peer_malformed")


# --- the other way: a peer's ticket


def partner(neighbourhood: Neighbourhood, **changes: Any) -> str:  # noqa: ANN401 - any part of an agreement
    """Agree with the province as a platform that sends persons here."""
    address = neighbourhood.province.address
    usual = {"known_as": CLIENT, "token_address": f"{address}/token", "user_address": f"{address}/userinfo"}
    return neighbourhood.platform(**{**usual, **changes})


def test_who_comes_with_a_peers_ticket_gets_in(neighbourhood: Neighbourhood) -> None:
    http, province, peer = neighbourhood.service.http, neighbourhood.province, partner(neighbourhood)
    http.cookies.clear()
    citizen = neighbourhood.citizen(authlevel=3)
    secret = province.ticket(citizen)
    back = http.get(f"/login/from/{peer}", params={"ticket": secret}, follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/account")
    body = neighbourhood.service.ask("GET", "/v1/me", headers=CONSOLE).json()
    assert body["level"] == 2  # as far as was agreed
    again = http.get(f"/login/from/{peer}", params={"ticket": secret}, follow_redirects=False)
    assert again.status_code == 403  # the province spends a ticket once
    other = province.ticket(neighbourhood.citizen())
    over = http.get(f"/login/from/{peer}", params={"ticket": other}, follow_redirects=False)
    assert over.status_code == 403  # nobody is logged in over somebody else
    http.cookies.clear()


@pytest.mark.parametrize(
    ("step", "status", "body", "answered"),
    [
        ("exchange", 200, {"access_token": "x"}, 403),  # of no type
        ("exchange", 400, {"error": "invalid_grant"}, 403),
        ("exchange", 503, {}, 503),
        ("userinfo", 401, {}, 403),
        ("userinfo", 200, {"sub": "u"}, 403),
    ],
)
def test_what_a_peer_answers_wrong_lets_nobody_in(
    neighbourhood: Neighbourhood, step: str, status: int, body: dict[str, Any], answered: int
) -> None:
    def instead(answer: Answer) -> None:
        answer.status, answer.body = status, body

    http, province, peer = neighbourhood.service.http, neighbourhood.province, partner(neighbourhood)
    http.cookies.clear()
    province.plan(step, instead)
    secret = province.ticket(neighbourhood.citizen())
    back = http.get(f"/login/from/{peer}", params={"ticket": secret}, follow_redirects=False)
    assert back.status_code == answered
    assert "xinyin-session" not in str(back.headers)


@pytest.mark.parametrize("secret", ["", "票据", "x" * 2049])
def test_what_is_no_ticket_is_sent_nowhere(neighbourhood: Neighbourhood, secret: str) -> None:
    peer, calls = partner(neighbourhood), len(neighbourhood.province.calls)
    back = neighbourhood.service.http.get(f"/login/from/{peer}", params={"ticket": secret})
    assert back.status_code in {403, 422}
    assert len(neighbourhood.province.calls) == calls


def test_a_platform_that_sends_nobody_sends_nobody(neighbourhood: Neighbourhood) -> None:
    for peer in (neighbourhood.platform(), "client_unknown"):
        back = neighbourhood.service.http.get(f"/login/from/{peer}", params={"ticket": "x"})
        assert back.status_code == 404


def test_a_peer_exchanges_its_ticket_at_the_token_endpoint(neighbourhood: Neighbourhood) -> None:
    service, base = neighbourhood.service, neighbourhood.service.instance.base
    key = ECKey.generate_key("P-256")
    system, security = (Actor(id=name, grants=frozenset()) for name in ("system", "security"))
    client = base.clients.register_client(
        system,
        name="邻市统一身份",
        organisation=service.organisation(),
        public_jwk=key.as_dict(private=False),
        request_key=uuid4().hex,
    ).id
    base.clients.approve_client(security, client)
    neighbourhood.agree(client)
    session = neighbourhood.session(neighbourhood.neighbour(neighbourhood.citizen()).id)

    def brought(secret: str) -> Any:  # noqa: ANN401 - an answer
        now = int(service.clock.now().timestamp())
        claims = {"iss": client, "sub": client, "aud": f"{PUBLIC_URL}/oauth2/token", "jti": uuid4().hex}
        assertion = jwt.encode({"alg": "ES256"}, {**claims, "iat": now, "exp": now + 60}, key)
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return service.ask("POST", "/oauth2/token", data={**FORM, **proof, "subject_token": secret})

    secret = ticket(neighbourhood, client, session)["ticket"]
    answer = brought(secret)
    assert (answer.status_code, answer.json()["issued_token_type"]) == (200, ACCESS_TOKEN)
    assert told(neighbourhood, answer.json()["access_token"])["name"] == "王小明"
    again = brought(secret)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert brought("no ticket").json()["error"] == "invalid_request"


def test_a_platform_is_asked_over_the_connections_that_there_are(neighbourhood: Neighbourhood) -> None:
    """Until something else is agreed with it: then at its new addresses."""
    address = neighbourhood.province.address
    usual = {"known_as": CLIENT, "token_address": f"{address}/token", "user_address": f"{address}/userinfo"}
    peer, federation = neighbourhood.platform(**usual), neighbourhood.service.instance.federation
    known = federation.peer_login(peer)
    assert federation.peer_login(peer) is known
    neighbourhood.agree(peer, **usual, max_level=Level.BASIC)
    assert federation.peer_login(peer).peer.max_level is Level.BASIC

"""Changes of business systems by two: what was possible when it was proposed must still be when it is agreed to."""

import json
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey

from identity.client_changes import AddClientKey, ChangeClient, RetireClient
from identity.duties import Actor, Duty, Grant
from identity.errors import ClientKeyExists, ClientTextMalformed, ClientUnknown
from identity.four_eyes.proposals import Proposal
from identity.lifecycle import ClientState
from tests.identity.builders import BusinessSystem, Office
from trust.events import Fact
from trust.lifecycle import EventNotPossible, FourEyesRequired


class Counter:
    """A business system, and the two who decide about it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.system: BusinessSystem = office.client()
        self.admin: Actor = office.officer(Grant(Duty.SYSTEM_ADMINISTRATOR))
        self.security = office.pair[0]

    def propose(self, kind: str, *, subject: str = "", **content: Fact) -> Proposal:
        return self.office.four_eyes.propose(
            self.admin,
            kind=kind,
            subject=subject or self.system.client.id,
            content=content,
            reason="业务需要",
            request_key=uuid4().hex,
        )

    def agree(self, proposal: Proposal) -> None:
        self.office.four_eyes.approve(self.security, proposal.id, digest=proposal.digest)


@pytest.fixture
def counter(office: Office) -> Counter:
    """Return a business system and who decides about it."""
    return Counter(office)


def public(key: ECKey) -> str:
    return json.dumps(key.as_dict(private=False))


def test_a_key_that_came_meanwhile_is_not_added_again(counter: Counter) -> None:
    key = ECKey.generate_key("P-256")
    proposal = counter.propose(AddClientKey.kind, jwk=public(key))
    own = Actor(id=counter.system.client.id, grants=frozenset(), is_client=True)
    counter.office.client_keys.rotate(own, counter.system.assertion(jwk=key.as_dict(private=False)))
    with pytest.raises(ClientKeyExists) as refused:
        counter.agree(proposal)
    assert refused.value.code == "identity.client_key_exists"


def test_what_has_ended_changes_no_more(counter: Counter) -> None:
    words = {"name": "新名称", "description": "", "contact": ""}
    change = counter.propose(ChangeClient.kind, **words)
    counter.agree(counter.propose(RetireClient.kind))
    with pytest.raises(EventNotPossible):
        counter.agree(change)
    for kind, content in ((RetireClient.kind, {}), (AddClientKey.kind, {"jwk": public(ECKey.generate_key("P-256"))})):
        with pytest.raises(EventNotPossible):
            counter.propose(kind, **content)
    assert counter.office.clients.find_client(counter.system.client.id).state is ClientState.RETIRED
    assert counter.office.tags(counter.system.client.id)[-1] == "client:retire:done"


@pytest.mark.parametrize("kind", [AddClientKey.kind, ChangeClient.kind, RetireClient.kind])
def test_of_a_system_that_there_is_not_nothing_changes(counter: Counter, kind: str) -> None:
    words = {"name": "新名称", "description": "", "contact": ""}
    with pytest.raises(ClientUnknown):
        counter.propose(kind, subject="client_nobody", jwk=public(ECKey.generate_key("P-256")), **words)


def test_words_that_do_not_do_are_not_proposed(counter: Counter) -> None:
    with pytest.raises(ClientTextMalformed):
        counter.propose(ChangeClient.kind, name=" ", description="", contact="")


def test_whoever_proposed_does_not_agree(counter: Counter) -> None:
    both = counter.office.officer(Grant(Duty.SECURITY_ADMINISTRATOR))
    counter.admin = both
    proposal = counter.propose(RetireClient.kind)
    counter.security = both
    with pytest.raises(FourEyesRequired):
        counter.agree(proposal)
    assert counter.office.clients.find_client(counter.system.client.id).state is ClientState.ACTIVE

"""An authority lets somebody issue its licences: by two delegations, and no duty (docs/delegation.md)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from identity.subject import SubjectId
from tests.api.builders import Furnished, Service
from tests.api.routes.test_delegations import REASON, Desk, code_of
from tests.api.routes.test_stampings import system_token
from trust.delegations import Chain
from trust.events import AuditEvent

TYPE = cast.BUSINESS_TYPE


class Authority(Desk):
    """An authority with its legal representative, and who is to issue for it."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        super().__init__(service, furnished)
        self.representative, self.furnished = service.bearer(), furnished
        identity, name = service.instance.base.identity, self.name(self.representative)
        with service.instance.base.store.transaction() as tx:
            found = identity.require_organisation(tx, furnished.authority)
            identity.repository.change_organisation(tx, replace(found, legal_representative=SubjectId(name)))
            tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))
        self.count = 0

    def may_issue(self, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - members of the body
        """Let somebody issue licences."""
        told = {"matters": ["licence.issue"], "seals": [], "purposes": [], "licence_types": [TYPE], "depth": 0}
        return self.accepted(self.representative, receiver, **{**told, **changes})

    def may_stamp(self, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
        """Let somebody stamp them."""
        told = {"purposes": ["licence.issue"], "document_kinds": [TYPE], "times": None, "depth": 0}
        return self.accepted(self.owner, receiver, **{**told, **changes})

    def issue(self, token: str, key: str = "") -> httpx2.Response:
        """Ask for a licence."""
        self.count += 1
        body = {
            "type": TYPE,
            "seal": self.seal,
            "number": f"33019900{self.count:07d}",
            "holder_code": cast.ENTERPRISE.code,
            "data": cast.business_record(cast.ENTERPRISE),
        }
        headers = {"Idempotency-Key": key or f"issued-by-delegation-{self.count}"}
        return self.service.ask("POST", "/v1/licences", token=token, json=body, headers=headers)

    def used(self, mandate: dict[str, Any]) -> int:
        """Return how often a delegation was used."""
        answer = self.service.ask("GET", f"/v1/delegations/{mandate['id']}", token=self.representative)
        return int(answer.json()["used"])


@pytest.fixture(scope="module")
def authority(shared_furnished: Service, furnished_folder: Furnished) -> Iterator[Authority]:
    """Return the authority; it is without a representative again afterwards."""
    found, base = Authority(shared_furnished, furnished_folder), shared_furnished.instance.base
    yield found
    with base.store.transaction() as tx:
        organisation = base.identity.require_organisation(tx, furnished_folder.authority)
        base.identity.repository.change_organisation(tx, replace(organisation, legal_representative=None))
        tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))


def test_who_was_let_issues_within_the_bounds_until_it_is_revoked(authority: Authority) -> None:
    delegate = authority.service.bearer()
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")
    first = authority.may_issue(delegate, times=2)
    assert code_of(authority.issue(delegate)) == (403, "seal.not_authorised")  # the seal is another matter
    stamping = authority.may_stamp(delegate)
    before = authority.service.head()
    issued = authority.issue(delegate)
    assert (issued.status_code, issued.json()["state"]) == (201, "in_force"), issued.text
    noted = [one for one in authority.service.events(after=before) if one.tag == "mandate:use:done"]
    assert [(one.actor, one.subject, one.facts["mandate"]) for one in noted] == [
        (authority.name(delegate), issued.json()["id"], first["id"])
    ]
    assert (authority.used(first), authority.used(stamping)) == (1, 1)
    file = authority.service.ask("GET", f"/v1/licences/{issued.json()['id']}/file", token=authority.agents[0])
    verdict = authority.service.ask("POST", "/v1/verify", files={"file": ("a.pdf", file.content)}).json()
    assert "delegation.use" in str(verdict)  # the chain travels in the licence
    assert authority.issue(delegate).status_code == 201
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")  # both uses are spent
    again = authority.may_issue(delegate)
    assert authority.post(f"/{again['id']}/revocation", authority.representative, json=REASON).status_code == 200
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")


def test_it_is_given_on_as_deep_as_it_says_and_counts_on_every_link(authority: Authority) -> None:
    first, second = authority.service.bearer(), authority.service.bearer()
    above = authority.may_issue(first, depth=1)
    told = {"delegator": authority.name(first), "within": above["id"], "depth": 0, "matters": ["licence.issue"]}
    told |= {"seals": [], "purposes": [], "licence_types": [TYPE]}
    below = authority.accepted(first, second, **told)
    authority.may_stamp(second)
    assert authority.issue(second).status_code == 201
    assert (authority.used(above), authority.used(below)) == (1, 1)
    chain = authority.service.ask("GET", f"/v1/delegations/{below['id']}/chain", token=second)
    statements = Chain.read(chain.content).statements
    assert [sorted(one.delegation.bounds.licence_types) for one in statements] == [[TYPE], [TYPE]]
    assert authority.post(f"/{above['id']}/revocation", authority.representative, json=REASON).status_code == 200
    assert code_of(authority.issue(second)) == (403, "identity.duty_missing")


def test_of_other_types_and_to_do_more_than_issue_it_lets_nobody(authority: Authority) -> None:
    delegate = authority.service.bearer()
    authority.may_stamp(delegate)
    authority.may_issue(delegate, licence_types=["11330199MB0000000X"])
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")
    authority.may_issue(delegate)
    issued = authority.issue(delegate).json()["id"]
    for path, body in (
        (f"/v1/licences/{issued}/suspension", {"reason": "登记事项造假，依法处理。"}),
        (f"/v1/licences/{issued}/revocation", {"reason": "登记事项造假，依法处理。"}),
    ):
        assert authority.service.ask("POST", path, token=delegate, json=body).status_code in (403, 404)


def test_the_desk_shows_a_delegate_what_may_be_used(authority: Authority) -> None:
    delegate = authority.service.bearer()
    authority.may_issue(delegate)
    authority.may_stamp(delegate)
    answer = authority.service.ask("GET", f"/v1/licence-types/{TYPE}/desk", token=delegate)
    assert answer.status_code == 200, answer.text
    assert [one["id"] for one in answer.json()["seals"]] == [authority.seal]


def test_a_business_system_of_somebody_else_may_be_let_issue_too(authority: Authority) -> None:
    system = authority.service.system_bearer()
    name = authority.service.instance.base.access.actor_of(system).id
    offered = authority.post(
        "",
        authority.representative,
        json=authority.body(
            authority.agents[0],
            delegate=name,
            matters=["licence.issue"],
            seals=[],
            purposes=[],
            licence_types=[TYPE],
            depth=0,
        ),
    )
    assert offered.status_code == 201, offered.text
    assert authority.post(f"/{offered.json()['id']}/acceptance", system).status_code == 200
    assert code_of(authority.issue(system)) == (403, "seal.not_authorised")
    assert system_token(authority.service, authority.furnished.client)


def test_no_administrator_issues_whoever_lets_one(authority: Authority) -> None:
    auditor = authority.service.bearer(Grant(Duty.AUDITOR))
    authority.may_issue(auditor)
    authority.may_stamp(auditor)
    assert code_of(authority.issue(auditor)) == (403, "identity.duty_missing")


def test_only_the_legal_representative_gives_it(authority: Authority) -> None:
    told = {"matters": ["licence.issue"], "seals": [], "purposes": [], "licence_types": [TYPE], "depth": 0}
    for giver in (authority.owner, authority.agents[0]):
        answer = authority.post("", giver, json=authority.body(authority.agents[1], **told))
        assert code_of(answer) == (403, "mandate.not_yours")

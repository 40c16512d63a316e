"""SCIM 2.0: a platform tells of its accounts; what is wrong is told as the protocol has it."""

from typing import Any, Final

import httpx2
import pytest

from api import logs
from api.scim.patching import PATCH
from api.scim.resource import PERSON, USER
from identity.levels import Level
from identity.lifecycle import SubjectState
from tests.api.federation.builders import FIRST, Neighbourhood
from tests.province import Citizen
from trust.events import AuditEvent

SCIM: Final = "application/scim+json"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


def resource(citizen: Citizen, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any attribute
    """Return an account as a resource, with changes; of the extension as `person`."""
    person = {"level": citizen.authlevel, "documentNumber": citizen.number, **changes.pop("person", {})}
    told = {
        "schemas": [USER, PERSON],
        "externalId": citizen.sub,
        "userName": f"user.{citizen.sub}",
        "name": {"formatted": citizen.name},
        PERSON: person,
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


class Partner:
    """A platform that tells of its accounts."""

    def __init__(self, neighbourhood: Neighbourhood, **agreement: Any) -> None:  # noqa: ANN401 - any part of it
        self.neighbourhood = neighbourhood
        self.client = neighbourhood.platform(**agreement)
        self.token = neighbourhood.token_of(self.client)

    def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        headers = {"Content-Type": SCIM, **request.pop("headers", {})}
        return self.neighbourhood.service.ask(method, f"/scim/v2{path}", token=self.token, headers=headers, **request)

    def create(self, citizen: Citizen, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any attribute
        answer = self.ask("POST", "/Users", json=resource(citizen, **changes))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def patch(self, name: str, *operations: dict[str, Any], **more: Any) -> httpx2.Response:  # noqa: ANN401 - headers
        return self.ask("PATCH", f"/Users/{name}", json={"schemas": [PATCH], "Operations": [*operations]}, **more)

    def state(self, citizen: Citizen) -> SubjectState:
        """Return where somebody stands here."""
        base = self.neighbourhood.service.instance.base
        with base.store.reading() as view:
            (found,) = base.identity.subjects_of_code(view, citizen.number)
            return base.identity.require_person(view, found).state


@pytest.fixture(scope="module")
def partner(neighbourhood: Neighbourhood) -> Partner:
    """Return a platform with which something is agreed."""
    return Partner(neighbourhood)


def refused(answer: httpx2.Response) -> tuple[int, str | None]:
    """Return the status and the kind of a refusal, which has the protocol's form."""
    body = answer.json()
    assert answer.headers["content-type"] == SCIM
    assert body["schemas"] == [ERROR]
    assert body["status"] == str(answer.status_code)
    assert body["detail"]
    return answer.status_code, body.get("scimType")


def test_an_account_is_taken_told_and_found(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    answer = partner.ask("POST", "/Users", json=resource(citizen))
    made = answer.json()
    assert (answer.headers["etag"], answer.headers["location"]) == ('W/"1"', made["meta"]["location"])
    assert made["meta"]["location"] == f"https://trust.example/scim/v2/Users/{made['id']}"
    assert made["active"] is True
    assert partner.ask("GET", f"/Users/{made['id']}").json() == made
    for wanted in (
        f'externalId eq "{citizen.sub}"',
        f'username EQ "USER.{citizen.sub}"',
        f'id eq "{made["id"]}"',
    ):
        body = partner.ask("GET", "/Users", params={"filter": wanted}).json()
        assert (body["totalResults"], body["Resources"]) == (1, [made]), wanted
    base = neighbourhood.service.instance.base
    with base.store.reading() as view:
        (person,) = base.identity.subjects_of_code(view, citizen.number)
        found = base.identity.require_person(view, person)
    assert found.state is SubjectState.ACTIVE
    assert found.assurance is not None
    assert (found.assurance.level, found.assurance.source) == (2, f"platform:{partner.client}")


def test_the_platform_is_believed_as_far_as_was_agreed(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen(authlevel=3)
    partner.create(citizen)
    base = neighbourhood.service.instance.base
    with base.store.reading() as view:
        (person,) = base.identity.subjects_of_code(view, citizen.number)
        assurance = base.identity.require_person(view, person).assurance
    assert assurance is not None
    assert assurance.level == 2


def test_a_list_comes_in_pages(neighbourhood: Neighbourhood) -> None:
    partner = Partner(neighbourhood)
    made = [partner.create(neighbourhood.citizen())["id"] for _ in range(5)]
    seen = []
    for start in (1, 3, 5):
        body = partner.ask("GET", "/Users", params={"startIndex": start, "count": 2}).json()
        assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (5, start, len(body["Resources"]))
        seen += [one["id"] for one in body["Resources"]]
    assert sorted(made) == seen
    assert partner.ask("GET", "/Users", params={"count": 0}).json()["Resources"] == []
    assert partner.ask("GET", "/Users", params={"startIndex": -7, "count": -1}).json()["startIndex"] == 1
    assert partner.ask("GET", "/Users", params={"filter": 'userName eq "nobody"'}).json()["totalResults"] == 0


def test_a_platform_sees_its_own_accounts_alone(partner: Partner, neighbourhood: Neighbourhood) -> None:
    other, citizen = Partner(neighbourhood), neighbourhood.citizen()
    mine = partner.create(citizen)
    assert refused(other.ask("GET", f"/Users/{mine['id']}")) == (404, None)
    assert other.ask("GET", "/Users", params={"filter": f'id eq "{mine["id"]}"'}).json()["totalResults"] == 0
    assert refused(other.ask("DELETE", f"/Users/{mine['id']}")) == (404, None)
    theirs = other.create(citizen)  # the same person, told of by both
    assert theirs["id"] != mine["id"]


def test_telling_the_same_again_changes_nothing(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    made = partner.create(citizen)
    head = neighbourhood.service.head()
    again = partner.ask("PUT", f"/Users/{made['id']}", json=resource(citizen))
    assert (again.json(), again.headers["etag"]) == (made, 'W/"1"')
    tags = [one.tag for one in neighbourhood.service.events(after=head)]
    assert [tag for tag in tags if tag.startswith(("account", "identity"))] == []


def test_an_account_that_is_there_is_not_created_twice(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen, other = neighbourhood.citizen(), neighbourhood.citizen()
    partner.create(citizen)
    for changes in (
        {},
        {"userName": "another.name"},  # the same externalId
        {"externalId": "another"},  # the same userName
        {"externalId": "another", "userName": "another.name"},  # the same person
        {"externalId": None, "userName": "another.name"},
    ):
        assert refused(partner.ask("POST", "/Users", json=resource(citizen, **changes))) == (409, "uniqueness")
    second = partner.create(other)
    changed = resource(other, userName=f"user.{citizen.sub}")
    assert refused(partner.ask("PUT", f"/Users/{second['id']}", json=changed)) == (409, "uniqueness")


def test_a_change_counts_from_the_version_that_was_read(partner: Partner, neighbourhood: Neighbourhood) -> None:
    made = partner.create(neighbourhood.citizen())
    rename = {"op": "replace", "path": "userName", "value": f"new.{made['externalId']}"}
    answer = partner.patch(made["id"], rename, headers={"If-Match": 'W/"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"2"')
    for stale in ('W/"1"', "1", "W/1", '"x"'):
        assert refused(partner.patch(made["id"], rename, headers={"If-Match": stale})) == (412, None)
        assert refused(partner.ask("DELETE", f"/Users/{made['id']}", headers={"If-Match": stale})) == (412, None)
    assert partner.patch(made["id"], rename, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "replace", "path": "active", "value": False}],
        [{"op": "Replace", "path": "active", "value": "False"}],
        [{"op": "replace", "value": {"active": False}}],
        [{"op": "add", "path": f"{USER}:active", "value": False}],
        [{"op": "remove", "path": "externalId"}, {"op": "replace", "path": "ACTIVE", "value": False}],
        [{"op": "replace", "value": {"active": False, PERSON: {"level": 1}, "name": {"formatted": "王小明"}}}],
    ],
)
def test_named_attributes_are_changed(
    partner: Partner, neighbourhood: Neighbourhood, operations: list[dict[str, Any]]
) -> None:
    citizen = neighbourhood.citizen()
    made = partner.create(citizen)
    answer = partner.patch(made["id"], *operations)
    assert answer.status_code == 200, answer.text
    assert answer.json()["active"] is False
    assert partner.state(citizen) is SubjectState.FROZEN


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "move", "path": "active", "value": False}, "invalidPath"),
        ({"op": 7, "path": "active"}, "invalidPath"),
        ({"op": "replace", "path": 'emails[type eq "work"]', "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 7, "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "x"}, "invalidPath"),
        ({"op": "replace", "value": "x"}, "invalidPath"),
        ({"op": "replace", "value": {"roles": ["admin"]}}, "invalidPath"),
        ({"op": "remove"}, "invalidPath"),
        ({"op": "remove", "path": "userName"}, "invalidPath"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
        ({"op": "replace", "path": "userName", "value": None}, "invalidValue"),
        ({"op": "replace", "path": f"{PERSON}:level", "value": 9}, "invalidValue"),
    ],
)
def test_an_operation_that_is_not_served_changes_nothing(
    partner: Partner, neighbourhood: Neighbourhood, operation: dict[str, Any], kind: str
) -> None:
    made = partner.create(neighbourhood.citizen())
    good = {"op": "replace", "path": "userName", "value": "first.of.two"}
    assert refused(partner.patch(made["id"], good, operation)) == (400, kind)
    assert partner.ask("GET", f"/Users/{made['id']}").json() == made


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schemas": [PATCH]},
        {"schemas": [PATCH], "Operations": []},
        {"schemas": [PATCH], "Operations": ["x"]},
        {"schemas": [PATCH], "Operations": {}},
        {"schemas": [], "Operations": [{"op": "remove", "path": "externalId"}]},
    ],
)
def test_what_is_no_patch_is_refused(partner: Partner, neighbourhood: Neighbourhood, body: dict[str, Any]) -> None:
    made = partner.create(neighbourhood.citizen())
    assert refused(partner.ask("PATCH", f"/Users/{made['id']}", json=body)) == (400, "invalidPath")


@pytest.mark.parametrize(
    "changes",
    [
        {"schemas": None},
        {"schemas": USER},
        {"schemas": [PERSON]},
        {"userName": None},
        {"userName": ""},
        {"userName": " padded"},
        {"userName": "x" * 256},
        {"userName": 7},
        {"userName": "half \ud800"},
        {"userName": "zero \x00"},
        {"externalId": 7},
        {"externalId": "a\nb"},
        {"name": None},
        {"name": "王小明"},
        {"name": {"formatted": 7}},
        {"name": {"formatted": ""}},
        {"active": "yes"},
        {PERSON: None},
        {PERSON: []},
        {"person": {"level": None}},
        {"person": {"level": True}},
        {"person": {"level": 4}},
        {"person": {"level": "2"}},
        {"person": {"documentNumber": None}},
        {"person": {"documentNumber": "110105194912310021"}},
        {"person": {"documentKind": "driving licence"}},
        {"person": {"documentKind": 1}},
        {"person": {"documentValidUntil": "2030"}},
        {"person": {"documentValidUntil": "2020-01-01"}},
        {"person": {"documentCountry": "CHN"}},
    ],
)
def test_each_attribute_is_checked(partner: Partner, neighbourhood: Neighbourhood, changes: dict[str, Any]) -> None:
    citizen, head = neighbourhood.citizen(), neighbourhood.service.head()
    answer = partner.ask("POST", "/Users", content=dumps(resource(citizen, **dict(changes))))
    assert refused(answer) == (400, "invalidValue")
    assert citizen.number not in answer.text
    tags = [one.tag for one in neighbourhood.service.events(after=head)]
    assert "identity:register_person:done" not in tags


def dumps(body: dict[str, Any]) -> bytes:
    """Return JSON with escapes, in which half a character can be named."""
    import json

    return json.dumps(body).encode()


def test_a_document_stays_and_a_name_is_a_registrars_affair(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen, other = neighbourhood.citizen(), neighbourhood.citizen()
    made = partner.create(citizen)
    address = f"/Users/{made['id']}"
    moved = resource(citizen, person={"documentNumber": other.number})
    assert refused(partner.ask("PUT", address, json=moved)) == (409, "mutability")
    renamed = resource(citizen, name={"formatted": "李四"})
    assert refused(partner.ask("PUT", address, json=renamed)) == (409, None)
    neighbourhood.neighbour(other)
    assert refused(partner.ask("POST", "/Users", json=resource(other, name={"formatted": "李四"}))) == (409, None)


def test_nobody_is_registered_at_l0(partner: Partner, neighbourhood: Neighbourhood) -> None:
    assert refused(partner.ask("POST", "/Users", json=resource(neighbourhood.citizen(authlevel=0)))) == (403, None)


# --- ends


def test_whom_an_account_registered_is_frozen_with_it_and_a_registrar_unfreezes(
    partner: Partner, neighbourhood: Neighbourhood
) -> None:
    citizen = neighbourhood.citizen()
    made = partner.create(citizen)
    assert partner.ask("DELETE", f"/Users/{made['id']}").status_code == 204
    assert partner.state(citizen) is SubjectState.FROZEN
    assert refused(partner.ask("GET", f"/Users/{made['id']}")) == (404, None)
    again = partner.create(citizen)
    assert again["id"] == made["id"]  # nobody is registered twice
    assert partner.state(citizen) is SubjectState.FROZEN
    base = neighbourhood.service.instance.base
    with base.store.reading() as view:
        (person,) = base.identity.subjects_of_code(view, citizen.number)
    base.identity.unfreeze(FIRST, person, reason="源平台已恢复账号")
    assert partner.state(citizen) is SubjectState.ACTIVE


def test_who_was_here_before_or_is_in_use_elsewhere_is_not_frozen(
    partner: Partner, neighbourhood: Neighbourhood
) -> None:
    here, shared = neighbourhood.citizen(), neighbourhood.citizen()
    neighbourhood.neighbour(here)
    other = Partner(neighbourhood)
    mine, both = partner.create(here), partner.create(shared)
    other.create(shared)
    for name in (mine["id"], both["id"]):
        assert partner.ask("DELETE", f"/Users/{name}").status_code == 204
    assert [partner.state(one) for one in (here, shared)] == [SubjectState.ACTIVE] * 2


def test_a_platform_that_takes_its_word_back_is_believed_no_longer(
    partner: Partner, neighbourhood: Neighbourhood
) -> None:
    citizen, base = neighbourhood.citizen(), neighbourhood.service.instance.base
    other = Partner(neighbourhood, max_level=Level.BASIC)
    made = partner.create(citizen)
    other.create(citizen)
    answer = partner.ask("PUT", f"/Users/{made['id']}", json=resource(citizen, active=False))
    assert answer.json()["active"] is False
    assert partner.ask("PUT", f"/Users/{made['id']}", json=resource(citizen, active=False)).headers["etag"] == 'W/"2"'
    with base.store.reading() as view:
        (person,) = base.identity.subjects_of_code(view, citizen.number)
        assurance = base.identity.require_person(view, person).assurance
    assert assurance is not None
    assert (assurance.level, assurance.source) == (1, f"platform:{other.client}")
    assert partner.ask("PUT", f"/Users/{made['id']}", json=resource(citizen)).json()["active"] is True


def test_an_account_that_begins_out_of_use_registers_and_freezes(
    partner: Partner, neighbourhood: Neighbourhood
) -> None:
    citizen = neighbourhood.citizen()
    assert partner.create(citizen, active=False)["active"] is False
    assert partner.state(citizen) is SubjectState.FROZEN


# --- the service itself


def test_it_tells_what_it_serves(partner: Partner) -> None:
    config = partner.ask("GET", "/ServiceProviderConfig").json()
    assert [config[name]["supported"] for name in ("patch", "bulk", "filter", "etag", "sort")] == [
        *(True, False, True, True, False)
    ]
    (kind,) = partner.ask("GET", "/ResourceTypes").json()["Resources"]
    assert (kind["schema"], kind["schemaExtensions"]) == (USER, [{"schema": PERSON, "required": True}])
    schemas = partner.ask("GET", "/Schemas").json()["Resources"]
    assert [one["id"] for one in schemas] == [USER, PERSON]
    assert {one["name"] for one in schemas[1]["attributes"]} >= {"level", "documentNumber"}


@pytest.mark.parametrize(
    "wanted", ["userName", 'userName co "x"', 'userName eq "x" and id eq "y"', "userName eq x", 'emails eq "x"', '""']
)
def test_other_filters_are_not_served(partner: Partner, wanted: str) -> None:
    assert refused(partner.ask("GET", "/Users", params={"filter": wanted})) == (400, "invalidFilter")


def test_errors_of_the_framework_are_the_protocols_as_well(partner: Partner, neighbourhood: Neighbourhood) -> None:
    assert refused(partner.ask("POST", "/Users", content=b"{")) == (400, "invalidSyntax")
    assert refused(partner.ask("POST", "/Users", json=[])) == (400, "invalidSyntax")
    assert refused(partner.ask("GET", "/Users", params={"count": "many"})) == (400, "invalidSyntax")
    assert refused(partner.ask("GET", "/Groups")) == (404, None)
    assert refused(partner.ask("DELETE", "/Users")) == (405, None)
    service = neighbourhood.service
    answer = service.ask("GET", "/scim/v2/Users")
    assert (refused(answer), answer.headers["www-authenticate"]) == ((401, None), "Bearer")
    assert refused(service.ask("GET", "/scim/v2/Users", token=service.system_bearer())) == (403, None)


def test_a_platform_with_which_nothing_is_agreed_any_more_tells_nothing(neighbourhood: Neighbourhood) -> None:
    partner = Partner(neighbourhood)
    base, peers = neighbourhood.service.instance.base, neighbourhood.service.instance.federation.peers
    with base.store.transaction() as tx:
        peers.end(tx, partner.client, by="security")
    assert refused(partner.ask("POST", "/Users", json=resource(neighbourhood.citizen()))) == (404, None)


def test_nothing_of_a_person_reaches_the_database_or_the_trail_in_clear(
    partner: Partner, neighbourhood: Neighbourhood, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()  # to where this test reads
    citizen = neighbourhood.citizen("欧阳锋")
    made = partner.create(citizen)
    partner.patch(made["id"], {"op": "replace", "path": f"{PERSON}:level", "value": 1})
    partner.ask("POST", "/Users", json=resource(citizen))
    neighbourhood.enter(citizen)
    neighbourhood.service.instance.base.store.purge()
    octets = b"".join(one.read_bytes() for one in neighbourhood.folder.rglob("*") if one.is_file())
    logged = "".join(capsys.readouterr())
    assert logged
    for secret in (citizen.number, citizen.name, citizen.sub, f"user.{citizen.sub}"):
        assert secret.encode() not in octets
        assert secret not in logged


def test_a_person_who_is_erased_is_forgotten_here_as_well(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    made = partner.create(citizen)
    neighbourhood.enter(citizen)
    base, federation = neighbourhood.service.instance.base, neighbourhood.service.instance.federation
    with base.store.reading() as view:
        (person,) = base.identity.subjects_of_code(view, citizen.number)
    with base.store.transaction() as tx:
        assert federation.forget(tx, person) == 2
        tx.record(AuditEvent(tag="test:forget:done", actor="test", subject=person))
    assert refused(partner.ask("GET", f"/Users/{made['id']}")) == (404, None)


def test_our_own_codes_stand_beside_the_protocols(partner: Partner, neighbourhood: Neighbourhood) -> None:
    citizen, other = neighbourhood.citizen(), neighbourhood.citizen()
    name = partner.create(citizen)["id"]
    moved = resource(citizen, person={"documentNumber": other.number})
    stale = {"If-Match": 'W/"7"'}
    answers = (
        partner.ask("DELETE", f"/Users/{name}", headers=stale),
        partner.ask("GET", "/Users/sync_unknown"),
        partner.ask("PUT", f"/Users/{name}", json=moved),
        partner.ask("GET", "/Users", params={"filter": "everybody"}),
        partner.patch(name, {"op": "move"}),
    )
    assert [one.json()["code"] for one in answers] == [
        "provisioning.account_changed",
        "provisioning.account_unknown",
        "provisioning.document_fixed",
        "provisioning.filter_malformed",
        "provisioning.patch_malformed",
    ]

"""The matrix of scopes: every route × every duty that opens it × one's own organisation and another one.

A duty that is held for one organisation opens what is that one's, and nothing of another: to whoever holds it for
another, what is there is forbidden or unknown. Each route that such a duty opens stands in one of the tables below, and
the test fails for a route in none. Whatever asks for something that there is none of is told apart by what it answers:
the own holder gets further than the other one.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from api.demo import cast
from api.permissions import ABOUT_ONESELF, PERMITTED, PUBLIC
from identity.duties import OF_ORGANISATION, Duty, Grant
from identity.levels import Level
from identity.tokens import TOKEN_LIFETIME, TOKEN_PREFIX
from licence.exchange import ExchangedType
from tests.api.builders import Furnished, Service, operations_of, permission_of
from tests.licence.pictures.housing import photograph
from tests.trust.pdf.paper import paper

NAMES_NOTHING: Final = {
    ("GET", "/v1/clients/self"),
    ("POST", "/v1/clients/self/keys"),
    ("DELETE", "/v1/clients/self/keys/{kid}"),
    ("GET", "/v1/seals"),
    ("GET", "/v1/seals/queue"),
    ("POST", "/v1/seal-images/preview"),
    ("POST", "/v1/seal-images/uploads"),
    ("GET", "/v1/licence-types"),
    ("GET", "/v1/licence-types/issuable"),
    ("GET", "/v1/seal-owners"),
    ("GET", "/v1/stamping-authorisations"),
    ("GET", "/v1/licence-types/search"),
    ("POST", "/v1/licence-templates/previews"),
    ("POST", "/v1/licence-templates/checks"),
    ("GET", "/v1/licence-types/ready"),
    ("GET", "/v1/licence-types/ready/{name}"),
    ("GET", "/v1/bulk-jobs"),
    ("GET", "/v1/sharing-grants"),
    ("GET", "/v1/sharing-grants/counts"),
    ("GET", "/v1/sharing/grants"),
}
"""Of nobody's: about the caller alone, about what serves all, or a list that holds what is the caller's."""

CATALOGUE: Final = ("/v1/licence-types/{kind}/versions", "/v1/licence-templates/{template}")
"""The catalogue of types is one for all: whoever works with licences reads it."""

FILTERED: Final = {("GET", "/v1/seals/{seal}/stamping-approvals")}
"""Lists that hold, of what is named, the caller's own part."""

OF_NO_ORGANISATION: Final = {("POST", "/v1/subjects/{subject}/disclosures")}
"""Data of a person are disclosed for a purpose, whoever the person belongs to (identity/subjects/disclosing.py)."""

OF_WHO_ASKED: Final = {
    ("GET", "/v1/licence-requests/{request}"),
    ("POST", "/v1/licence-requests/{request}/execution"),
}
"""A business system sees what it asked for itself: what an officer of its organisation asked for is none of it."""

OF_OFFICERS: Final = {("GET", "/v1/licences/{licence}/scan")}
"""What a permission opens to business systems too, and the service does not."""

SEEN_BY_OWNERS: Final = {
    ("GET", "/v1/seals/{seal}/digest-stampings/{stamping}"),
    ("GET", "/v1/seals/{seal}/stamping-approvals/{approval}"),
}
"""What was done with a seal, its owner sees as well as who did it."""

STAMPING: Final = "seal:stamp"
"""A seal is used by whoever is authorised, whatever duty they hold: here it is one business system alone."""

DECIDED: Final = "matrix.decided"
"""A use of the seal that its owner approves each time."""

FREE: Final = "matrix.free"

LAST: Final = (
    *("suspension", "loss-report", "cancellation", "remaking"),
    *("retirement", "revocation", "withdrawal", "refusal", "return"),
    "events",  # of a job, which go on until it has ended
)
"""What ends something is asked for after everything else."""

GIVEN_ON: Final = ("POST", "/v1/seals/{seal}/authorisations/{authorisation}/delegations")
USE: Final = {"operation": "message", "digest": "11" * 32}
BODIES: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("POST", "/v1/licences/{licence}/withdrawal"): {"ground": "public_interest"},
    ("POST", "/v1/licences/{licence}/cancellation"): {"ground": "renounced"},
    ("POST", "/v1/seals/{seal}/remaking"): {"ground": "image_worn"},
    ("POST", "/v1/seals/{seal}/digest-stampings"): {"purpose": FREE},
    ("POST", "/v1/seals/{seal}/digest-stampings/batch"): {"purpose": FREE},
    ("POST", "/v1/seals/{seal}/cms-signatures"): {"purpose": FREE, "digest": "00" * 32},
    ("POST", "/v1/seals/{seal}/stamping-approvals"): {"purpose": DECIDED, "use": USE},
    GIVEN_ON: {"purpose": FREE},
}
"""What a body says beside the example."""

BY_GRANT: Final = "/v1/sharing/"
"""What business systems are told of licences follows from the grants of sharing, and is tried there."""

QUERIES: Final = {"format": "csv", "purpose": "loan.review"}
MOMENT: Final = "2026-12-24T04:05:06Z"
SIMPLE: Final = {"integer": 1, "number": 1, "boolean": False}
PDF: Final = b"%PDF-1.7\n%%EOF\n"

Key = tuple[str, str]
Refused = tuple[int, str]


def sample(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever a schema says
    """Return something that a schema describes: the example that it shows, with what it requires and no more."""
    match schema:
        case {"$ref": str(name)}:
            return sample(parts[name.rpartition("/")[2]], parts)
        case {"format": "date-time"}:
            found: Any = MOMENT
        case {"examples": [first, *_]} | {"default": first} | {"const": first} | {"enum": [first, *_]}:
            found = first
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]} | {"allOf": [first, *_]}:
            found = sample(first, parts)
        case {"type": "object"}:
            found = {name: sample(schema["properties"][name], parts) for name in schema.get("required", ())}
        case {"type": "array"}:
            found = [sample(schema["items"], parts)] * schema.get("minItems", 1)
        case _:
            found = SIMPLE.get(schema.get("type", ""), "x" * max(2, schema.get("minLength", 2)))
    return found


class Matrix:
    """One organisation to whom everything belongs, another one, and somebody with each duty for each of them."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.furnished = service, furnished
        self.document = service.http.get("/openapi.json").json()
        self.parts = self.document["components"]["schemas"]
        own, other = furnished.authority, service.organisation()
        self.own, self.other = self.bearers(own), self.bearers(other)
        self.own[Duty.BUSINESS_SYSTEM] = self.authorised()
        self.holder = service.bearer(Grant(Duty.SEAL_OWNER, furnished.enterprise))
        examples = {
            "O3F6H8J1L4N7Q2S5U9": own,
            "seal_01k9x3v5b7d2f4h6j8m0n1p3q5": furnished.seal,
            "client_01k9x3v5b7d2f4h6j8m0n1p3q5": furnished.client,
            "11100000MB0127170X001": furnished.type,
            "P7K2M9Q4R8T1W3X5Y6": furnished.person,
        }
        self.examples = examples
        self.names = {
            "seal": furnished.seal,
            "kind": furnished.type,
            "licence": furnished.licence,
            "number": "1",
            "month": "2026-10",
            "subject": furnished.person,
            "organisation": own,
        }
        self.files: dict[Key, bytes] = {}
        self.make()
        self.make_uses_of_the_seal()
        self.make_of_types()

    def bearers(self, organisation: str) -> dict[Duty, str]:
        """Return somebody with each duty for an organisation."""
        duties = sorted(OF_ORGANISATION - {Duty.BUSINESS_SYSTEM})
        found = {duty: self.service.bearer(Grant(duty, organisation)) for duty in duties}
        return found | {Duty.BUSINESS_SYSTEM: self.service.system_bearer(organisation)}

    def authorised(self) -> str:
        """Return a token of the business system that may use the seal."""
        base = self.service.instance.base
        with base.store.transaction() as tx:
            return base.access.add_token(
                tx, self.furnished.client, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH
            ).secret

    def owner(self, key: Key, duty: Duty) -> str:
        """Return whose session opens a route: an authorisation is given on by the organisation that holds it."""
        return self.holder if key == GIVEN_ON else self.own[duty]

    def make(self) -> None:
        """Make what is to be looked at: a job, a request for review, evidence, an approval, a grant of sharing."""
        made = self.made
        job = {"type": self.furnished.type, "seal": self.furnished.seal}
        table = {"file": ("rows.csv", cast.the_table(), "text/csv")}
        made("job", "/v1/bulk-jobs", Duty.BUSINESS_SYSTEM, data=job, files=table)
        step = {"event": "suspend", "reason": "登记事项待核实"}
        made("request", f"/v1/licences/{self.furnished.licence}/requests", Duty.LICENCE_OFFICER, json=step)
        paper_of = {"file": ("paper.pdf", paper(), "application/pdf")}
        kind = {"organisation": self.furnished.authority, "kind": "application_letter"}
        made("evidence", "/v1/seal-evidence", Duty.SEAL_OWNER, data=kind, files=paper_of)
        photo = {"file": ("photo.jpg", photograph(), "image/jpeg")}
        of_own = {"issuer": self.furnished.authority}
        made("picture", "/v1/licence-pictures", Duty.LICENCE_OFFICER, data=of_own, files=photo)
        grant = of_own | {
            "client": self.furnished.client,
            "types": [{"code": cast.BUSINESS_TYPE, "fields": {"number": "whole"}}],
            "calls": ["query"],
            "purposes": [{"code": "loan.review", "words": "个人住房公积金贷款资格审核"}],
            "law": "《住房公积金管理条例》第二十六条",
            "valid_until": MOMENT,
        }
        made("grant", "/v1/sharing-grants", Duty.LICENCE_OFFICER, json=grant)

    def made(self, key: str, path: str, duty: Duty, **request: Any) -> None:  # noqa: ANN401 - as the client takes it
        """Make something of the own organisation's, and let it be what a part of a path names."""
        once = {"Idempotency-Key": uuid4().hex}
        answer = self.service.ask("POST", path, token=self.own[duty], headers=once, **request)
        assert answer.status_code in (201, 202), answer.text
        self.names[key] = answer.json()["stamping" if key == "stamping" else "id"]

    def make_uses_of_the_seal(self) -> None:
        """Let the business system seal digests, ask for an approval, and another organisation let its own stamp."""
        path = f"/v1/seals/{self.furnished.seal}"
        terms = {"holder": self.furnished.client, "operations": ["digest", "message"], "valid_until": MOMENT}
        for purpose, approval in ((FREE, "none"), (DECIDED, "each")):
            given = terms | {"purpose": purpose, "approval": approval}
            self.made("authorisation", f"{path}/authorisations", Duty.SEAL_OWNER, json=given)
        digest = {"digest": "22" * 32, "property_info": "notice.pdf", "purpose": FREE, "document_kind": "notice"}
        self.made("stamping", f"{path}/digest-stampings", Duty.BUSINESS_SYSTEM, json=digest)
        use = {"purpose": DECIDED, "document_kind": "notice", "reason": "请予用印", "use": USE}
        self.made("approval", f"{path}/stamping-approvals", Duty.BUSINESS_SYSTEM, json=use)
        shared = terms | {"holder": self.furnished.enterprise, "purpose": FREE}
        self.made("authorisation", f"{path}/authorisations", Duty.SEAL_OWNER, json=shared)

    def make_of_types(self) -> None:
        """Keep the files of which a type, or its template, is drafted."""
        path = f"/v1/licence-types/{self.furnished.type}"
        file = self.service.ask("GET", f"{path}/versions/1/file", token=self.own[Duty.LICENCE_OFFICER]).content
        self.files["POST", "/v1/licence-types/imports"] = file
        self.files["PUT", "/v1/licence-types/{kind}/template"] = ExchangedType.from_file(file).template.to_archive()

    def told(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return a body with what belongs to the own organisation in place of the examples."""
        match value:
            case dict():
                return {name: self.told(each) for name, each in value.items()}
            case list():
                return [self.told(each) for each in value]
            case _:
                return self.examples.get(value, value) if isinstance(value, str) else value

    def ask(self, key: Key, token: str) -> Refused:
        """Ask for what belongs to the own organisation; return the status and the code of the answer."""
        method, path = key
        operation = self.document["paths"][path][method.lower()]
        request: dict[str, Any] = {"headers": {"Idempotency-Key": uuid4().hex}, "params": {}}
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and one.get("required"):
                usual = sample(one["schema"] | {"examples": [one.get("example", "O3F6H8J1L4N7Q2S5U9")]}, self.parts)
                request["params"][one["name"]] = QUERIES.get(one["name"], self.told(usual))
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            body = self.told(sample(content["schema"], self.parts)) | BODIES.get(key, {})
            if media.startswith("multipart"):
                request["files"] = {"file": ("file.pdf", self.files.get(key, PDF), "application/pdf")}
                request["data"] = {name: value for name, value in body.items() if name != "file"}
            else:
                request["json"] = body
        address = re.sub(r"\{(\w+)\}", lambda found: self.names.get(found[1], "nothing_01k9x3v5"), path)
        answer = self.service.ask(method, address, token=token, **request)
        is_problem = answer.headers.get("content-type", "").startswith("application/problem")
        return answer.status_code, answer.json()["code"] if is_problem else ""


@pytest.fixture(scope="module")
def matrix(shared_furnished: Service, furnished_folder: Furnished) -> Matrix:
    """Return who asks and what for."""
    return Matrix(shared_furnished, furnished_folder)


def scoped(service: Service) -> list[tuple[Key, APIRoute]]:
    """Return the routes that duties of one organisation open, and that name something."""
    found = []
    for method, path, route in operations_of(service.app):
        permission = permission_of(route)[0]
        duties = PERMITTED[permission]
        if permission in PUBLIC | ABOUT_ONESELF or duties == frozenset(Duty) or not duties & OF_ORGANISATION:
            continue
        of_nobody = (method, path) in NAMES_NOTHING | FILTERED | OF_NO_ORGANISATION
        if not of_nobody and not path.startswith((BY_GRANT, *CATALOGUE)):
            found.append(((method, path), route))
    return sorted(found, key=lambda one: (one[0][1].endswith(LAST), one[0][1].endswith("events")))


def pairs(matrix: Matrix) -> list[tuple[Key, str, Duty]]:
    """Return every route with its permission and each duty of one organisation that opens it."""
    return [
        (key, permission_of(route)[0].value, duty)
        for key, route in scoped(matrix.service)
        for duty in sorted(PERMITTED[permission_of(route)[0]] & OF_ORGANISATION)
    ]


@pytest.mark.no_cover
def test_a_duty_opens_what_is_of_its_organisation_and_nothing_of_another(matrix: Matrix) -> None:
    asked = pairs(matrix)
    others = {(key, duty): matrix.ask(key, matrix.other[duty]) for key, _, duty in asked}
    wrong = []
    for key, permission, duty in asked:
        other, own = others[key, duty], matrix.ask(key, matrix.owner(key, duty))
        is_system = duty is Duty.BUSINESS_SYSTEM
        is_user = is_system or (key in SEEN_BY_OWNERS and duty is Duty.SEAL_OWNER)
        is_authorised = is_user if permission == STAMPING else not (is_system and key in OF_WHO_ASKED | OF_OFFICERS)
        goes_further = own != other and own[0] not in (401, 422, 429, 500)
        if other[0] not in (403, 404) or is_authorised != goes_further:
            wrong.append((key, duty.value, other, own))
    assert wrong == [], "\n".join(map(str, wrong))


def test_every_route_in_a_table_is_there(matrix: Matrix) -> None:
    routes = {(method, path) for method, path, _ in operations_of(matrix.service.app)}
    assert NAMES_NOTHING | FILTERED | OF_NO_ORGANISATION | OF_WHO_ASKED | OF_OFFICERS | set(BODIES) <= routes

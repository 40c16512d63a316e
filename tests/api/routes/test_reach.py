"""What is one authority's is out of reach of the people and systems of another, whatever route they take."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from api.demo import cast
from api.permissions import PUBLIC
from identity.duties import ADMINISTRATORS, OF_ORGANISATION, Actor, Duty, Grant
from identity.levels import Level
from licence.life.reviewing import AskStep
from licence.lifecycle import LicenceEvent
from licence.live.codes import MakeLiveCode
from tests.api.builders import Furnished, Service, copied, operations_of, permission_of, served
from tests.api.sharing import PURPOSE, SharedService
from tests.fakes.clock import NOW

OURS: Final = ("licence", "identifier", "job", "request", "grant", "consent", "code")
"""Parts of addresses that name something which belongs to somebody."""

OF_LICENCES: Final = {Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER, Duty.BUSINESS_SYSTEM}
GROUNDS: Final = {
    "/v1/licences/{licence}/withdrawal": {"ground": "fraud"},
    "/v1/licences/{licence}/cancellation": {"ground": "renounced"},
}
"""What these steps need beside what their examples say."""


@dataclass
class Street:
    """An instance in which an authority and a holder have one of everything, and strangers who have every duty."""

    service: Service
    names: Mapping[str, str]
    strangers: Mapping[str, str]
    """Their tokens."""


def one_of_everything(here: SharedService) -> dict[str, str]:
    """Return the names of what there is of the authority's and of the holder's."""
    service, furnished, ask = here.service, here.furnished, here.service.ask
    client, _ = here.client()
    granted = here.grant(client, law="")
    agreed = {
        "holder": furnished.enterprise,
        "grant": granted,
        "licence": furnished.licence,
        "purpose": PURPOSE,
        "valid_until": (NOW + timedelta(days=30)).isoformat(),
    }
    terms = ask("POST", "/v1/my/consent-terms", token=here.speaker, json=agreed).json()
    consent = ask(
        "POST",
        "/v1/my/consents",
        token=here.speaker,
        json=agreed | {"channel": "portal", "words_digest": terms["digest"]},
        headers=here.key,
    ).json()
    order = {"type": cast.BUSINESS_TYPE, "seal": furnished.seal}
    table = {"file": ("table.csv", cast.table_of([{"number": "1"}]))}
    system = service.instance.base.access
    with service.instance.base.store.transaction() as tx:
        token = system.add_token(tx, furnished.client, "xc_", timedelta(minutes=15), level=Level.HIGH).secret
    job = ask("POST", "/v1/bulk-jobs", token=token, data=order, files=table, headers=here.key).json()
    live = MakeLiveCode(licence=furnished.licence, holder=furnished.enterprise)
    step = AskStep(
        licence=furnished.licence, event=LicenceEvent.SUSPEND, reason="涉嫌违法，予以暂扣", request_key="reach"
    )
    officer = Actor(id="somebody", grants=frozenset({Grant(Duty.LICENCE_OFFICER, furnished.authority)}))
    return {
        "licence": furnished.licence,
        "identifier": here.identifier,
        "grant": granted,
        "consent": consent["id"],
        "job": job["id"],
        "request": service.instance.reviews.ask_step(officer, step).id,
        "code": service.instance.live_codes.make(furnished.system, live).code.id,
    }


@pytest.fixture(scope="module")
def street(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = copied(furnished_folder.folder, tmp_path_factory.mktemp("reach") / "instance")
    with served(folder) as service:
        names = one_of_everything(SharedService(service, furnished_folder))
        elsewhere = service.organisation()
        duties = sorted(OF_ORGANISATION - {Duty.BUSINESS_SYSTEM})
        colleague = [Grant(one, furnished_folder.authority) for one in sorted(OF_ORGANISATION - OF_LICENCES)]
        strangers = {
            "person": service.bearer(*(Grant(one, elsewhere) for one in duties)),
            "system": service.system_bearer(elsewhere),
            "colleague without a duty about licences": service.bearer(*colleague),
            **{one.value: service.bearer(Grant(one)) for one in (Duty.REGISTRAR, *sorted(ADMINISTRATORS))},
        }
        yield Street(service, names, strangers)


def example(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a value of a schema of OpenAPI: the example that it gives, or what its required parts make."""
    if "$ref" in schema:
        return example(shapes[schema["$ref"].rpartition("/")[2]], shapes)
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    return {name: example(schema["properties"][name], shapes) for name in schema.get("required", ())}


def right_request(path: str, operation: Mapping[str, Any], shapes: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return a request in which nothing is wrong but who makes it."""
    asked = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query" and one["required"]}
    request: dict[str, Any] = {
        "headers": {"Idempotency-Key": "reach"},
        "params": {name: example({**one["schema"], **one}, shapes) for name, one in asked.items()},
    }
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        told = example(body["schema"], shapes)
        request["json"] = {**told, **GROUNDS.get(path, {}), **({"type": kind} if "type" in told else {})}
    return request


@pytest.mark.no_cover
def test_nothing_of_an_authority_is_within_reach_of_another(street: Street) -> None:
    service, described = street.service, street.service.app.openapi()
    before, reached, tried = service.head(), [], 0
    for method, path, route in operations_of(service.app):
        if not any(f"{{{one}}}" in path for one in OURS) or set(permission_of(route)) & PUBLIC:
            continue
        operation = described["paths"][path][method.lower()]
        request = right_request(path, operation, described["components"]["schemas"], cast.BUSINESS_TYPE)
        for who, token in street.strangers.items():
            answer = service.ask(
                method, path.format_map(defaultdict(lambda: "1", street.names)), token=token, **request
            )
            tried += 1
            if answer.status_code not in (403, 404) or cast.ENTERPRISE.name in answer.text:
                reached.append((method, path, who, answer.status_code, answer.text[:200]))
    assert reached == []
    assert tried > 200
    assert {one.tag for one in service.events(after=before)} == {
        "access:check:allowed",  # who may ask of some, and is told nothing of this one
        "access:check:refused",
        "sharing:call:refused",
    }

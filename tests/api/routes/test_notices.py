"""Notices over HTTP: who sees them, what they tell, and what a person decides."""

import httpx2
import pytest

from identity.duties import Duty, Grant
from seal.notices import TOPIC
from tests.api.builders import Service
from tests.fakes.carrier import SILENT, PlannedCarrier
from trust.outbox import MessageRefused, put

PATH = "/v1/notices"
REFUSAL = MessageRefused(answer="印章未登记")
REASON = {"reason": "平台已更正"}


def announce(service: Service, *subjects: str) -> list[str]:
    """Put notices into the outbox, and return their names."""
    names = []
    for subject in subjects:
        with service.instance.base.store.transaction() as tx:
            data = {"sealCode": "33010000000001", "sealName": "某某局"}
            names.append(put(tx, TOPIC, subject=subject, payload={"task": "207", "data": data}).id)
    return names


@pytest.fixture
def filer(service: Service) -> str:
    """Return the session of a filer."""
    return service.bearer(Grant(Duty.SEAL_FILER))


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return what a problem says."""
    return answer.status_code, answer.json()["code"]


def test_nobody_but_filers_sees_them(service: Service, filer: str) -> None:
    (name,) = announce(service, "seal_1")
    assert len(service.ask("GET", PATH, token=filer).json()) == 1
    token = service.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    for method, path in (("GET", ""), ("GET", f"/{name}"), ("POST", f"/{name}/retry"), ("POST", f"/{name}/set-aside")):
        assert code_of(service.ask(method, PATH + path, token=token, json=REASON))[1] == "identity.duty_missing"


def test_they_are_listed_page_by_page_and_by_state(service: Service, filer: str) -> None:
    names = announce(service, "seal_1", "seal_2", "seal_3")
    service.instance.notices.deliver(PlannedCarrier(REFUSAL))
    first = service.ask("GET", PATH, token=filer, params={"limit": 2}).json()
    assert [one["id"] for one in first] == [names[2], names[1]]
    second = service.ask("GET", PATH, token=filer, params={"before": first[-1]["number"]}).json()
    assert [one["id"] for one in second] == [names[0]]
    refused = service.ask("GET", PATH, token=filer, params={"state": "refused"}).json()
    assert refused == second
    assert {name: refused[0][name] for name in ("seal", "task", "state", "attempts", "answer")} == {
        "seal": "seal_1",
        "task": "207",
        "state": "refused",
        "attempts": 1,
        "answer": "印章未登记",
    }
    for wrong in ({"state": "lost"}, {"before": 0}, {"limit": 0}, {"limit": 1001}, {"before": 1 << 31}):
        assert code_of(service.ask("GET", PATH, token=filer, params=wrong)) == (422, "request.malformed")


def test_one_is_shown_with_all_that_it_tells_and_its_receipt(service: Service, filer: str) -> None:
    (name,) = announce(service, "seal_1")
    waiting = service.ask("GET", f"{PATH}/{name}", token=filer).json()
    assert (waiting["state"], waiting["receipt"]) == ("waiting", None)
    assert waiting["data"] == {"sealCode": "33010000000001", "sealName": "某某局"}
    service.instance.notices.deliver(PlannedCarrier())
    told = service.ask("GET", f"{PATH}/{name}", token=filer).json()
    assert (told["state"], told["receipt"]) == ("delivered", f"receipt of {name}")
    assert code_of(service.ask("GET", f"{PATH}/msg_none", token=filer)) == (404, "outbox.unknown")


def test_a_refused_one_is_tried_again(service: Service, filer: str) -> None:
    (name,) = announce(service, "seal_1")
    service.instance.notices.deliver(PlannedCarrier(REFUSAL))
    answer = service.ask("POST", f"{PATH}/{name}/retry", token=filer, json=REASON)
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert service.instance.notices.deliver(PlannedCarrier()) == 1
    assert code_of(service.ask("POST", f"{PATH}/{name}/retry", token=filer, json=REASON)) == (409, "outbox.settled")


def test_one_is_set_aside_with_a_reason(service: Service, filer: str) -> None:
    first, _ = announce(service, "seal_1", "seal_1")
    service.instance.notices.deliver(PlannedCarrier(REFUSAL))
    path = f"{PATH}/{first}"
    assert code_of(service.ask("POST", f"{path}/retry", token=filer, json=REASON)) == (409, "outbox.overtaken")
    assert code_of(service.ask("POST", f"{path}/set-aside", token=filer, json={"reason": ""}))[0] == 422
    answer = service.ask("POST", f"{path}/set-aside", token=filer, json=REASON)
    assert (answer.json()["state"], answer.json()["answer"]) == ("set_aside", REASON["reason"])
    last = service.events()[-1]
    assert (last.tag, last.facts["message"], last.facts["reason"]) == ("outbox:set_aside:done", first, "平台已更正")
    assert last.actor not in ("", "system")


def test_silence_is_told_as_it_was(service: Service, filer: str) -> None:
    (name,) = announce(service, "seal_1")
    service.instance.notices.deliver(PlannedCarrier(SILENT))
    told = service.ask("GET", f"{PATH}/{name}", token=filer).json()
    assert (told["state"], told["answer"]) == ("waiting", "outbox.carrier_unavailable(fault='silent')")
    assert told["due_at"] > told["created_at"]

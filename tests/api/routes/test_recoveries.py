"""Recovery over HTTP: without a login, by document and face and a wait; at the counter by two; and no oracle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import Response

from api.proofing.simulator import STRANGER, UnsafeProviderInUse
from identity.duties import Actor, Duty, Grant
from identity.levels import Factor
from identity.service import RegisterPerson
from tests.api.builders import Service, copied, served
from tests.fakes.clock import SettableClock
from tests.identity.builders import PASSWORD, person_number

REGISTRAR = Grant(Duty.REGISTRAR)
NEW = "other quiet herons at dusk"
WAIT = timedelta(hours=24)
SEEN = {"sources": ["document_seen", "face_in_person"], "reason": "本人到场，口令遗失。"}


@pytest.fixture
def recovering(founded_folder: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Service]:
    """Return an instance of the test's own with a simulated provider."""
    with served(copied(founded_folder, tmp_path / "instance"), clock, proofing_provider="simulator") as service:
        with pytest.warns(UnsafeProviderInUse):
            assert service.instance.proofing.provider is not None
        yield service


@dataclass(frozen=True)
class Owner:
    """A person with an account."""

    id: str
    number: str
    username: str

    @property
    def asked(self) -> dict[str, str]:
        """What the owner says."""
        return {"name": "赵犇", "citizen_number": self.number}


def owner_of(service: Service, sequence: int = 701) -> Owner:
    """Return a person with an account."""
    base, number = service.instance.base, person_number(sequence)
    first, second = (Actor(id=name, grants=frozenset({REGISTRAR})) for name in ("a", "b"))
    person = base.identity.register_person(first, RegisterPerson(name="赵犇", citizen_number=number))
    base.identity.prove(second, person.id)
    username = f"owner{sequence}"
    code = base.access.open_account(first, person.id).secret
    base.access.activate(code, username=username, password=PASSWORD)
    return Owner(person.id, number, username)


def log_in(service: Service, owner: Owner, password: str = PASSWORD) -> str:
    """Return a session of an owner, or nothing."""
    answer = service.ask("POST", "/v1/auth/sessions", json={"username": owner.username, "password": password})
    found: str = answer.json().get("token", "")
    return found


def begun(service: Service, asked: dict[str, str]) -> dict[str, str]:
    """Begin a recovery."""
    answer = service.ask("POST", "/v1/auth/recoveries", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_an_account_is_recovered_after_the_wait(recovering: Service) -> None:
    owner = owner_of(recovering)
    secret = {"secret": begun(recovering, owner.asked)["secret"]}
    waiting = recovering.ask("POST", "/v1/auth/recoveries/completion", json=secret)
    assert (waiting.status_code, waiting.json()["state"]) == (200, "proven")
    early = recovering.ask("POST", "/v1/auth/recoveries/code", json=secret)
    assert (early.status_code, early.json()["code"]) == (409, "recovery.not_ready")
    assert early.json()["details"] == {"state": "proven", "seconds": 24 * 3600}
    recovering.clock.advance(WAIT)
    code = recovering.ask("POST", "/v1/auth/recoveries/code", json=secret).json()
    assert code["person"] == owner.id
    assert log_in(recovering, owner) == ""
    body = {"code": code["activation_code"], "username": owner.username, "password": NEW}
    assert recovering.ask("POST", "/v1/auth/activation", json=body).status_code == 204
    assert log_in(recovering, owner, NEW)
    person = recovering.instance.base.identity.find(owner.id)
    assert person.assurance is not None
    assert person.assurance.level == 2


def test_the_owner_is_told_and_stops_it(recovering: Service) -> None:
    owner = owner_of(recovering)
    token = log_in(recovering, owner)
    secret = {"secret": begun(recovering, owner.asked)["secret"]}
    recovering.ask("POST", "/v1/auth/recoveries/completion", json=secret)
    kinds = [one["kind"] for one in recovering.ask("GET", "/v1/me/notices", token=token).json()["notices"]]
    assert "recovery_waiting" in kinds
    (listed,) = recovering.ask("GET", "/v1/me/recoveries", token=token).json()["recoveries"]
    assert listed["state"] == "proven"
    path = f"/v1/me/recoveries/{listed['id']}/stopping"
    other = recovering.bearer()
    assert recovering.ask("POST", path, token=other).json()["code"] == "recovery.unknown"
    assert recovering.ask("POST", path, token=token).json()["state"] == "stopped"
    assert recovering.ask("POST", path, token=token).status_code == 409
    recovering.clock.advance(WAIT)
    assert recovering.ask("POST", "/v1/auth/recoveries/code", json=secret).json()["details"]["state"] == "stopped"
    assert log_in(recovering, owner)


def test_nobody_learns_who_has_an_account(recovering: Service) -> None:
    owner = owner_of(recovering)
    asked = owner.asked, {"name": "赵犇", "citizen_number": person_number(702)}
    answers = []
    for one in asked:
        recovery = begun(recovering, one)
        secret = {"secret": recovery["secret"]}
        waiting = recovering.ask("POST", "/v1/auth/recoveries/completion", json=secret).json()
        early = recovering.ask("POST", "/v1/auth/recoveries/code", json=secret)
        told = {**early.json(), "request_id": ""}
        lengths = {name: len(value) for name, value in recovery.items()}
        answers.append((lengths, {**waiting, "id": ""}, early.status_code, told))
    assert answers[0] == answers[1]


def test_somebody_else_recovers_nothing(recovering: Service) -> None:
    owner = owner_of(recovering, int(STRANGER))
    secret = {"secret": begun(recovering, owner.asked)["secret"]}
    assert recovering.ask("POST", "/v1/auth/recoveries/completion", json=secret).json()["state"] == "refused"
    recovering.clock.advance(WAIT)
    assert recovering.ask("POST", "/v1/auth/recoveries/code", json=secret).status_code == 409
    assert log_in(recovering, owner)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "赵犇"}, 422),
        ({"name": "", "citizen_number": person_number(703)}, 422),
        ({"name": " ", "citizen_number": person_number(703)}, 400),
        ({"name": "赵犇", "citizen_number": "110105194912310021"}, 400),
        ({"name": "赵犇", "citizen_number": person_number(703), "username": "x"}, 422),
    ],
)
def test_what_is_asked_is_as_it_must_be(shared: Service, body: dict[str, str], status: int) -> None:
    assert shared.ask("POST", "/v1/auth/recoveries", json=body).status_code == status


@pytest.mark.parametrize("step", ["completion", "code"])
def test_a_secret_that_is_none_opens_nothing(shared: Service, step: str) -> None:
    answer = shared.ask("POST", f"/v1/auth/recoveries/{step}", json={"secret": "xy_another"})
    assert (answer.status_code, answer.json()["code"]) == (404, "recovery.unknown")


def test_without_a_provider_it_takes_the_counter(shared: Service) -> None:
    body = {"name": "赵犇", "citizen_number": person_number(704)}
    answer = shared.ask("POST", "/v1/auth/recoveries", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "proofing.no_provider")


def test_who_shares_an_address_with_a_stranger_is_not_kept_out(
    founded_folder: Path, tmp_path: Path, clock: SettableClock
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, clock, proofing_provider="simulator", login_rate="2/hour") as service:
        with pytest.warns(UnsafeProviderInUse):
            assert service.instance.proofing.provider is not None
        owner = owner_of(service)
        login = {"username": owner.username, "password": PASSWORD}
        device = service.ask("POST", "/v1/auth/sessions", json=login).json()["device"]
        assert service.ask("POST", "/v1/auth/sessions", json={**login, "password": "x" * 12}).status_code == 403

        def begin(device: str = "", **headers: str) -> Response:
            body = {**owner.asked, "device": device}
            return service.ask("POST", "/v1/auth/recoveries", json=body, headers=headers)

        assert [begin().status_code, begin("xd_another").status_code] == [429, 429]
        by_browser, by_program = begin(Cookie=f"__Host-xinyin-device={device}"), begin(device)
        assert [by_browser.status_code, by_program.status_code, begin(device).status_code] == [201, 201, 429]
        for secret, completion, code in ((by_program.json()["secret"], 200, 409), ("xy_another", 429, 429)):
            path, body = "/v1/auth/recoveries", {"secret": secret}
            assert service.ask("POST", f"{path}/completion", json=body).status_code == completion
            assert service.ask("POST", f"{path}/code", json=body).status_code == code


def test_two_officers_recover_an_account(service: Service) -> None:
    owner = owner_of(service)
    first, second = service.bearer(REGISTRAR), service.bearer(REGISTRAR)
    token = log_in(service, owner)
    path = f"/v1/persons/{owner.id}/account-recoveries"
    made = service.ask("POST", path, token=first, json=SEEN, headers={"Idempotency-Key": uuid4().hex})
    assert (made.status_code, made.json()["kind"]) == (202, "account:recover")
    proposal = made.json()
    hand_over = f"{path}/{proposal['id']}/code"
    assert service.ask("POST", hand_over, token=first).status_code == 409
    decision = f"/v1/proposals/{proposal['id']}/approval"
    assert service.ask("POST", decision, token=second, json={"digest": proposal["digest"]}).status_code == 200
    code = service.ask("POST", hand_over, token=first)
    assert (code.status_code, code.json()["person"]) == (200, owner.id)
    assert service.ask("POST", hand_over, token=second).status_code == 409
    assert service.ask("GET", "/v1/me", token=token).status_code == 401
    assert log_in(service, owner) == ""


def test_it_takes_a_session_of_the_highest_level(shared: Service) -> None:
    weak = shared.bearer(REGISTRAR, factor=Factor.SYNCED_PASSKEY)
    path = "/v1/persons/P7K2M9Q4R8T1W3X5Y6/account-recoveries"
    answer = shared.ask("POST", path, token=weak, json=SEEN, headers={"Idempotency-Key": uuid4().hex})
    assert (answer.status_code, answer.json()["details"]["needed"]) == (401, 3)

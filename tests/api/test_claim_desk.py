"""The desk and its door: an answer is given again for as long as it is true, and not a moment longer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from typing_extensions import override

from api import problems
from api.claim_desk import MOST_KNOWN, ClaimDesk, ClaimDoor, Known
from api.middleware import AroundRequest, route_of
from api.schemas.verification import ClaimVerdict
from api.throttle import Throttle
from identity.duties import Duty, Grant
from licence.claim import CLAIM_LENGTH, read_claim, sign_claim
from licence.freshness import Fresh, Freshness, Grounds
from licence.verification import ClaimReport
from tests.api.builders import Furnished, Service
from trust.founding import Role
from trust.store import Store
from trust.verdict import Outcome, Verdict


def claim_of(furnished: Furnished) -> str:
    return furnished.claim.rsplit("/", 1)[1]


def asked(service: Service, claim: str) -> dict[str, Any]:
    answer = service.ask("GET", f"/v1/verify/{claim}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def known(service: Service, claim: str) -> Known:
    return service.instance.verifying.desk.known[claim]


def execute(service: Service, statement: str) -> None:
    with service.instance.base.store.writer.begin() as connection:
        connection.execute(text(statement))


def test_an_answer_that_is_given_again_is_that_of_the_route(furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    first = asked(furnished, claim)
    furnished.clock.advance(timedelta(seconds=5))
    desk = furnished.instance.verifying.desk
    kept = known(furnished, claim)
    again = asked(furnished, claim)
    assert known(furnished, claim) is kept, "it was not judged anew"
    by_route = furnished.ask("GET", f"/v1/verify/{claim}", token=furnished.system_bearer()).json()
    assert again == by_route
    assert first == again | {"moment": first["moment"]}
    assert again["moment"] == furnished.clock.now().isoformat().replace("+00:00", "Z") > first["moment"]
    outcome, body = desk.again(claim) or (None, b"")
    assert (outcome, json.loads(body)) == (Outcome.PASSED, again)


def test_a_revocation_shows_in_the_very_next_answer(furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    for _ in range(2):
        assert asked(furnished, claim)["outcome"] == "passed"
    officer = furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority))
    path = f"/v1/licences/{furnished_folder.licence}/revocation"
    assert furnished.ask("POST", path, token=officer, json={"reason": "登记事项造假"}).status_code == 200
    for _ in range(2):
        found = asked(furnished, claim)
        assert (found["outcome"], found["sub_indication"], found["licence"]["state"]) == (
            "failed",
            "REVOKED",
            "revoked",
        )


def test_a_revoked_key_shows_in_the_very_next_answer(furnished: Service, furnished_folder: Furnished) -> None:
    claim, base = claim_of(furnished_folder), furnished.instance.base
    signer, certificate = furnished.instance.service_keys.credential(Role.LICENCE_CLAIM)
    forged = sign_claim(replace(read_claim(claim).claim, last_day=None), signer, certificate)
    for one in (claim, forged):
        assert asked(furnished, one)["outcome"] == "passed"
    with base.store.transaction() as tx:
        base.authorities.revoke(tx, certificate, reason=1, actor="operator")
    assert asked(furnished, claim)["outcome"] == "passed"
    told = asked(furnished, forged)
    assert (told["outcome"], told["sub_indication"], told["licence"]) == ("indeterminate", "REVOKED_NO_POE", None)
    page = furnished.ask("GET", f"/v/{forged}", headers={"Accept-Language": "zh"}).text
    assert "签名密钥已被吊销" in page


@pytest.mark.parametrize(
    ("statement", "member", "value"),
    [
        (
            "UPDATE organisation SET name = '云州新名有限公司', version = version + 1 WHERE id = '{holder}'",
            "holder",
            "云州****公司",
        ),
        (
            "UPDATE organisation SET name = '云州新局', version = version + 1 WHERE id = '{issuer}'",
            "issuer",
            "云州新局",
        ),
    ],
    ids=["the holder's", "the issuer's"],
)
def test_another_name_shows_in_the_very_next_answer(
    furnished: Service, furnished_folder: Furnished, statement: str, member: str, value: str
) -> None:
    claim = claim_of(furnished_folder)
    before = asked(furnished, claim)
    execute(furnished, statement.format(holder=furnished_folder.enterprise, issuer=furnished_folder.authority))
    after = asked(furnished, claim)
    assert before["licence"][member] != after["licence"][member]
    assert after["licence"][member] == value


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda service: service.clock.advance(timedelta(days=1)), id="another day"),
        pytest.param(lambda service: execute(service, "UPDATE licence SET version = version + 1"), id="the licence"),
        pytest.param(lambda service: execute(service, "UPDATE licence SET state = 'superseded'"), id="superseded"),
        pytest.param(lambda service: execute(service, "UPDATE licence SET digest = 'another'"), id="no licence"),
    ],
)
def test_whatever_an_answer_rests_on_ends_it(
    furnished: Service, furnished_folder: Furnished, change: Callable[[Service], None]
) -> None:
    claim = claim_of(furnished_folder)
    asked(furnished, claim)
    desk = furnished.instance.verifying.desk
    assert desk.again(claim) is not None
    change(furnished)
    assert desk.again(claim) is None


def test_an_answer_ends_with_the_keys_that_sign_codes(furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    asked(furnished, claim)
    fresh = known(furnished, claim).grounds.fresh
    other = furnished.instance.service_keys.certificate(next(iter(furnished.instance.service_keys.versions)))
    assert fresh != Fresh(fresh.versions, fresh.day, (*fresh.signers, other))
    assert fresh.signers


@pytest.mark.parametrize("state", ["superseded", "withdrawn", "cancelled", "prepared", "void"])
def test_what_may_rest_on_more_is_not_kept(furnished: Service, furnished_folder: Furnished, state: str) -> None:
    execute(furnished, f"UPDATE licence SET state = '{state}'")  # noqa: S608 - names of states
    claim = claim_of(furnished_folder)
    asked(furnished, claim)
    assert claim not in furnished.instance.verifying.desk.known


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param("A" * CLAIM_LENGTH, id="of the length of a code"),
        pytest.param("A" * (CLAIM_LENGTH - 1), id="of another length"),
    ],
)
def test_what_is_no_code_is_answered_and_not_kept(shared_furnished: Service, claim: str) -> None:
    assert asked(shared_furnished, claim)["sub_indication"] == "FORMAT_FAILURE"
    assert claim not in shared_furnished.instance.verifying.desk.known


def test_a_forged_code_is_answered_and_not_kept(shared_furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    forged = claim[:100] + ("B" if claim[100] == "A" else "A") + claim[101:]
    assert asked(shared_furnished, forged)["sub_indication"] == "SIG_CRYPTO_FAILURE"
    assert forged not in shared_furnished.instance.verifying.desk.known


def test_only_so_many_answers_are_kept(shared_furnished: Service) -> None:
    whole = shared_furnished.instance.verifying.desk
    desk = ClaimDesk(whole.judge, whole.freshness)
    signer = shared_furnished.instance.service_keys.certificate(Role.LICENCE_CLAIM)
    grounds = Grounds(licence=b"", signer=signer, fresh=Fresh((), shared_furnished.clock.now().date(), ()))
    one = Known(grounds, Outcome.PASSED, b"", b"")
    for number in range(MOST_KNOWN + 2):
        desk.keep(str(number), one)
    assert (len(desk.known), "1" in desk.known, "2" in desk.known) == (MOST_KNOWN, False, True)


def test_what_was_asked_for_last_stays_longest(shared_furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    asked(shared_furnished, claim)
    desk = shared_furnished.instance.verifying.desk
    desk.keep("another", known(shared_furnished, claim))
    assert list(desk.known)[-1] == "another"
    assert desk.again(claim) is not None
    assert list(desk.known)[-1] == claim
    del desk.known["another"]


def test_the_door_lets_pass_what_is_out_of_the_ordinary(furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    asked(furnished, claim)
    path = f"/v1/verify/{claim}"
    then = furnished.ask("GET", path, params={"at": (furnished.clock.now() - timedelta(hours=1)).isoformat()})
    assert then.json()["licence"]["then"] is not None
    assert furnished.ask("GET", path, token="xs_nobody").status_code == 401
    assert furnished.ask("DELETE", path).status_code == 405
    assert furnished.ask("GET", f"/v9/verify/{claim}").status_code == 404


def test_every_check_is_counted(furnished: Service, furnished_folder: Furnished) -> None:
    claim = claim_of(furnished_folder)
    for one in (claim, claim, "A" * CLAIM_LENGTH, "A"):
        asked(furnished, one)
    assert furnished.instance.verifying.tally.counted == {"claim_passed": 2, "claim_failed": 2}


# --- the door by itself


class Elsewhere:
    """An application that says that it was asked."""

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - as servers call it
        assert scope["type"] in {"http", "lifespan"}
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def nothing_known(store: Store, service: Service) -> ClaimDesk:
    """Return a desk over a store that holds no licence."""
    verification = service.instance.verification
    freshness = Freshness(
        store, service.instance.service_keys, verification.repository, verification.identity.repository
    )
    return ClaimDesk(lambda _: (ClaimReport(verdict=Verdict()), None), freshness)


def door(store: Store, service: Service, *, rate: str = "1000/minute") -> tuple[TestClient, list[Outcome]]:
    """Return a door over a store that holds no licence, and what it counts."""
    counted = list[Outcome]()
    desk = nothing_known(store, service)
    made = ClaimDoor(
        Elsewhere(),
        desk=lambda: desk,
        prefix="/v1/verify/",
        throttle=Throttle(rate, "verify"),
        count=counted.append,
        tell=problems.problem,
    )
    return TestClient(AroundRequest(made)), counted


def test_it_answers_on_every_database(store: Store, shared: Service) -> None:
    client, counted = door(store, shared)
    answer = client.get(f"/v1/verify/{'A' * CLAIM_LENGTH}")
    assert ClaimVerdict.model_validate(answer.json()) == ClaimVerdict.of(ClaimReport(verdict=Verdict()))
    assert (answer.status_code, counted) == (200, [Outcome.INDETERMINATE])
    assert client.post(f"/v1/verify/{'A' * CLAIM_LENGTH}").status_code == 418


def test_the_log_names_the_route_and_not_the_code(sqlite_store: Store, shared: Service) -> None:
    told = list[str]()

    class Watching(ClaimDoor):
        """A door whose requests are looked at afterwards."""

        @override
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await super().__call__(scope, receive, send)
            told.append(route_of(scope))

    desk = nothing_known(sqlite_store, shared)
    made = Watching(
        Elsewhere(), lambda: desk, "/v1/verify/", Throttle("9/minute", "verify"), told.append, problems.problem
    )
    TestClient(made).get(f"/v1/verify/{'A' * CLAIM_LENGTH}")
    assert told == ["indeterminate", "/v1/verify/{claim}"]


def test_it_counts_against_the_limit(sqlite_store: Store, shared: Service) -> None:
    client, counted = door(sqlite_store, shared, rate="2/minute")
    path = f"/v1/verify/{'A' * CLAIM_LENGTH}"
    answers = [client.get(path) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "request.too_many"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(counted) == 2

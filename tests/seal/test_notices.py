"""What the platform above is told of a seal's life: which steps, which task, which fields, in its own time."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seal import repository
from seal.data.reading import read_seal
from seal.lifecycle import SealEvent, SealState
from seal.notices import TOLD, TOPIC, announce
from seal.records import HistoryEntry, Seal
from tests.fakes.clock import NOW
from tests.seal.houses import House
from trust.certificates import Certificate
from trust.outbox import Outbox
from trust.outbox_repository import Message

LOCAL_NOW = "2026-11-22 12:05:06"
SILENT = frozenset(
    {
        SealEvent.WITHDRAW,
        SealEvent.RETURN,
        SealEvent.RESUBMIT,
        SealEvent.REJECT,
        SealEvent.APPROVE,
        SealEvent.SEND_BACK,
        SealEvent.MAKE,
        SealEvent.ISSUE,
        SealEvent.REFUSE,
        SealEvent.ACCEPT,
        SealEvent.REQUEST_RESUME,
        SealEvent.REFUSE_RESUME,
        SealEvent.PROPOSE_CANCEL,
        SealEvent.REFUSE_CANCEL,
        SealEvent.REQUEST_DESTROY,
        SealEvent.DESTROY,
    }
)
"""Steps of which the platform hears nothing: no task speaks of them."""


@pytest.fixture
def filed(house: House) -> Seal:
    """Return a seal that was filed, with the notice of that taken out of sight."""
    staff = house.authority
    seal = house.approved(staff)
    house.seals.make(staff.maker, seal.id)
    return house.seals.file(staff.filer, seal.id)


def told(house: House, seal: Seal) -> list[Message]:
    """Return the notices of a seal, oldest first."""
    return [one for one in reversed(Outbox(house.store, TOPIC).messages()) if one.subject == seal.id]


def after(house: House, seal: Seal, event: SealEvent | None, **entry: object) -> tuple[str, Mapping[str, str]] | None:
    """Announce a step that happens now, and return the task and the fields of the notice of it, if there is one."""
    step = HistoryEntry(event=event, state=seal.state, actor="act_1", at=NOW, reason="情况属实", **entry)  # type: ignore[arg-type]
    before = len(told(house, seal))
    with house.store.transaction() as tx:
        announce(tx, seal, step)
    found = told(house, seal)[before:]
    return (found[0].payload["task"], found[0].payload["data"]) if found else None


def test_every_step_is_told_of_or_known_to_be_silent() -> None:
    assert set(TOLD) | SILENT == set(SealEvent)
    assert not set(TOLD) & SILENT


def test_filing_releases_the_seal_with_every_field(house: House, filed: Seal) -> None:
    (notice,) = told(house, filed)
    assert (notice.topic, notice.payload["task"], notice.created_at) == (TOPIC, "207", NOW)
    data = dict(notice.payload["data"])
    assert filed.seal is not None
    made = read_seal(filed.seal)
    certificate = Certificate(b64decode(data.pop("signCert")))
    assert filed.owner_key is not None
    assert certificate == filed.owner_key.certificate
    assert b64decode(data.pop("signature")) == made.signature
    assert json.loads(data.pop("requestParam")) == {
        "filingNumber": filed.filing_number,
        "filedAt": LOCAL_NOW,
        "sealType": "6",
    }
    with house.store.reading() as view:
        unit = house.identity.require_organisation(view, filed.owner).credit_code.value
    eight = timedelta(hours=8)
    assert data == {
        "sealCode": filed.code,
        "sealName": filed.name,
        "useUnitCode": unit,
        "sealZone": unit[2:8],
        "validStartTime": LOCAL_NOW,
        "validEndTime": f"{made.valid_until + eight:%Y-%m-%d %H:%M:%S}",
        "parentSealCode": "",
        "createTime": LOCAL_NOW,
        "creater": Certificate(made.maker_certificate).common_name,
        "legalType": unit[:2],
        "certStartTime": f"{certificate.not_before + eight:%Y-%m-%d %H:%M:%S}",
        "certEndTime": f"{certificate.not_after + eight:%Y-%m-%d %H:%M:%S}",
    }


def test_a_seal_that_replaces_another_names_it(house: House, filed: Seal) -> None:
    with house.store.reading() as view:
        first = repository.get(view, house.seal)
    assert first is not None
    assert first.code
    found = after(house, replace(filed, supersedes=first.id), SealEvent.FILE)
    assert found is not None
    assert found[1]["parentSealCode"] == first.code


@pytest.mark.parametrize("event", [SealEvent.SUSPEND, SealEvent.REPORT_LOSS])
def test_a_loss_is_told_with_its_time(house: House, filed: Seal, event: SealEvent) -> None:
    lost_at = datetime(2026, 11, 20, 23, 59, 58, tzinfo=UTC)
    found = after(house, filed, event, lost_at=lost_at)
    assert found is not None
    task, data = found
    signature = b64decode(data["signature"])
    assert filed.seal is not None
    assert signature == read_seal(filed.seal).signature
    assert task == "209"
    assert {name: value for name, value in data.items() if name != "signature"} == {
        "sealName": filed.name,
        "cancelReason": "挂失",
        "cancelDescribe": "情况属实",
        "applyDate": LOCAL_NOW,
        "invalidType": "2",
        "invalidEffectTime": "2026-11-21 07:59:58",
    }


def test_a_seal_that_only_rests_is_not_spoken_of(house: House, filed: Seal) -> None:
    assert after(house, filed, SealEvent.SUSPEND) is None
    assert after(house, filed, SealEvent.RESUME) is None


def test_a_seal_that_was_lost_and_is_resumed_is_renewed(house: House, filed: Seal) -> None:
    found = after(house, replace(filed, lost_at=NOW), SealEvent.RESUME)
    assert found is not None
    task, data = found
    assert filed.seal is not None
    made = read_seal(filed.seal)
    assert task == "103"
    assert set(data) == {"sealCode", "sealName", "validEndTime", "signature", "signCert"}
    assert (data["sealCode"], data["sealName"]) == (filed.code, filed.name)
    assert data["validEndTime"] == f"{made.valid_until + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    assert filed.owner_key is not None
    assert Certificate(b64decode(data["signCert"])) == filed.owner_key.certificate


ENDS = {
    SealEvent.CANCEL: ("0", "注销"),
    SealEvent.CONFIRM_CANCEL: ("0", "依职权注销"),
    SealEvent.SUPERSEDE: ("0", "换发"),
    SealEvent.DISCARD: ("1", "启用前作废"),
}


@pytest.mark.parametrize("event", ENDS)
def test_an_end_is_told_from_the_moment_from_which_it_counts(house: House, filed: Seal, event: SealEvent) -> None:
    for lost_at, since in ((None, LOCAL_NOW), (NOW - timedelta(days=1), "2026-11-21 12:05:06")):
        found = after(house, filed, event, lost_at=lost_at)
        assert found is not None
        task, data = found
        assert (task, data["invalidType"], data["cancelReason"]) == ("209", *ENDS[event])
        assert (data["applyDate"], data["invalidEffectTime"]) == (LOCAL_NOW, since)


def test_what_was_made_unlawfully_was_never_valid(house: House, filed: Seal) -> None:
    house.clock.advance(timedelta(days=3))
    found = after(house, filed, SealEvent.INVALIDATE)
    assert found is not None
    task, data = found
    assert (task, data["invalidType"], data["cancelReason"]) == ("209", "1", "标识为无效")
    assert data["invalidEffectTime"] == LOCAL_NOW  # when it was made


def test_no_other_step_is_told(house: House, filed: Seal) -> None:
    for event in (None, *sorted(SILENT)):
        assert after(house, filed, event) is None, event


def test_a_seal_that_was_never_filed_is_never_spoken_of(house: House, filed: Seal) -> None:
    for event in sorted(TOLD):
        assert after(house, replace(filed, filing_number=None), event, lost_at=NOW) is None, event
        assert after(house, replace(filed, seal=None), event, lost_at=NOW) is None, event


def test_the_whole_life_is_told_in_its_order(house: House, filed: Seal) -> None:
    staff = house.authority
    house.seals.issue(staff.maker, filed.id)
    house.seals.accept(staff.owner, filed.id)
    house.seals.suspend(staff.owner, filed.id, reason="不慎遗失", lost_at=NOW - timedelta(hours=5))
    house.seals.request_resume(staff.owner, filed.id, reason="已经找回")
    resumed = house.seals.resume(staff.reviewer, filed.id, reason="情况属实")
    assert resumed.state is SealState.ACTIVE
    assert [one.payload["task"] for one in told(house, filed)] == ["207", "209", "103"]

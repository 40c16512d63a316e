"""`trust notices`: what an operator reads, decides and delivers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import Instance
from seal.notices import TOPIC
from tests.api.builders import copied, settings_for
from tests.api.commands import Run, on_instance
from tests.builders import PKI
from tests.fakes.carrier import PlannedCarrier
from tests.upper_platform import SimulatedPlatform, serving
from trust.certificates import pem
from trust.founding import Role
from trust.outbox import MessageRefused, put
from trust.profiles import DOCUMENT_SIGNER


@pytest.fixture
def instance(founded_folder: Path, tmp_path: Path) -> Iterator[Instance]:
    """Return an instance of the test's own with two notices, of which the platform has refused the first."""
    opened = Instance.open(settings_for(copied(founded_folder, tmp_path / "instance")))
    for number in ("1", "2"):
        with opened.base.store.transaction() as tx:
            put(tx, TOPIC, subject=f"seal_{number}", payload={"task": "207", "data": {"sealCode": number}})
    opened.notices.deliver(PlannedCarrier(MessageRefused(answer="[bold]未登记")), until=Once())
    yield opened
    opened.base.store.close()


class Once:
    """Says that it is enough, the second time."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > 1


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: Instance) -> Run:
    """Return what runs a command on the instance."""
    return on_instance(instance.base.settings.data_dir, monkeypatch, capsys)


def names(instance: Instance) -> tuple[str, str]:
    """Return the names of the two notices: the refused one, and the one that waits."""
    waits, refused = instance.notices.messages()
    return refused.id, waits.id


def test_an_operator_sees_what_became_of_them(trust: Run, instance: Instance) -> None:
    refused, waits = names(instance)
    code, out, _ = trust("notices", "list")
    assert code == 0
    assert out.index(waits) < out.index(refused)
    assert "[bold]未登记" in out  # as it was said
    assert "1 wait, 1 refused; no platform above is configured" in out
    assert waits not in trust("notices", "list", "--state", "refused").out
    told = [json.loads(line) for line in trust("notices", "list", "--json", "--limit", "1").out.splitlines()]
    assert [(one["id"], one["state"], one["seal"]) for one in told] == [(waits, "waiting", "seal_2")]
    before = str(told[0]["number"])
    assert json.loads(trust("notices", "list", "--json", "--before", before).out)["id"] == refused


def test_an_operator_reads_one(trust: Run, instance: Instance) -> None:
    refused, _ = names(instance)
    told = json.loads(trust("notices", "show", refused).out)
    assert (told["data"], told["receipt"], told["answer"]) == ({"sealCode": "1"}, None, "[bold]未登记")
    code, _, err = trust("notices", "show", "msg_none")
    assert code == 1
    assert "outbox.unknown" in err


def test_an_operator_decides_with_a_reason(trust: Run, instance: Instance) -> None:
    refused, waits = names(instance)
    code, out, _ = trust("notices", "retry", refused, "--reason", "平台已登记", "--actor", "甲")
    assert (code, out.strip()) == (0, f"{refused} waits again")
    code, out, _ = trust("notices", "set-aside", waits, "--reason", "线下已报")
    assert (code, out.strip()) == (0, f"{waits} is set aside")
    assert trust("notices", "retry", refused).code == 2  # no reason
    code, _, err = trust("notices", "set-aside", waits, "--reason", "再次搁置")
    assert code == 1
    assert "outbox.settled" in err
    assert {instance.notices.find(name).state.value for name in (refused, waits)} == {"waiting", "set_aside"}


def test_without_a_platform_nothing_is_delivered(trust: Run) -> None:
    code, out, _ = trust("notices", "deliver")
    assert (code, out.strip()) == (1, "no platform above is configured")


def test_what_is_due_is_delivered_now(
    trust: Run, instance: Instance, monkeypatch: pytest.MonkeyPatch, sm2_pki: PKI, tmp_path: Path
) -> None:
    theirs = sm2_pki.issue(DOCUMENT_SIGNER)
    certificate = tmp_path / "platform.pem"
    certificate.write_bytes(pem(theirs.certificate.der))
    monkeypatch.setenv("TRUST_UPPER_PLATFORM_CERTIFICATE", str(certificate))
    platform = SimulatedPlatform(theirs, instance.service_keys.certificate(Role.STATUS_PUBLISHER))
    with serving(platform) as address:
        monkeypatch.setenv("TRUST_UPPER_PLATFORM_URL", address)
        assert f"1 wait, 1 refused; {address}" in trust("notices", "list").out
        code, out, _ = trust("notices", "deliver")
    assert (code, out.strip()) == (0, "1 answered; 0 wait, 1 refused")
    assert [one.data["sealCode"] for one in platform.taken] == ["2"]

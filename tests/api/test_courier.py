"""The courier: notices reach the platform above by themselves, and its faults end no thread."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.courier import Courier
from seal.notices import TOPIC
from tests.api.builders import Service, copied, served
from tests.api.commands import on_instance
from tests.builders import PKI
from tests.fakes.carrier import PlannedCarrier
from tests.upper_platform import SimulatedPlatform, serving
from trust.certificates import pem
from trust.founding import Role
from trust.outbox import put
from trust.outbox_repository import Message, MessageState
from trust.profiles import DOCUMENT_SIGNER

PATIENCE = 30.0


def announce(service: Service, subject: str = "seal_1") -> str:
    """Put a notice into the outbox, and return its name."""
    with service.instance.base.store.transaction() as tx:
        return put(tx, TOPIC, subject=subject, payload={"task": "207", "data": {"sealCode": "1"}}).id


def state(service: Service, name: str) -> MessageState:
    """Return where a notice stands."""
    return service.instance.notices.find(name).state


@pytest.fixture
def connected(founded_folder: Path, tmp_path: Path, sm2_pki: PKI) -> Iterator[tuple[Service, SimulatedPlatform]]:
    """Serve an instance whose settings name a platform above, and the platform."""
    folder, theirs = copied(founded_folder, tmp_path / "instance"), sm2_pki.issue(DOCUMENT_SIGNER)
    certificate = tmp_path / "platform.pem"
    certificate.write_bytes(pem(theirs.certificate.der))
    platform = SimulatedPlatform(theirs, theirs.certificate)
    with (
        serving(platform) as address,
        served(folder, upper_platform_url=address, upper_platform_certificate=certificate) as service,
    ):
        platform.publisher = service.instance.service_keys.certificate(Role.STATUS_PUBLISHER)
        yield service, platform


def test_a_notice_reaches_the_platform_of_the_settings(connected: tuple[Service, SimulatedPlatform]) -> None:
    service, platform = connected
    name = announce(service)
    assert Courier(service.instance).round() == 1
    (taken,) = platform.taken
    assert (taken.name, taken.code, taken.data) == (name, "207", {"sealCode": "1"})
    found = service.instance.notices.find(name)
    assert (found.state, found.answer) == (MessageState.DELIVERED, "已接收")
    assert b"signValue" in (found.receipt or b"")


def test_the_application_delivers_by_itself(connected: tuple[Service, SimulatedPlatform]) -> None:
    service, platform = connected
    announce(service)
    taken = threading.Event()
    platform.plan("transfer", lambda _: taken.set())
    with service.http:
        assert taken.wait(PATIENCE)
    assert len(platform.taken) == 1
    assert not [one for one in threading.enumerate() if one.name == "courier"]


def test_without_a_platform_notices_wait(service: Service) -> None:
    name = announce(service)
    courier = Courier(service.instance)
    courier.start()
    assert courier.round() == 0
    courier.stop()
    assert not courier.thread.is_alive()
    assert state(service, name) is MessageState.WAITING


def test_whatever_goes_wrong_the_next_round_comes(service: Service) -> None:
    first, second = announce(service, "seal_1"), announce(service, "seal_2")
    done = threading.Event()

    def note(message: Message) -> None:
        if message.id == second:
            done.set()

    carrier = PlannedCarrier(ZeroDivisionError(), note, note)
    courier = courier_with(service, carrier, pause=0.01)
    assert courier.round() == 0
    courier.start()
    service.instance.notices.retry(second, actor="act_1", reason="不再等待")
    assert done.wait(PATIENCE)
    courier.stop()
    assert (state(service, first), state(service, second)) == (MessageState.WAITING, MessageState.DELIVERED)


def test_a_stop_waits_for_the_message_that_is_on_its_way_and_for_no_other(service: Service) -> None:
    names = [announce(service, f"seal_{number}") for number in range(3)]
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: Message) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    courier = courier_with(service, PlannedCarrier(hold), pause=PATIENCE)
    courier.start()
    assert begun.wait(PATIENCE)
    courier.stopping.set()
    go_on.set()
    courier.stop()
    assert [state(service, name) for name in names] == [
        MessageState.DELIVERED,
        MessageState.WAITING,
        MessageState.WAITING,
    ]


def courier_with(service: Service, carrier: PlannedCarrier, *, pause: float) -> Courier:
    """Return a courier that uses a carrier of the test's."""
    courier = Courier(service.instance, pause=pause)
    courier.carrier = carrier
    return courier


def test_a_platform_without_a_certificate_is_told_before_anything_is_served(
    founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = on_instance(copied(founded_folder, tmp_path / "instance"), monkeypatch, capsys)
    monkeypatch.setenv("TRUST_UPPER_PLATFORM_CERTIFICATE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("TRUST_UPPER_PLATFORM_URL", "https://seal.example")
    code, _, err = trust("serve")
    assert code == 1
    assert "TRUST_UPPER_PLATFORM_CERTIFICATE" in err

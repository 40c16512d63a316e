"""What every carrier owes to the outbox: a receipt for what arrived, again for a repetition, and final refusals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from api.upper_platform import UpperPlatform
from tests.builders import PKI
from tests.fakes.carrier import SILENT, PlannedCarrier
from tests.fakes.clock import NOW, SettableClock
from tests.upper_platform import Answer, SimulatedPlatform, serving
from trust.errors import Unavailable
from trust.outbox import Carrier, MessageRefused
from trust.outbox_repository import Message, MessageState
from trust.profiles import DOCUMENT_SIGNER, STATUS_PUBLISHER


@dataclass(frozen=True)
class Rig:
    """A carrier, and what its receiver does."""

    carrier: Carrier
    taken: Callable[[], list[str]]
    """The names of what has arrived, each once."""

    refuse: Callable[[], None]
    """Refuse the next message for good."""

    be_silent: Callable[[], None]
    """Take the next message, and do not answer."""


def fake() -> Rig:
    """Return the carrier in memory."""
    carrier = PlannedCarrier()

    def take_in_silence(message: Message) -> None:
        carrier.taken.append(message)
        raise SILENT

    return Rig(
        carrier=carrier,
        taken=lambda: [one.id for one in carrier.taken],
        refuse=lambda: carrier.plans.append(MessageRefused(answer="no")),
        be_silent=lambda: carrier.plans.append(take_in_silence),
    )


def drop(answer: Answer) -> None:
    """Say nothing."""
    answer.dropped = True


def over_http(platform: SimulatedPlatform, carrier: UpperPlatform) -> Rig:
    """Return the carrier to the platform above."""
    return Rig(
        carrier=carrier,
        taken=lambda: [one.name for one in platform.taken],
        refuse=lambda: setattr(platform, "refuses", lambda _: "no"),
        be_silent=lambda: platform.plan("transfer", drop),
    )


@pytest.fixture(params=["fake", "upper platform"])
def rig(request: pytest.FixtureRequest, sm2_pki: PKI, clock: SettableClock) -> Iterator[Rig]:
    """Return every carrier in turn."""
    if request.param == "fake":
        yield fake()
        return
    publisher, theirs = sm2_pki.issue(STATUS_PUBLISHER), sm2_pki.issue(DOCUMENT_SIGNER)
    platform = SimulatedPlatform(theirs, publisher.certificate)
    with serving(platform) as address:
        yield over_http(
            platform,
            UpperPlatform(
                address=address,
                certificate=theirs.certificate,
                identifier="",
                credential=lambda: (publisher.signer, publisher.certificate),
                clock=clock,
            ),
        )


def message(number: int) -> Message:
    """Return a message."""
    return Message(
        id=f"msg_{number}",
        number=number,
        topic="seal status",
        subject="seal_1",
        payload={"task": "207", "data": {"sealCode": f"{number}"}},
        created_at=NOW,
        state=MessageState.WAITING,
        due_at=NOW,
    )


def test_there_is_a_receipt_for_what_arrived(rig: Rig) -> None:
    for number in (1, 2):
        receipt = rig.carrier.deliver(message(number))
        assert receipt.answer
        assert receipt.proof
    assert rig.taken() == ["msg_1", "msg_2"]


def test_a_repetition_gets_a_receipt_and_arrives_once(rig: Rig) -> None:
    first, again = rig.carrier.deliver(message(1)), rig.carrier.deliver(message(1))
    assert first.answer == again.answer
    assert rig.taken() == ["msg_1"]


def test_what_arrived_without_an_answer_is_sent_again(rig: Rig) -> None:
    rig.be_silent()
    with pytest.raises(Unavailable):
        rig.carrier.deliver(message(1))
    assert rig.taken() == ["msg_1"]
    rig.carrier.deliver(message(1))
    assert rig.taken() == ["msg_1"]


def test_a_refusal_is_final_and_says_why(rig: Rig) -> None:
    rig.refuse()
    with pytest.raises(MessageRefused) as caught:
        rig.carrier.deliver(message(1))
    assert caught.value.details == {"answer": "no"}
    assert rig.taken() == []

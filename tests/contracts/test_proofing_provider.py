"""What every provider of proofing owes: answers to the question that was put, the same again, or silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from api.proofing.simulator import ABSENT, STRANGER, UnsafeProviderInUse, UnsafeSimulatedProvider
from identity.levels import Level
from identity.proofing.errors import ProviderUnavailable
from identity.proofing.proofing import Method
from identity.proofing.provider import Claimed, Outcome, ProofingProvider, Question, require_answer
from identity.proofing.rules import level_of
from identity.subject import SubjectKind
from tests.api.proofing.rig import CLAIMED, question, rigged
from tests.builders import PKI
from tests.fakes.clock import SettableClock
from tests.fakes.provider import PlannedProvider
from tests.proofing_provider import Said


@dataclass(frozen=True)
class Contracted:
    """A provider, and how it is made to find somebody else, nobody yet, or to say nothing."""

    provider: ProofingProvider
    stranger: Callable[[], Claimed]
    absent: Callable[[], Claimed]
    be_silent: Callable[[], None] | None
    clock: SettableClock


def numbered(sequence: str) -> Claimed:
    """Return somebody with a sequence in the number."""
    return Claimed(name="王小明", number=f"11010519491231{sequence}X", phone="13800001234")


def over_http(pki: PKI, clock: SettableClock) -> Iterator[Contracted]:
    """Return the provider over HTTP."""
    with rigged(pki, clock) as rig:

        def find(outcome: str) -> Claimed:
            def plan(said: Said) -> None:
                said.data.update(outcome=outcome, sources=[])

            rig.simulated.plan(plan)
            return CLAIMED

        def drop(said: Said) -> None:
            said.dropped = True

        yield Contracted(
            provider=rig.provider,
            stranger=lambda: find("not_matched"),
            absent=lambda: find("pending"),
            be_silent=lambda: rig.simulated.plan(drop, drop),
            clock=clock,
        )


@pytest.fixture(params=["fake", "over HTTP", "simulated"])
def contracted(request: pytest.FixtureRequest, sm2_pki: PKI, clock: SettableClock) -> Iterator[Contracted]:
    """Return every provider in turn."""
    match request.param:
        case "fake":
            provider = PlannedProvider(clock)

            def find(outcome: Outcome) -> Claimed:
                provider.plan({"outcome": outcome, "sources": frozenset()})
                return CLAIMED

            yield Contracted(
                provider=provider,
                stranger=lambda: find(Outcome.NOT_MATCHED),
                absent=lambda: find(Outcome.PENDING),
                be_silent=lambda: provider.plan(ProviderUnavailable(seconds=30)),
                clock=clock,
            )
        case "over HTTP":
            yield from over_http(sm2_pki, clock)
        case _:
            with pytest.warns(UnsafeProviderInUse):
                simulated = UnsafeSimulatedProvider(clock)
            yield Contracted(
                provider=simulated,
                stranger=lambda: numbered(STRANGER),
                absent=lambda: numbered(ABSENT),
                be_silent=None,
                clock=clock,
            )


def asked(contracted: Contracted, method: Method, claimed: Claimed = CLAIMED) -> Question:
    """Return a question."""
    found = question(contracted.clock, method)
    return Question(
        reference=found.reference, nonce=found.nonce, method=method, claimed=claimed, asked_at=found.asked_at
    )


def test_whoever_comes_is_found_by_document_and_face(contracted: Contracted) -> None:
    one = asked(contracted, Method.REMOTE)
    started = contracted.provider.begin(one)
    assert started.address
    answer = contracted.provider.result(one, started.transaction)
    require_answer(answer, one, transaction=started.transaction, now=contracted.clock.now())
    assert answer.outcome is Outcome.MATCHED
    assert level_of(SubjectKind.PERSON, Method.REMOTE, answer.sources) is Level.HIGH


def test_records_that_agree_are_worth_a_little(contracted: Contracted) -> None:
    one = asked(contracted, Method.MATCH)
    answer = contracted.provider.match(one)
    require_answer(answer, one, transaction="", now=contracted.clock.now())
    assert level_of(SubjectKind.PERSON, Method.MATCH, answer.sources) is Level.BASIC


def test_asking_again_gets_the_same(contracted: Contracted) -> None:
    one = asked(contracted, Method.REMOTE)
    started = contracted.provider.begin(one)
    first, again = (contracted.provider.result(one, started.transaction) for _ in range(2))
    assert (first.outcome, first.transaction) == (again.outcome, again.transaction)


@pytest.mark.parametrize("step", ["match", "result"])
def test_somebody_else_is_found_to_be_so(contracted: Contracted, step: str) -> None:
    method = Method.MATCH if step == "match" else Method.REMOTE
    transaction = contracted.provider.begin(asked(contracted, method)).transaction if step == "result" else ""
    one = asked(contracted, method, contracted.stranger())
    provider = contracted.provider
    answer = provider.result(one, transaction) if transaction else provider.match(one)
    assert (answer.outcome, answer.sources) == (Outcome.NOT_MATCHED, frozenset())


def test_who_has_not_come_is_waited_for(contracted: Contracted) -> None:
    transaction = contracted.provider.begin(asked(contracted, Method.REMOTE)).transaction
    answer = contracted.provider.result(asked(contracted, Method.REMOTE, contracted.absent()), transaction)
    assert (answer.outcome, answer.sources) == (Outcome.PENDING, frozenset())


def test_silence_is_told_with_when_to_ask_again(contracted: Contracted) -> None:
    if contracted.be_silent is None:
        assert contracted.provider.name == "simulated"  # it has nobody to wait for
        return
    contracted.be_silent()
    with pytest.raises(ProviderUnavailable) as silent:
        contracted.provider.match(asked(contracted, Method.MATCH))
    assert int(silent.value.details["seconds"]) > 0


def test_a_provider_has_a_name_for_the_record(contracted: Contracted) -> None:
    assert contracted.provider.name

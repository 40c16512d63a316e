"""The workshop: what is on record before a key signs, what an attempt that was cut off leaves, what comes out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.duties import Actor, Duty
from identity.errors import SubjectNotActive
from seal.data.asn1 import SealVersion
from seal.data.reading import read_seal
from seal.errors import DesignNotOfOwner, OwnWorkRefused
from seal.life.workshop import SEAL_LIFETIME
from seal.lifecycle import SealState
from seal.repository import Seal
from seal.verification.signatures import judge_seal
from tests.fakes.clock import NOW
from tests.fakes.faulty import Crash
from tests.seal.houses import House, actor, at_once
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent
from trust.lifecycle import EventNotPossible
from trust.signing import KeyPurpose, SigningUnavailable
from trust.store import LostRace
from trust.verdict import Outcome

START = NOW.replace(microsecond=0)


@pytest.fixture
def seal(house: House) -> str:
    """Return a seal that is ready to be made."""
    approved = house.approved(house.authority).id
    house.faults.passed.clear()
    return approved


def look(house: House, seal: str) -> Seal:
    return house.seals.find(house.authority.reviewer, seal)[0]


def generated(house: House) -> list[str]:
    return [point for point in house.faults.passed if point.startswith("generate:")]


def test_no_seal_is_made_under_a_name_of_before(house: House, seal: str) -> None:
    people = house.identity.repository
    with house.store.transaction() as tx:
        owner = house.identity.require_organisation(tx, house.authority.organisation)
        people.change_organisation(tx, replace(owner, name="云州市市场监管局"))
        tx.record(AuditEvent(tag="test:rename:done", actor="test", subject=owner.id))
    with pytest.raises(DesignNotOfOwner):
        house.seals.make(house.authority.maker, seal)
    assert (look(house, seal).code, generated(house)) == (None, [])
    sent = house.seals.send_back(house.authority.maker, seal, reason="申请单位已更名")
    assert sent.state is SealState.APPLIED


def test_a_made_seal_holds_two_certified_keys_and_passes_verification(house: House, seal: str) -> None:
    made = house.seals.make(house.authority.maker, seal)
    owner = house.identity.find(house.authority.organisation)
    assert made.owner_key is not None
    assert made.document_key is not None
    assert (made.owner_key.key.purpose, made.owner_key.key.algorithm.name) == (KeyPurpose.SEAL_OWNER, "sm2")
    assert (made.document_key.key.purpose, made.document_key.key.algorithm.name) == (KeyPurpose.DOCUMENT, "p256")
    stamps, signs = made.owner_key.certificate, made.document_key.certificate
    assert stamps is not None
    assert signs is not None
    assert (stamps.common_name, signs.common_name) == (made.code, made.name)
    assert stamps.organisation == signs.organisation == owner.name
    assert made.seal is not None
    read = read_seal(made.seal)
    assert (read.identifier, read.name, read.listed) == (made.code, made.name, (stamps.der,))
    with house.store.reading() as view:
        report = judge_seal(made.seal, house.authorities.evidence(view), now=NOW).report
    assert report.verdict.outcome is Outcome.PASSED


def test_a_seal_ends_before_its_certificates(house: House, seal: str) -> None:
    made = house.seals.make(house.authority.maker, seal)
    assert made.valid_until == START + SEAL_LIFETIME
    assert made.seal is not None
    assert read_seal(made.seal).valid_until == made.valid_until
    for key in (made.owner_key, made.document_key):
        assert key is not None
        assert key.certificate is not None
        assert key.certificate.not_after > made.valid_until


def test_the_code_is_that_of_the_owner_s_area(house: House) -> None:
    codes = [house.active(house.authority).code for _ in range(2)]
    assert [str(code)[:6] for code in codes] == ["330199"] * 2
    assert int(str(codes[1])) == int(str(codes[0])) + 1


def test_everything_is_on_record_before_a_key_signs(house: House, seal: str) -> None:
    head = house.head()
    made = house.seals.make(house.authority.maker, seal)
    passed = house.faults.passed
    signs = [number for number, point in enumerate(passed) if point.startswith("sign:")]
    prepared = [number for number, point in enumerate(passed) if point == "commit:certificate:issue:prepared"]
    assert len(prepared) == 2
    assert max(prepared) < min(signs)
    assert max(signs) < passed.index("commit:seal:make:done")
    assert made.seal is not None
    assert made.owner_key is not None
    assert made.owner_key.certificate is not None
    event = house.events(after=head)[-1]
    assert event.facts == {
        "state": "made",
        "reason": "",
        "code": made.code,
        "seal": sm3(made.seal).hex(),
        "owner": made.owner_key.certificate.fingerprint,
    }


@pytest.mark.parametrize("error", [Crash(), SigningUnavailable()], ids=["a crash", "a custody that does not answer"])
@pytest.mark.parametrize(
    "point",
    ["sign:certification", "signed:certification", "sign:seal_maker", "signed:seal_maker", "commit:seal:make:done"],
)
def test_what_was_begun_is_taken_up_again(house: House, seal: str, point: str, error: BaseException) -> None:
    house.faults.fail(point, error)
    with pytest.raises(type(error)):
        house.seals.make(house.authority.maker, seal)
    begun = look(house, seal)
    assert (begun.state, begun.seal, begun.valid_until) == (SealState.APPROVED, None, None)
    assert begun.owner_key is not None
    assert begun.document_key is not None
    assert begun.owner_key.certificate is None
    assert sorted(generated(house)) == ["generate:document", "generate:seal_owner"]
    house.faults.passed.clear()
    made = house.seals.make(house.authority.maker, seal)
    assert made.owner_key is not None
    assert made.document_key is not None
    assert made.code == begun.code
    assert (made.owner_key.key, made.document_key.key) == (begun.owner_key.key, begun.document_key.key)
    assert generated(house) == []


def test_a_crash_before_anything_is_on_record_leaves_nothing(house: House, seal: str) -> None:
    before = look(house, seal)
    house.faults.fail("commit:certificate:issue:prepared", Crash())
    with pytest.raises(Crash):
        house.seals.make(house.authority.maker, seal)
    assert look(house, seal) == before


def test_a_seal_that_does_not_pass_our_own_verification_is_not_made(house: House, seal: str) -> None:
    house.clock.advance(timedelta(days=8))  # no list is fresh any more
    with pytest.raises(OwnWorkRefused) as refused:
        house.seals.make(house.authority.maker, seal)
    assert refused.value.details == {"check": "certificate.revocation"}
    assert look(house, seal).state is SealState.APPROVED
    house.authorities.keep_lists_fresh()
    assert house.seals.make(house.authority.maker, seal).state is SealState.MADE


def test_no_seal_is_made_for_an_owner_who_may_not_act(house: House, seal: str) -> None:
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), house.authority.organisation, reason="涉嫌冒用")
    with pytest.raises(SubjectNotActive):
        house.seals.make(house.authority.maker, seal)
    assert house.faults.passed.count("sign:certification") == len(generated(house)) == 0


def test_two_makers_at_once_make_one_seal(either_house: House) -> None:
    house = either_house
    approved = house.approved(house.authority).id
    makers: list[Actor] = [actor(f"maker {number}", Duty.SEAL_MAKER) for number in range(2)]
    results = at_once(
        lambda: house.seals.make(makers[0], approved),
        lambda: house.seals.make(makers[1], approved),
    )
    made = [one for one in results if isinstance(one, Seal)]
    assert len(made) == 1
    assert {type(one) for one in results} <= {Seal, EventNotPossible, LostRace}
    assert look(house, approved) == made[0]


def test_the_maker_s_certificate_is_validated_before_its_key_signs(house: House, seal: str) -> None:
    house.clock.advance(timedelta(days=8))  # no list is fresh any more
    with pytest.raises(OwnWorkRefused):
        house.seals.make(house.authority.maker, seal)
    assert "sign:seal_maker" not in house.faults.passed


def test_the_standard_of_2025_by_the_switch(house: House, seal: str) -> None:
    house.workshop.version = SealVersion.GMT0031_2025
    house.workshop.stamper = house.stampers.seal
    made = house.seals.make(house.authority.maker, seal)
    assert made.seal is not None
    read = read_seal(made.seal)
    assert (read.version, read.deviations) == (SealVersion.GMT0031_2025, ())
    with house.store.reading() as view:
        report = judge_seal(made.seal, house.authorities.evidence(view), now=NOW).report
    assert Outcome.PASSED is report.verdict.outcome
    assert report.proven_time is not None
    assert START <= report.proven_time <= house.clock.now()

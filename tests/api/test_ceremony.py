"""The founding ceremony: held once, all or nothing, with a transcript that holds no secret."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from api import migrations
from api.ceremony import (
    CEREMONY,
    MAX_OPERATOR,
    AdministratorsEnough,
    Founded,
    FounderNamedTwice,
    FounderRecord,
    Founders,
    FoundersMalformed,
    add_security_administrator,
    hold_ceremony,
)
from api.demo import cast
from api.foundation import Foundation
from api.health import probe
from api.wiring import Instance
from identity.authentication.signing_in import LogIn
from identity.duties import Actor, Duty, Grant
from identity.errors import CitizenNumberMalformed
from identity.tokens import ACTIVATION_LIFETIME
from keys.errors import KeystoreExists, KeystoreUnavailable
from tests.api.builders import settings_for
from tests.fakes.clock import NOW, SettableClock
from trust import audit, founding
from trust import repository as trail
from trust.errors import TrustError
from trust.founding import AlreadyFounded, Role
from trust.typefaces import CharacterNotCovered

FOUNDERS = cast.founders()
PASSWORD = "seven quiet herons at dawn"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Founded]:
    """Hold a ceremony, and return its folder and what it made."""
    folder = tmp_path_factory.mktemp("ceremony") / "a" / "b"
    return folder, hold_ceremony(settings_for(folder), FOUNDERS, SettableClock())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_root_key_is_for_its_owner_alone(held: tuple[Path, Founded]) -> None:
    folder, founded = held
    assert folder / "keys" / "root.key" == founded.root_key
    assert (mode(founded.root_key), mode(folder / "keys"), mode(folder)) == (0o600, 0o700, 0o700)
    assert re.fullmatch(r"[0-9a-f]{64}\n", founded.root_key.read_text())


def test_nothing_in_the_folder_is_for_others(held: tuple[Path, Founded]) -> None:
    folder, _ = held
    assert mode(folder) & 0o077 == 0  # so that what stands in it needs no mode of its own


def test_a_founded_instance_is_in_order(held: tuple[Path, Founded]) -> None:
    folder, _ = held
    instance = Instance.open(settings_for(folder), SettableClock())
    assert all(part.ok for part in probe(instance))
    with instance.base.store.reading() as view:
        assert audit.check(view, trusted=[instance.service_keys.certificate(Role.AUDIT)]).broken_at is None
        events = [one.event for one in trail.events(view)]
    instance.base.store.close()
    assert {"system", CEREMONY} == {event.actor for event in events}
    assert sum(event.tag == "duty:grant:done" for event in events) == 6


def test_each_founder_has_one_duty_and_a_code(held: tuple[Path, Founded]) -> None:
    folder, founded = held
    administrators = [Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR]
    expected = [*administrators, Duty.REGISTRAR, Duty.REGISTRAR, Duty.SECURITY_ADMINISTRATOR]
    assert expected == [founder.duty for founder in founded.founders]
    instance = Instance.open(settings_for(folder), SettableClock())
    access = instance.base.access
    for place, founder in enumerate(founded.founders):
        assert founder.activation.expires_at == NOW + ACTIVATION_LIFETIME
        username = f"founder{place}"
        assert founder.activation.holder == access.activate(
            founder.activation.secret, username=username, password=PASSWORD
        )
        session = instance.base.sign_in.log_in(LogIn(username=username, password=PASSWORD)).token
        assert frozenset({Grant(founder.duty)}) == access.actor_of(session.secret).grants
    instance.base.store.close()


def test_the_transcript_tells_what_was_done_and_holds_no_secret(held: tuple[Path, Founded]) -> None:
    _, founded = held
    transcript = founded.transcript()
    for name, certificate in founded.certificates:
        assert name in transcript
        assert certificate.fingerprint in transcript
    assert FOUNDERS.operator in transcript
    assert founded.root_key.read_text().strip() not in transcript
    for founder, (_, record) in zip(founded.founders, FOUNDERS.duties(), strict=True):
        assert founder.activation.holder in transcript
        assert founder.activation.secret not in transcript
        for personal in (record.name, record.citizen_number):
            assert personal not in transcript
    assert not re.search(r"x[sca]_", transcript)


def test_what_a_ceremony_returns_shows_itself_without_secrets(held: tuple[Path, Founded]) -> None:
    _, founded = held
    shown = repr(founded)
    for founder in founded.founders:
        assert founder.activation.secret not in shown
        assert founder.name not in shown
    for _, record in FOUNDERS.duties():
        assert record.citizen_number not in repr(FOUNDERS)


def test_it_is_held_once(held: tuple[Path, Founded]) -> None:
    folder, founded = held
    before = founded.root_key.read_text()
    with pytest.raises(KeystoreExists):
        hold_ceremony(settings_for(folder), FOUNDERS, SettableClock())
    settings = settings_for(folder, root_key_file=founded.root_key)
    with pytest.raises(AlreadyFounded):
        hold_ceremony(settings, FOUNDERS, SettableClock())
    assert before == founded.root_key.read_text()


def test_a_root_key_that_the_operator_made_is_used(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.key"
    file.touch(mode=0o600)
    file.write_text("5a" * 32)
    settings = settings_for(tmp_path / "instance", root_key_file=file)
    founded = hold_ceremony(settings, FOUNDERS, SettableClock())
    assert file == founded.root_key
    assert [one.name for one in (tmp_path / "instance" / "keys").iterdir()] == ["root.json"]  # the public record


@pytest.mark.parametrize(
    ("content", "bits"), [(None, 0o600), ("5a" * 31, 0o600), ("not hexadecimal" * 5, 0o600), ("5a" * 32, 0o644)]
)
def test_a_root_key_that_cannot_be_used_founds_nothing(tmp_path: Path, content: str | None, bits: int) -> None:
    file = tmp_path / "elsewhere.key"
    if content is not None:
        file.write_text(content)
        file.chmod(bits)
    settings = settings_for(tmp_path / "instance", root_key_file=file)
    with pytest.raises(KeystoreUnavailable):
        hold_ceremony(settings, FOUNDERS, SettableClock())
    assert not (tmp_path / "instance" / "trust.db").exists()


def changed(**changes: Any) -> Founders:  # noqa: ANN401 - any member
    return Founders.model_validate({**FOUNDERS.model_dump(), **changes})


WRONG_NUMBER = FounderRecord(name="陆清和", citizen_number="110105194912310021")
UNDRAWN = FounderRecord(name="陆\u200b清和", citizen_number=cast.person_number(103))


@pytest.mark.parametrize(
    ("founders", "error"),
    [
        (changed(auditor=WRONG_NUMBER.model_dump()), CitizenNumberMalformed),
        (changed(auditor=FOUNDERS.system_administrator.model_dump()), FounderNamedTwice),
        (changed(auditor=UNDRAWN.model_dump()), TrustError),
        (changed(registrars=[FOUNDERS.auditor.model_dump(), WRONG_NUMBER.model_dump()]), TrustError),
    ],
)
def test_a_ceremony_that_fails_can_be_held_again(tmp_path: Path, founders: Founders, error: type[Exception]) -> None:
    # A typing error in a name must not leave an instance that is founded by half, and can never be founded whole.
    settings = settings_for(tmp_path / "instance")
    with pytest.raises(error) as refused:
        hold_ceremony(settings, founders, SettableClock())
    assert re.fullmatch(r"founder [345]: (auditor|registrar)", refused.value.__notes__[0])  # of five, this one
    assert not settings.data_dir.exists()
    assert len(hold_ceremony(settings, FOUNDERS, SettableClock()).founders) == 6


def test_the_name_of_the_operator_can_be_read(tmp_path: Path) -> None:
    # It stands in every certificate: what cannot be seen in it can deceive.
    with pytest.raises(CharacterNotCovered):
        hold_ceremony(settings_for(tmp_path / "instance"), changed(operator="云州\u202e局"), SettableClock())


def test_the_names_of_authorities_keep_the_limit_of_x520(tmp_path: Path) -> None:
    founded = hold_ceremony(settings_for(tmp_path / "i"), changed(operator="云" * MAX_OPERATOR), SettableClock())
    instance = Instance.open(settings_for(tmp_path / "i"), SettableClock())
    names = [certificate.common_name for _, certificate in founded.certificates]
    names += [instance.service_keys.certificate(role).common_name for role in Role]
    instance.base.store.close()
    assert max(map(len, names)) == 64


def test_a_ceremony_that_broke_off_is_finished_with_its_root_key(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "instance")
    base = Foundation.create(settings, SettableClock())
    migrations.upgrade(base.store.writer)
    founding.found(base.store, base.custody, base.authorities, operator=FOUNDERS.operator)
    base.store.close()  # here the power failed: there is an instance, and nobody who could do anything in it
    with pytest.raises(KeystoreExists):
        hold_ceremony(settings, FOUNDERS, SettableClock())
    named = settings_for(tmp_path / "instance", root_key_file=settings.root_key)
    assert len(hold_ceremony(named, FOUNDERS, SettableClock()).founders) == 6
    with pytest.raises(AlreadyFounded):
        hold_ceremony(named, FOUNDERS, SettableClock())


def test_founders_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "founders.json"
    file.write_text(FOUNDERS.model_dump_json())
    assert Founders.read(file) == FOUNDERS


@pytest.mark.parametrize(
    "change",
    [
        {"operator": ""},
        {"operator": "一" * (MAX_OPERATOR + 1)},
        {"auditor": None},
        {"registrars": [FOUNDERS.registrars[0].model_dump()]},
        {"registrars": [FOUNDERS.registrars[0].model_dump()] * 11},
        {"more": 1},
        {"auditor": {"name": "", "citizen_number": cast.person_number(103)}},
        {"auditor": {"name": "陆清和", "citizen_number": "1"}},
        {"auditor": {"name": "陆清和", "citizen_number": cast.person_number(103), "more": 1}},
    ],
)
def test_founders_must_be_complete(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "founders.json"
    file.write_text(json.dumps({**FOUNDERS.model_dump(), **change}))
    with pytest.raises(FoundersMalformed) as refused:
        Founders.read(file)
    assert next(iter(change)) in str(refused.value.details["field"])
    assert cast.person_number(103) not in str(refused.value)


def test_a_rare_name_that_is_covered_is_no_obstacle(tmp_path: Path) -> None:
    founders = changed(auditor={"name": "王𠮷㛃", "citizen_number": cast.person_number(103)})
    assert len(hold_ceremony(settings_for(tmp_path / "i"), founders, SettableClock()).founders) == 6


def second(folder: Path) -> FounderRecord:
    """Return somebody who is added later, from the file that names them."""
    file = folder / "second.json"
    file.write_text(json.dumps({"name": "柳静川", "citizen_number": cast.person_number(106)}))
    return FounderRecord.read(file)


def test_a_second_security_administrator_is_added_where_there_is_one(tmp_path: Path) -> None:
    alone = FOUNDERS.model_copy(update={"second_security_administrator": None})
    settings = settings_for(tmp_path / "alone")
    hold_ceremony(settings, alone, SettableClock())
    added = add_security_administrator(settings, second(tmp_path), SettableClock())
    assert (added.duty, added.activation.expires_at) == (Duty.SECURITY_ADMINISTRATOR, NOW + ACTIVATION_LIFETIME)
    with pytest.raises(AdministratorsEnough) as refused:
        add_security_administrator(settings, second(tmp_path), SettableClock())
    assert refused.value.code == "instance.administrators_enough"


def test_whose_account_is_frozen_leaves_room_for_another(tmp_path: Path) -> None:
    """Else one who freezes the other could never be helped: nobody is left to agree, or to open the account."""
    settings = settings_for(tmp_path / "frozen")
    founded = hold_ceremony(settings, FOUNDERS, SettableClock())
    first, other = (one for one in founded.founders if one.duty is Duty.SECURITY_ADMINISTRATOR)
    base = Foundation.open(settings, SettableClock())
    actor = Actor(id=first.activation.holder, grants=frozenset())
    base.account_freezing.freeze(actor, other.activation.holder, reason="疑似被盗用")
    base.store.close()
    third = FounderRecord(name="白露", citizen_number=cast.person_number(177))
    add_security_administrator(settings, third, SettableClock())
    with pytest.raises(AdministratorsEnough):
        add_security_administrator(settings, third, SettableClock())


def test_what_names_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "second.json").write_text('{"name": "柳静川"}')
    with pytest.raises(FoundersMalformed) as refused:
        FounderRecord.read(tmp_path / "second.json")
    assert refused.value.details["field"] == "citizen_number"

"""`trust enter-demonstration` lets people look at what is made up, and lets nobody in anywhere else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from api.ceremony import hold_ceremony
from api.demo import cast
from api.foundation import Foundation
from identity import grant_repository
from identity.authentication.signing_in import LogIn
from identity.duties import Duty
from identity.errors import CredentialsWrong
from tests.api.builders import copied, settings_for
from tests.api.commands import Run, on_instance
from tests.fakes.clock import SettableClock
from trust import repository as trail

COMMAND = "enter-demonstration"
WHO = "system.administrator"
PASSWORD, CHOSEN = "seven quiet herons at dawn", "nine loud geese at dusk"


@pytest.fixture
def folder(founded_folder: Path, tmp_path: Path) -> Path:
    """Return a demonstration's folder, in which one of the founders has chosen a password, and the others have not."""
    folder = copied(founded_folder, tmp_path / "instance")
    with standing(folder) as base:
        with base.store.transaction() as tx:
            held = (one for _, one in grant_repository.holdings(tx, limit=100))
            person = next(one.holder for one in held if one.grant.duty is Duty.SYSTEM_ADMINISTRATOR)
            code = base.access.add_account(tx, base.identity.require_person(tx, person).id, by="ceremony").secret
        base.access.activate(code, username=WHO, password=PASSWORD)
    return folder


@pytest.fixture
def trust(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs commands on it."""
    return on_instance(folder, monkeypatch, capsys)


@contextmanager
def standing(folder: Path) -> Iterator[Foundation]:
    """Open what an instance stands on, with passwords that are quickly worked out."""
    base = Foundation.open(settings_for(folder))
    base.access.passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        yield base
    finally:
        base.store.close()


def log_in(base: Foundation, password: str) -> None:
    """Log in, or raise `CredentialsWrong`."""
    base.sign_in.log_in(LogIn(username=WHO, password=password))


def test_whoever_has_chosen_a_username_is_listed_with_name_and_duties(trust: Run) -> None:
    told = trust(COMMAND)
    assert (told.code, told.err) == (0, "")
    lines = [line for line in told.out.splitlines() if "administrator" in line or "auditor" in line]
    assert len(lines) == 1
    assert [*re.split(r"[\s│]+", lines[0].strip(" │"))] == [WHO, "沈知远", "system_administrator"]


def test_a_new_code_leads_in_and_what_led_in_before_does_not(trust: Run, folder: Path) -> None:
    told = trust(COMMAND, WHO, "--actor", "teacher")
    assert (told.code, told.err) == (0, "")
    assert f"{settings_for(folder).public_url}/login/activate" in told.out
    code = re.findall(r"^activation code +(\S+)$", told.out, re.MULTILINE)[0]
    with standing(folder) as base:
        with pytest.raises(CredentialsWrong):
            log_in(base, PASSWORD)
        person = base.access.activate(code, username=WHO, password=CHOSEN)
        log_in(base, CHOSEN)
        with base.store.reading() as view:
            events = [one.event for one in trail.events(view) if one.event.tag == "account:reopen:done"]
    assert [(one.actor, one.subject) for one in events] == [("operator:teacher", person)]


def test_nobody_is_let_in_under_a_username_that_nobody_has(trust: Run) -> None:
    told = trust(COMMAND, "nobody")
    assert (told.code, told.out) == (1, "")
    assert "identity.account_unknown" in told.err


def test_an_instance_of_real_people_lets_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "instance"
    founders = cast.founders().model_copy(update={"operator": "云州市政务服务和数据管理局"})
    hold_ceremony(settings_for(folder), founders, SettableClock())
    trust = on_instance(folder, monkeypatch, capsys)
    for asked in ((), (WHO,)):
        told = trust(COMMAND, *asked)
        assert (told.code, told.out) == (1, "")
        assert told.err == f"{founders.operator} is no demonstration: nobody was let in\n"

"""`trust keys`: what an operator does with keys, what he reads, and what the trail keeps of it."""

import json
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from api.foundation import Foundation
from api.key_changes import KEY_OPERATE, KEY_ROTATE, KeyNotKnown, KeyOperation, KeyOperationMalformed
from api.wiring import Instance
from identity.duties import Duty, Grant
from tests.api.builders import Service, copied, settings_for
from tests.api.commands import Run, on_instance
from tests.fakes.clock import SettableClock
from tests.keys.devices import TOKEN_PIN, new_token, softhsm
from trust import repository
from trust.authority import AuthorityUnknown
from trust.events import Fact
from trust.founding import Role

PEOPLE: Final = count(600, 10)
"""Numbers of people whom no other call has registered."""


@pytest.fixture
def folder(founded_folder: Path, tmp_path: Path) -> Path:
    """Return the folder of a founded instance of the test's own."""
    return copied(founded_folder, tmp_path / "instance")


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Run:
    """Return what runs a command on the instance."""
    return on_instance(folder, monkeypatch, capsys)


def keys(trust: Run, *options: str) -> list[dict[str, Any]]:
    """Return the list of keys."""
    answer = trust("keys", "list", "--json", *options)
    assert answer.code == 0, answer.err
    found: list[dict[str, Any]] = json.loads(answer.out)
    return found


def ring(trust: Run, role: Role) -> list[dict[str, Any]]:
    """Return the versions of a role's key."""
    return keys(trust, "--ring", role.value)


@contextmanager
def opened(folder: Path) -> Iterator[Instance]:
    """Open the instance beside the commands."""
    instance = Instance.open(settings_for(folder))
    with closing(instance.base.store):
        yield instance


def events(folder: Path, tag: str) -> list[tuple[str, str]]:
    """Return who did what is tagged so to what."""
    with opened(folder) as instance, instance.base.store.reading() as view:
        return [(one.event.actor, one.event.subject) for one in repository.events(view) if one.event.tag == tag]


def sign(folder: Path, role: Role) -> None:
    """Sign with a key of the service, and verify it."""
    with opened(folder) as instance:
        signer, certificate = instance.service_keys.credential(role)
        certificate.verify_message(signer.sign(b"message"), b"message")


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_list_of_keys(trust: Run) -> None:
    found = keys(trust)
    assert {one["ring"] for one in found} >= {role.value for role in Role} | {"root-sm2", "issuing-p256"}
    assert {one["state"] for one in found} == {"active"}
    (maker,) = ring(trust, Role.SEAL_MAKER)
    assert (maker["version"], maker["purpose"], maker["algorithm"], maker["limit"]) == (1, "seal_maker", "sm2", None)
    table = trust("keys", "list").out
    assert maker["key"] in table
    assert "seal-maker" in table


# --- rotation --------------------------------------------------------------------------------------------------------


def test_a_key_is_rotated(trust: Run, folder: Path) -> None:
    answer = trust("keys", "rotate", "licence-claim", "--actor", "wang")
    assert answer.code == 0, answer.err
    first, second = ring(trust, Role.LICENCE_CLAIM)
    assert second["key"] in answer.out
    assert (first["state"], second["state"]) == ("retiring", "active")
    assert first["until"] is not None
    assert "retiring until" in trust("keys", "list").out
    assert events(folder, "service_key:rotate:done") == [("operator:wang", second["key"])]
    sign(folder, Role.LICENCE_CLAIM)


def test_a_compromised_key_is_retired_at_once(trust: Run) -> None:
    trust("keys", "rotate", "audit", "--compromised")
    assert [one["state"] for one in ring(trust, Role.AUDIT)] == ["retired", "active"]


def test_what_cannot_be_rotated(trust: Run) -> None:
    assert trust("keys", "rotate", "root-sm2").code == 2
    assert trust("keys", "rotate", "audit", "--days", "0").code == 2


def test_nothing_to_complete(trust: Run) -> None:
    answer = trust("keys", "complete")
    assert (answer.code, answer.out) == (0, "made: nothing, everything is there\n")


# --- the life of a key -----------------------------------------------------------------------------------------------


def test_a_key_is_retired(trust: Run, folder: Path) -> None:
    (key,) = ring(trust, Role.SEAL_MAKER)
    assert trust("keys", "retire", key["key"], "--actor", "wang").code == 0
    assert ring(trust, Role.SEAL_MAKER)[0]["state"] == "retired"
    assert events(folder, "key:retire:done") == [("operator:wang", key["key"])]
    answer = trust("keys", "retire", key["key"])
    assert (answer.code, "lifecycle.event_not_possible" in answer.err) == (1, True)


def test_a_key_that_there_is_not(trust: Run) -> None:
    for command in (("retire",), ("limit",), ("destroyed",), ("rewrap",)):
        arguments = ["keys", *command, "software:key_none", *(["1"] if command == ("limit",) else [])]
        assert trust(*arguments).code == 2


def test_a_limit(trust: Run, folder: Path) -> None:
    (key,) = ring(trust, Role.AUDIT)
    assert trust("keys", "limit", key["key"], "100000", "--actor", "wang").code == 0
    assert ring(trust, Role.AUDIT)[0]["limit"] == 100000
    assert events(folder, "key:limit:done") == [("operator:wang", key["key"])]
    assert trust("keys", "limit", key["key"], "0").out == f"{key['key']}: no limit\n"
    assert ring(trust, Role.AUDIT)[0]["limit"] is None
    assert trust("keys", "limit", key["key"], "--", "-1").code == 1


def test_a_key_is_destroyed_before_two_witnesses(trust: Run, folder: Path) -> None:
    trust("keys", "rotate", "seal-maker", "--compromised")
    key = ring(trust, Role.SEAL_MAKER)[0]["key"]
    told = ("--reason", "泄露", "--actor", "wang")
    answer = trust("keys", "destroy", key, "--witness", "甲", *told)
    assert (answer.code, "keys.witnesses_too_few" in answer.err) == (1, True)
    answer = trust("keys", "destroyed", key)
    assert (answer.code, "keys.destruction_unknown" in answer.err) == (1, True)
    answer = trust("keys", "destroy", key, "--witness", "甲", "--witness", "乙", *told)
    assert answer.code == 0, answer.err
    statement = json.loads(answer.out)
    assert (statement["key"], statement["witnesses"], statement["actor"]) == (key, ["乙", "甲"], "operator:wang")
    assert json.loads(trust("keys", "destroyed", key).out) == statement
    assert ring(trust, Role.SEAL_MAKER)[0]["state"] == "destroyed"
    assert events(folder, "key:destroy:done") == [("operator:wang", key)]


# --- envelopes and the root key --------------------------------------------------------------------------------------


def test_envelopes_are_renewed(trust: Run, folder: Path) -> None:
    everything = len(keys(trust))
    assert trust("keys", "rewrap", "--actor", "wang").out == f"rewrapped: {everything}\n"
    assert trust("keys", "rewrap", ring(trust, Role.AUDIT)[0]["key"]).out == "rewrapped: 1\n"
    assert events(folder, "key:rewrap:done")[0] == ("operator:wang", "keys")
    sign(folder, Role.AUDIT)


def test_the_root_key_is_changed(trust: Run, folder: Path) -> None:
    before = settings_for(folder).root_key.read_text()
    answer = trust("keys", "rekey-root", "--actor", "wang")
    assert (answer.code, "generation 2" in answer.out) == (0, True)
    assert settings_for(folder).root_key.read_text() != before
    assert events(folder, "root_key:change:done") == [("operator:wang", "root key")]
    for role in Role:
        sign(folder, role)


def test_a_root_key_in_the_environment_is_changed_for_the_next_one_there(
    trust: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_ROOT_SECRET", settings_for(folder).root_key.read_text())
    answer = trust("keys", "rekey-root")
    assert (answer.code, "keys.next_root_missing" in answer.err) == (1, True)
    monkeypatch.setenv("TRUST_ROOT_SECRET", settings_for(folder).root_key.read_text())
    monkeypatch.setenv("TRUST_ROOT_SECRET_NEXT", "5a" * 32)
    answer = trust("keys", "rekey-root")
    assert (answer.code, "generation 2" in answer.out) == (0, True)
    monkeypatch.setenv("TRUST_ROOT_SECRET", "5a" * 32)
    sign(folder, Role.AUDIT)


def test_the_root_key_is_divided(trust: Run, folder: Path, tmp_path: Path) -> None:
    transcript = tmp_path / "shares.md"
    holders = [word for one in ("张三", "李四", "王五") for word in ("--holder", one)]
    answer = trust("keys", "divide", *holders, "--threshold", "2", "--transcript", transcript)
    assert answer.code == 0, answer.err
    words = [line.strip() for line in answer.out.splitlines() if len(line.split()) == 33]
    assert len(words) == 3
    assert not any(one in transcript.read_text() for one in words)
    assert "李四" in transcript.read_text()
    record = json.loads(settings_for(folder).root_record.read_text())
    assert (record["threshold"], record["shares"]) == (2, 3)
    assert events(folder, "root_key:divide:done") != []
    assert trust("keys", "divide", *holders, "--threshold", "4").code == 1
    unwritten = trust("keys", "divide", *holders, "--threshold", "2", "--transcript", tmp_path / "none" / "shares.md")
    assert (unwritten.code, "the transcript was not written" in unwritten.err) == (1, True)
    assert "门限 threshold: 2 / 3" in unwritten.out
    # The holders come together again.
    there = settings_for(folder).root_key.read_text()
    assert trust("keys", "combine", told="\n".join(words)).code == 1  # never over a root key that is there
    settings_for(folder).root_key.unlink()
    answer = trust("keys", "combine", told=words[0] + "\n")
    assert (answer.code, "keys.shares_malformed" in answer.err) == (1, True)
    answer = trust("keys", "combine", "--actor", "wang", told=f"{words[2]}\n{words[0]}\n")
    assert (answer.code, "generation 1" in answer.out) == (0, True), answer.err
    assert settings_for(folder).root_key.read_text() == there
    assert events(folder, "root_key:combine:done") == [("operator:wang", "root key")]


def test_the_root_key_moves_into_a_token(
    trust: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = softhsm(tmp_path)
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    pin.write_bytes(TOKEN_PIN)
    for name, value in (("MODULE", library), ("TOKEN", new_token(library)), ("PIN_FILE", str(pin))):
        monkeypatch.setenv(f"TRUST_PKCS11_{name}", value)
    settings_for(folder).root_record.unlink()  # as in an instance of before
    answer = trust("keys", "to-token", "xinyin root", "--actor", "wang")
    assert answer.code == 0, answer.err
    settings_for(folder).root_key.unlink()
    assert trust("keys", "list").code == 1
    monkeypatch.setenv("TRUST_ROOT_TOKEN_KEY", "xinyin root")
    assert trust("keys", "limit", ring(trust, Role.AUDIT)[0]["key"], "100000").code == 0
    assert trust("keys", "backup", tmp_path / "keys.backup").code == 0  # signed with a key that had to be unwrapped
    before = settings_for(folder).root_token.read_text()
    answer = trust("keys", "rekey-root")
    assert (answer.code, "generation 2" in answer.out) == (0, True)
    assert settings_for(folder).root_token.read_text() != before
    assert trust("keys", "backup", tmp_path / "second.backup").code == 0
    monkeypatch.setenv("TRUST_ROOT_TOKEN_KEY", "another")
    answer = trust("keys", "list")
    assert (answer.code, "keys.keystore_unavailable" in answer.err) == (1, True)


# --- backup ----------------------------------------------------------------------------------------------------------


def test_backup_and_restoring(trust: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.backup"
    count = len(keys(trust))
    answer = trust("keys", "backup", file)
    assert (answer.code, f"{count} keys" in answer.out.replace("\n", " ")) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with closing(Foundation.open(settings_for(folder)).store) as store, store.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM key")
    assert keys(trust) == []
    answer = trust("keys", "restore", file, "--actor", "wang")
    assert (answer.code, answer.out) == (0, f"added {count}, mended 0, kept as they are 0\n")
    for role in Role:
        sign(folder, role)
    assert events(folder, "key:restore:done") == [("operator:wang", "keys")]


def test_a_backup_is_never_written_over_another_file(trust: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.backup"
    file.write_text("mine")
    assert trust("keys", "backup", file).code == 2
    assert file.read_text() == "mine"


def test_a_file_that_is_no_backup(trust: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.backup"
    file.write_text("{}")
    answer = trust("keys", "restore", file)
    assert (answer.code, "keys.backup_malformed" in answer.err) == (1, True)


def agreed(folder: Path, role: Role, **content: Any) -> str:  # noqa: ANN401 - facts
    """Have the rotation of a role proposed by one and agreed to by another, and return the proposal's name."""
    return agreed_to(folder, KEY_ROTATE, role.value, content)


def agreed_to(folder: Path, kind: str, subject: str, content: Mapping[str, Fact]) -> str:
    """Have something proposed by one and agreed to by another, and return the proposal's name."""
    with opened(folder) as instance:
        service = Service(instance, SettableClock(), people=next(PEOPLE))
        duties = (Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR)
        first, second = (instance.base.access.actor_of(service.bearer(Grant(duty))) for duty in duties)
        proposal = instance.four_eyes.propose(
            first, kind=kind, subject=subject, content=content, reason="定期轮换", request_key=uuid4().hex
        )
        instance.four_eyes.approve(second, proposal.id, digest=proposal.digest)
        return proposal.id


def test_what_two_agreed_to_is_carried_out_once(trust: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_AGREED_ROTATIONS", "true")
    refused = trust("keys", "rotate", "seal-maker", "--reason", "定期轮换")
    assert (refused.code, "key_change.not_agreed" in refused.err) == (1, True)
    name = agreed(folder, Role.SEAL_MAKER, days=0, compromised=True)
    other = trust("keys", "rotate", "audit", "--proposal", name)
    assert (other.code, "proposal.not_agreed" in other.err) == (1, True)
    assert trust("keys", "rotate", "seal-maker", "--proposal", name).code == 0
    assert [one["state"] for one in ring(trust, Role.SEAL_MAKER)] == ["retired", "active"]  # as the proposal said
    assert trust("keys", "rotate", "seal-maker", "--proposal", name).code == 1
    assert len(ring(trust, Role.SEAL_MAKER)) == 2


def test_a_key_that_somebody_else_may_have_is_stopped_at_once_on_record(
    trust: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_AGREED_ROTATIONS", "true")
    audit = str(ring(trust, Role.AUDIT)[0]["key"])
    for command in (("rotate", "seal-maker", "--compromised"), ("retire", audit)):
        refused = trust("keys", *command)
        assert (refused.code, "reason.missing" in refused.err) == (1, True)
    assert [one["state"] for one in ring(trust, Role.SEAL_MAKER)] == ["active"]
    with opened(folder) as instance:
        before = Service(instance, SettableClock()).head()
    stopped = ("--reason", "值班人员离职，介质去向不明", "--actor", "night watch")
    assert trust("keys", "rotate", "seal-maker", "--compromised", *stopped).code == 0
    assert trust("keys", "retire", audit, *stopped).code == 0
    assert trust("keys", "retire", audit, *stopped).code == 1  # and nothing says that it was stopped twice
    assert [one["state"] for one in ring(trust, Role.SEAL_MAKER)] == ["retired", "active"]
    with opened(folder) as instance:
        events = Service(instance, SettableClock()).events(after=before)
    alone = [(one.actor, one.subject, one.facts) for one in events if one.tag == "key:stop_alone:done"]
    assert [one[:2] for one in alone] == [("operator:night watch", one) for one in ("seal-maker", audit)]
    assert {str(one[2]["reason"]) for one in alone} == {stopped[1]}


def operation(told: KeyOperation, **content: Fact) -> dict[str, Fact]:
    """Return what is agreed to about an operation."""
    names = ("key", "count", "threshold", "holders", "label", "witnesses", "authority")
    return {"operation": told.value, **dict.fromkeys(names), **content}


def test_root_key_data_keys_and_every_other_change_take_two_where_the_settings_say_so(
    trust: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(ring(trust, Role.AUDIT)[0]["key"])
    commands = {
        KeyOperation.REKEY_ROOT: (),
        KeyOperation.REWRAP: (),
        KeyOperation.DIVIDE_ROOT: ("--holder", "甲", "--holder", "乙", "--threshold", "2"),
        KeyOperation.ROOT_TO_TOKEN: ("label",),
        KeyOperation.LIMIT: (key, "1000000"),
        KeyOperation.DESTROY: (key, "--witness", "甲", "--witness", "乙", "--reason", "密钥停用已久"),
        KeyOperation.ROTATE_AUTHORITY: ("issuing-sm2",),
    }
    assert set(commands) == set(KeyOperation)
    monkeypatch.setenv("TRUST_AGREED_ROTATIONS", "true")
    for one, arguments in commands.items():
        refused = trust("pki" if one is KeyOperation.ROTATE_AUTHORITY else "keys", one.value, *arguments)
        assert (refused.code, "key_change.not_agreed" in refused.err) == (1, True), one
    name = agreed_to(folder, KEY_OPERATE, "rekey-root", operation(KeyOperation.REKEY_ROOT))
    other = trust("keys", "rewrap", "--proposal", name)
    assert (other.code, "proposal.not_agreed" in other.err) == (1, True)
    done = trust("keys", "rekey-root", "--proposal", name)
    assert (done.code, "generation 2" in done.out) == (0, True), done.err
    assert trust("keys", "rekey-root", "--proposal", name).code == 1
    name = agreed_to(folder, KEY_OPERATE, f"limit {key}", operation(KeyOperation.LIMIT, key=key, count=1_000_000))
    more = trust("keys", "limit", key, "2000000", "--proposal", name)
    assert (more.code, "key_change.not_agreed" in more.err) == (1, True)  # not what was agreed to, which is not used
    assert trust("keys", "limit", key, "1000000", "--proposal", name).code == 0
    assert [one["limit"] for one in ring(trust, Role.AUDIT)] == [1_000_000]


def test_what_comes_to_nothing_uses_no_agreement_and_is_on_record(
    trust: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_AGREED_ROTATIONS", "true")
    name = agreed_to(folder, KEY_OPERATE, "rekey-root", operation(KeyOperation.REKEY_ROOT))
    command = ("keys", "rekey-root", "--proposal", name, "--actor", "wang")
    root = settings_for(folder).root_key.read_text()
    monkeypatch.setenv("TRUST_ROOT_SECRET", root)
    failed = trust(*command)
    assert (failed.code, "keys.next_root_missing" in failed.err) == (1, True)
    monkeypatch.setenv("TRUST_ROOT_SECRET", root)
    assert events(folder, "proposal:use:failed") == [("operator:wang", "rekey-root")]
    monkeypatch.setenv("TRUST_ROOT_SECRET", root)
    monkeypatch.setenv("TRUST_ROOT_SECRET_NEXT", "5a" * 32)
    assert trust(*command).code == 0
    monkeypatch.setenv("TRUST_ROOT_SECRET", "5a" * 32)
    monkeypatch.delenv("TRUST_ROOT_SECRET_NEXT")
    again = trust(*command)
    assert (again.code, "proposal.not_agreed" in again.err) == (1, True)
    monkeypatch.setenv("TRUST_ROOT_SECRET", "5a" * 32)
    assert len(events(folder, "proposal:use:failed")) == len(events(folder, "proposal:use:done")) == 1


def test_each_operation_uses_its_agreement_as_it_is_done(
    trust: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trust("keys", "rotate", "seal-maker", "--compromised").code == 0
    old = str(ring(trust, Role.SEAL_MAKER)[0]["key"])
    monkeypatch.setenv("TRUST_AGREED_ROTATIONS", "true")
    for subject, content, arguments, code in (
        ("rewrap", operation(KeyOperation.REWRAP), (), 0),
        (
            "divide",
            operation(KeyOperation.DIVIDE_ROOT, threshold=2, holders="甲\n乙"),
            ("--holder", "甲", "--holder", "乙", "--threshold", "2", "--transcript", tmp_path / "shares.md"),
            0,
        ),
        # One witness was agreed to, and is too few.
        (f"destroy {old}", operation(KeyOperation.DESTROY, key=old, witnesses="甲"), (old, "--witness", "甲"), 1),
        (
            f"destroy {old}",
            operation(KeyOperation.DESTROY, key=old, witnesses="甲\n乙"),
            (old, "--witness", "甲", "--witness", "乙"),
            0,
        ),
        (
            "rotate-authority issuing-sm2",
            operation(KeyOperation.ROTATE_AUTHORITY, authority="issuing-sm2"),
            ("issuing-sm2",),
            0,
        ),
    ):
        name = agreed_to(folder, KEY_OPERATE, subject, content)
        told = subject.split(maxsplit=1)[0]
        group = "pki" if told == "rotate-authority" else "keys"
        reason = ("--reason", "密钥停用已久") if told == "destroy" else ()
        assert trust(group, told, *arguments, *reason, "--proposal", name).code == code, subject
        again = trust(group, told, *arguments, *reason, "--proposal", name)
        assert ("proposal.not_agreed" in again.err) == (code == 0), subject
    used = [subject for _, subject in events(folder, "proposal:use:done")]
    assert used == ["rewrap", "divide", f"destroy {old}", "rotate-authority issuing-sm2"]
    assert [subject for _, subject in events(folder, "proposal:use:failed")] == [f"destroy {old}"] * 2


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (operation(KeyOperation.REKEY_ROOT, key="software:key_0"), "key"),
        (operation(KeyOperation.LIMIT, key="software:key_0"), "count"),
        (operation(KeyOperation.DIVIDE_ROOT, threshold=2), "holders"),
        (operation(KeyOperation.DESTROY, witnesses="甲"), "key"),
    ],
)
def test_what_is_proposed_says_all_that_is_agreed_to_and_no_more(
    folder: Path, content: dict[str, Fact], field: str
) -> None:
    with pytest.raises(KeyOperationMalformed) as refused:
        agreed_to(folder, KEY_OPERATE, "anything", content)
    assert refused.value.details == {"field": field}
    with pytest.raises(KeyNotKnown):
        agreed_to(folder, KEY_OPERATE, "any", operation(KeyOperation.LIMIT, key="software:key_0", count=1))
    with pytest.raises(AuthorityUnknown):
        agreed_to(folder, KEY_OPERATE, "any", operation(KeyOperation.ROTATE_AUTHORITY, authority="none"))

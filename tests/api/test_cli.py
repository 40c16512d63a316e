"""The command line: exit codes, options, and what a person reads when something is wrong."""

import gc
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from api import cli, migrations
from api.demo import cast
from api.demo.documents import PASSWORD
from api.settings import inherited_environment
from tests.api.builders import Furnished, copied, settings_for
from tests.api.commands import Run, runner
from tests.hostile_files import burning

AT = ("--at", "2026-11-22T12:06:00+08:00")
"""Seconds after everything was made: no verdict here depends on the day of the test."""

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return what runs a command in this process, where there is no instance unless the test names one.

    Files are read here as well, where a test does not ask for a worker: to start one takes longer than to judge a file.
    """
    monkeypatch.setenv("TRUST_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("TRUST_WORKERS", "0")
    return runner(monkeypatch, capsys)


# --- verify


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("licence.pdf",), 0),
        (("licence.pdf", "stamped.pdf", "seal.esl", "stamp.ses"), 0),
        (("altered/licence.pdf",), 1),
        (("licence.pdf", "altered/licence.pdf"), 1),
        (("plain.pdf",), 2),
        (("password.pdf",), 2),
        (("plain.pdf", "licence.pdf"), 2),
        (("plain.pdf", "altered/licence.pdf"), 1),
    ],
)
def test_the_exit_code_is_the_worst_of_all(
    trust: Run, evidence_folder: Path, names: tuple[str, ...], code: int
) -> None:
    answer = trust("verify", *(evidence_folder / name for name in names), "--anchor", evidence_folder / "anchors", *AT)
    assert (code, "") == (answer.code, answer.err)
    for name in names:
        assert name in answer.out


def test_a_policy_that_the_caller_names_narrows_the_verdict(trust: Run, evidence_folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('version = 1\n[anchors]\nothers = ["signing"]\n', encoding="utf-8")
    asked = ("verify", evidence_folder / "seal.esl", "--anchor", evidence_folder / "anchors", *AT)
    assert (trust(*asked).code, trust(*asked, "--policy", policy).code) == (0, 2)
    policy.write_text("version = 2\n", encoding="utf-8")
    answer = trust(*asked, "--policy", policy)
    assert (answer.code, "version" in answer.err) == (2, True)


@pytest.mark.parametrize("anchor", [".", "anchors"])
def test_anchors_come_as_folders(trust: Run, evidence_folder: Path, anchor: str) -> None:
    assert trust("verify", evidence_folder / "licence.pdf", "--anchor", evidence_folder / anchor, *AT).code == 0


def test_anchors_come_as_files(trust: Run, evidence_folder: Path) -> None:
    sm2, p256 = (evidence_folder / "anchors" / f"root-{family}.pem" for family in ("sm2", "p256"))
    licence = evidence_folder / "licence.pdf"
    material = ("--material", evidence_folder / "certs", "--material", evidence_folder / "crl")
    assert trust("verify", licence, "--anchor", sm2, "--anchor", p256, *material, *AT).code == 0
    assert trust("verify", licence, "--anchor", sm2, *material, *AT).code == 2
    assert trust("verify", evidence_folder / "seal.esl", "--anchor", sm2, *material, *AT).code == 0


def test_the_anchor_of_somebody_else_proves_nothing(trust: Run, evidence_folder: Path) -> None:
    other = evidence_folder / "certs" / "issuing-p256.pem"
    assert trust("verify", evidence_folder / "seal.esl", "--anchor", other, *AT).code == 2


def test_without_an_instance_and_an_anchor_nothing_is_trusted(trust: Run, evidence_folder: Path) -> None:
    assert trust("verify", evidence_folder / "licence.pdf", *AT).code == 2


def test_an_instance_that_cannot_be_opened_is_told(
    trust: Run, evidence_folder: Path, founded_folder: Path, tmp_path: Path
) -> None:
    copied(founded_folder, tmp_path / "var")
    settings_for(tmp_path / "var").root_key.chmod(0o644)
    answer = trust("verify", evidence_folder / "licence.pdf", *AT)
    assert answer.code == 2  # not 1, which would mean that the file is bad
    assert "keys.keystore_unavailable" in answer.err


@pytest.mark.parametrize("workers", ["0", "1"])
def test_files_are_read_in_a_worker_or_here(
    trust: Run, evidence_folder: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("TRUST_WORKERS", workers)
    names = ("licence.pdf", "seal.esl", "stamp.ses")
    answer = trust("verify", *(evidence_folder / name for name in names), "--anchor", evidence_folder, *AT)
    assert (answer.code, answer.err) == (0, "")


def test_a_setting_that_cannot_be_says_nothing_of_a_file(
    trust: Run, evidence_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_PORT", "eighty")
    answer = trust("verify", evidence_folder / "licence.pdf", "--anchor", evidence_folder, *AT)
    assert answer.code == 2  # not 1, which would mean that the file is bad
    assert "settings.invalid" in answer.err


def test_a_file_that_burns_is_told_in_time(
    trust: Run, tmp_path: Path, evidence_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_WORKERS", "1")
    monkeypatch.setenv("TRUST_WORKER_SECONDS", "1")
    (tmp_path / "hostile.pdf").write_bytes(burning())
    answer = trust("verify", tmp_path / "hostile.pdf", "--anchor", evidence_folder, *AT)
    assert answer.code == 2
    assert "读取时超出了限度" in answer.out


def test_the_roots_of_the_instance_at_hand_are_trusted(
    trust: Run, evidence_folder: Path, furnished_folder: Furnished, tmp_path: Path
) -> None:
    copied(furnished_folder.folder, tmp_path / "var")
    assert trust("verify", evidence_folder / "licence.pdf", *AT).code == 0


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-22T04:05:07+00:00", 0),
        ("2026-11-22T04:05:07", 0),
        ("2026-11-22T12:05:07+08:00", 0),
        ("2031-11-20", 0),
        ("2046-11-22", 2),  # nothing proves the time of signing any more
        ("2026-11-22T04:05:05Z", 1),
        ("2026-11-22T12:05:05+08:00", 1),
        ("2026-11-21", 1),
        ("1999-01-01", 1),
    ],
)
def test_a_file_is_judged_as_of_a_moment(trust: Run, evidence_folder: Path, at: str, code: int) -> None:
    answer = trust("verify", evidence_folder / "licence.pdf", "--anchor", evidence_folder, "--at", at)
    assert code == answer.code


def test_a_verdict_is_recorded_and_replayed_without_the_anchors(
    trust: Run, evidence_folder: Path, tmp_path: Path
) -> None:
    file, record = evidence_folder / "licence.pdf", tmp_path / "record.json"
    assert trust("verify", file, "--anchor", evidence_folder, "--record", record, *AT).code == 0
    assert trust("verify", file, *AT).code == 2
    answer = trust("verify", file, "--replay", record, "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["outcome"], told["agrees_with_record"]) == (0, "passed", True)
    recorded = json.loads(record.read_text(encoding="utf-8"))
    recorded["verdict"]["signatures"].pop()
    record.write_text(json.dumps(recorded), encoding="utf-8")
    assert trust("verify", file, "--replay", record).code == 3
    record.write_text("{}", encoding="utf-8")
    broken = trust("verify", file, "--replay", record)
    assert (broken.code, "verification.record_malformed" in broken.err) == (2, True)  # which says nothing of the file
    lists = trust("verify", file, "--trust-list", record)
    assert (lists.code, "trust_list.malformed" in lists.err) == (2, True)


def test_a_record_is_of_one_file(trust: Run, evidence_folder: Path, tmp_path: Path) -> None:
    files = [evidence_folder / name for name in ("licence.pdf", "plain.pdf")]
    answer = trust("verify", *files, "--record", tmp_path / "record.json", *AT)
    assert (answer.code, "--record" in answer.err) == (2, True)
    nothing = trust("verify", evidence_folder / "password.pdf", "--record", tmp_path / "record.json", *AT)
    assert (nothing.code, (tmp_path / "record.json").exists()) == (2, False)


def test_without_a_moment_a_file_is_judged_now(trust: Run, evidence_folder: Path) -> None:
    assert trust("verify", evidence_folder / "plain.pdf", "--anchor", evidence_folder).code == 2  # whenever now is


def test_a_password_is_used(trust: Run, evidence_folder: Path) -> None:
    command = ("verify", evidence_folder / "password.pdf", "--anchor", evidence_folder, "--json", *AT)
    codes = []
    for option in ((), ("--password", "wrong"), ("--password", PASSWORD)):
        answer = trust(*command, *option)
        assert answer.code == 2
        codes.append(json.loads(answer.out).get("error", {}).get("code"))
    assert codes == ["pdf.encrypted", "pdf.password_wrong", None]


def test_json_is_one_object_per_file(trust: Run, evidence_folder: Path) -> None:
    names = ("licence.pdf", "altered/licence.pdf", "plain.pdf")
    files = [evidence_folder / name for name in names]
    answer = trust("verify", *files, "--anchor", evidence_folder, "--json", *AT)
    objects = [json.loads(line) for line in answer.out.splitlines()]
    assert (1, list(map(str, files))) == (answer.code, [one["file"] for one in objects])
    assert [one["outcome"] for one in objects] == ["passed", "failed", "indeterminate"]


def test_a_document_is_named(trust: Run, evidence_folder: Path, tmp_path: Path) -> None:
    alone = copied_file(evidence_folder / "stamp.ses", tmp_path / "stamp.ses")
    command = ("verify", alone, "--anchor", evidence_folder, *AT)
    assert trust(*command).code == 2
    assert trust(*command, "--document", evidence_folder / "licence.pdf").code == 0
    assert trust(*command, "--document", evidence_folder / "plain.pdf").code == 1


def copied_file(source: Path, target: Path) -> Path:
    target.write_bytes(source.read_bytes())
    return target


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("verify",), "Missing argument"),
        (("verify", "nowhere.pdf"), "nowhere.pdf"),
        (("verify", "{folder}"), "directory"),
        (("verify", "{file}", "--at", "yesterday"), "ISO 8601"),
        (("verify", "{file}", "--anchor", "nowhere.pem"), "nowhere.pem"),
        (("verify", "{file}", "--anchor", "{notes}"), "notes.txt"),
        (("verify", "{file}", "--anchor", "{folder}/crl"), "crl"),
        (("verify", "{file}", "--document", "nowhere.pdf"), "nowhere.pdf"),
        (("verify", "{file}", "--colour"), "--colour"),
        (("juggle",), "juggle"),
    ],
)
def test_what_cannot_be_done_is_said(
    trust: Run, evidence_folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    names = {
        "folder": evidence_folder,
        "file": evidence_folder / "licence.pdf",
        "notes": evidence_folder / "notes.txt",
    }
    answer = trust(*(one.format(**names) for one in arguments))
    assert answer.code == 2
    assert told in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.no_cover
def test_a_verdict_is_read_by_programs_too(evidence_folder: Path, tmp_path: Path) -> None:
    environment = inherited_environment(settings_for(tmp_path / "var"))
    command = [sys.executable, "-m", "api.cli", "verify", "--anchor", str(evidence_folder), "--json", *AT]
    for name, code in (("licence.pdf", 0), ("altered/licence.pdf", 1), ("plain.pdf", 2)):
        done = subprocess.run(
            [*command, str(evidence_folder / name)], cwd=ROOT, env=environment, capture_output=True, check=False
        )
        assert (code, b"") == (done.returncode, done.stderr)
        assert json.loads(done.stdout)["file"].endswith(name)


# --- init, migrate, serve, doctor


@pytest.fixture
def founders(tmp_path: Path) -> Path:
    """Return a file of founders."""
    file = tmp_path / "founders.json"
    file.write_text(cast.founders().model_dump_json())
    return file


def test_an_instance_is_founded_from_a_file(trust: Run, founders: Path, tmp_path: Path) -> None:
    transcript = tmp_path / "ceremony.md"
    answer = trust("init", "--founders", founders, "--transcript", transcript)
    assert (answer.code, answer.err) == (0, "")
    codes = [word for word in answer.out.split() if word.startswith("xa_")]
    assert len(set(codes)) == 6
    assert "密钥仪式记录" in transcript.read_text()
    assert not any(code in transcript.read_text() for code in codes)
    again = trust("init", "--founders", founders, "--transcript", transcript)
    assert again.code == 1
    assert "keys.keystore_exists" in again.err
    assert "Traceback" not in again.err


def test_each_code_stands_on_the_line_of_its_person(
    trust: Run, founders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")  # as where there is no terminal
    told = cast.founders().model_dump()
    told["auditor"]["name"] = "阿不都·热依木·买买提·吐尔逊"
    founders.write_text(json.dumps(told))
    answer = trust("init", "--founders", founders, "--transcript", tmp_path / "ceremony.md")
    lines = [line for line in answer.out.splitlines() if "xa_" in line]
    assert len(lines) == 6
    assert all(line.split()[0].replace("_", "").isalpha() for line in lines)


def test_the_codes_are_shown_even_where_the_transcript_cannot_be_written(
    trust: Run, founders: Path, tmp_path: Path
) -> None:
    # They are shown once; lost, they lock every founder out of an instance that cannot be founded again.
    answer = trust("init", "--founders", founders, "--transcript", tmp_path / "nowhere" / "ceremony.md")
    assert answer.code == 1
    assert answer.out.count("xa_") == 6
    assert "密钥仪式记录" in answer.out


@pytest.mark.parametrize("content", ["", "{", "[]", '{"operator": "云州"}'])
def test_a_file_that_names_no_founders_is_refused(trust: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "founders.json"
    file.write_text(content)
    answer = trust("init", "--founders", file)
    assert answer.code == 1
    assert "instance.founders_malformed" in answer.err
    assert not (tmp_path / "var").exists()


def test_what_is_wrong_with_founders_is_said_without_their_numbers(trust: Run, founders: Path) -> None:
    told = cast.founders().model_dump()
    number = told["auditor"]["citizen_number"]
    told["auditor"]["citizen_number"] = number + "0"
    founders.write_text(json.dumps(told))
    answer = trust("init", "--founders", founders)
    assert answer.code == 1
    assert "auditor.citizen_number" in answer.err
    assert number not in answer.err + answer.out


def test_it_is_said_which_founder_is_wrong(trust: Run, founders: Path) -> None:
    told = cast.founders().model_dump()
    told["registrars"][1]["citizen_number"] = "110105194912310021"
    founders.write_text(json.dumps(told))
    answer = trust("init", "--founders", founders)
    assert answer.code == 1
    assert "identity.citizen_number_malformed" in answer.err
    assert "founder 5: registrar" in answer.err


def test_the_database_is_brought_up(trust: Run, founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "var")
    answer = trust("migrate")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"nothing to do, the database stands at {migrations.head()}\n"
    assert (folder / "trust.db").exists()


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_without_an_instance_it_is_said_what_is_missing(trust: Run, command: str) -> None:
    answer = trust(command)
    assert answer.code == 1
    assert "instance.not_founded" in answer.err
    assert "var: TRUST_DATA_DIR names another" in answer.err
    assert "Traceback" not in answer.err


def test_a_setting_that_cannot_be_is_said(trust: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_PORT", "eighty")
    answer = trust("serve")
    assert answer.code == 1
    assert "settings.invalid" in answer.err
    assert "TRUST_PORT" in answer.err


def test_doctor_finds_a_good_instance_well(trust: Run, founded_folder: Path, tmp_path: Path) -> None:
    copied(founded_folder, tmp_path / "var")
    answer = trust("doctor")
    # The lists of the copy are as old as the tests' own clock says; what else is looked at must be well.
    ill = [line for line in answer.out.splitlines() if line.startswith("✗") and "certificates" not in line]
    assert ill == []
    for name in ("cryptography", "typefaces", "migrations", "database", "signature", "time", "disk"):
        assert f"✓ {name} " in answer.out


def test_doctor_says_what_is_missing_and_how_to_mend_it(trust: Run) -> None:
    answer = trust("doctor")
    assert answer.code == 1
    assert "✗ instance" in answer.out
    assert "trust init" in answer.out
    assert "TRUST_DATA_DIR" in answer.out


def test_doctor_sees_an_old_database(trust: Run, founded_folder: Path, tmp_path: Path) -> None:
    engine = create_engine(settings_for(copied(founded_folder, tmp_path / "var")).database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    answer = trust("doctor")
    assert answer.code == 1
    assert "✗ migrations" in answer.out


@pytest.mark.parametrize("left", [gc.enable, gc.disable])
def test_garbage_is_looked_for_as_before_once_a_command_is_loaded(trust: Run, left: Callable[[], None]) -> None:
    left()
    before = gc.isenabled()
    try:
        with cli.loading():
            assert not gc.isenabled()
        assert gc.isenabled() is before
        assert trust("verify", "--help").code == 0
        assert gc.isenabled() is before
    finally:
        gc.enable()


@pytest.mark.parametrize("arguments", [(), ("--help",), ("verify", "--help"), ("serve", "--help"), ("demo", "--help")])
def test_help_is_given(trust: Run, arguments: tuple[str, ...]) -> None:
    answer = trust(*arguments)
    assert answer.code in (0, 2)
    assert "Usage" in answer.out + answer.err


def test_a_corpus_that_is_not_there_is_said(trust: Run, tmp_path: Path) -> None:
    answer = trust("demo", "--out", tmp_path / "out", "--corpus", tmp_path / "nowhere")
    assert answer.code == 2
    assert "--corpus" in answer.err


def test_a_story_whose_service_does_not_start_is_told(
    trust: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TRUST_PORT", str(other.getsockname()[1]))
        answer = trust("demo", "--out", out, "--keep", tmp_path / "var")  # to be served there, so at that very port
    assert answer.code == 1
    assert "the service did not become ready" in answer.err
    assert "address already in use" in answer.err
    assert not (out / "story.md").exists()


# --- the list of commands


def test_the_list_loads_no_command_and_says_of_each_what_it_says_of_itself() -> None:
    script = (
        "import sys; from api import cli\n"
        "try: cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print('loaded', *(one for one in sys.modules if one.endswith('_command')))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told.endswith("loaded\n")
    assert all(f" {name} " in told for name in cli.MODULES)
    for name, (_, words) in cli.MODULES.items():
        first = (cli.load(name).help or "").split("\n\n")[0]
        assert words == " ".join(first.split()), name

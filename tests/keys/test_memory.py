"""Memory that holds secrets: what the kernel itself says of a hardened process, and what is left of a wiped buffer."""

import os
import pickle
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from keys.memory import Hardening, SecretBuffer, lock_allowed
from tests.judges import program

NOBODY = 65534
SECRET = b"a secret of thirty-two octets ..."

HARDENED = """
import sys, pathlib
from keys.memory import harden
print(harden().told, flush=True)
print(pathlib.Path("/proc/self/status").read_text(), "--limits--", pathlib.Path("/proc/self/limits").read_text(),
      "--end--", flush=True)
sys.stdin.read()
"""


def start(text: str = HARDENED) -> subprocess.Popen[str]:
    """Start a process that hardens itself, says what the kernel says of it, and waits."""
    command = [sys.executable, "-c", text]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    """Return what the process says before it waits."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "--end--" in line:
            break
    return "".join(lines)


def status_of(process: subprocess.Popen[str]) -> dict[str, str]:
    """Return the fields of /proc/<pid>/status."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_hardened_process_leaves_no_core_and_locks_its_memory() -> None:
    with start() as process:
        told = said(process)
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert "no core dumps, no tracing" in told
        (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        locked = int(status_of(process)["VmLck"].split()[0])
        if lock_allowed(Path("/proc/self/status"), resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]):
            assert "memory locked" in told
            assert locked > 1000
        else:
            assert "memory may be swapped" in told
            assert locked == 0
        # The files of an undumpable process belong to root: nobody else, and not its own user, may read its memory.
        assert Path(f"/proc/{process.pid}/mem").stat().st_uid == 0
        process.communicate("")


def test_where_locking_is_not_allowed_the_process_says_so_and_works_on() -> None:
    # Without the capability and with a limit, locking all would make later allocations fail.
    drop = """
import os, resource
import keys.memory
resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
"""
    with start(drop + HARDENED) as process:
        told = said(process)
        assert "memory may be swapped (raise LimitMEMLOCK to infinity)" in told
        assert "no core dumps, no tracing" in told
        assert status_of(process)["VmLck"] == "0 kB"
        process.communicate("")
    assert process.returncode == 0


BECOME = """
import ctypes, os
import keys.memory
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a process that began as that user
"""

PLAIN = """
import sys
print("--end--", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("program_text", "taken"), [(PLAIN, True), (HARDENED, False)], ids=["plain", "hardened"])
def test_no_debugger_of_the_same_user_gets_at_a_hardened_process(program_text: str, taken: bool) -> None:  # noqa: FBT001
    # Root may trace everything: the rule is about the user that the process runs as, so that root becomes another.
    own = NOBODY if os.getuid() == 0 else None
    gcore = program("gcore")
    with tempfile.TemporaryDirectory() as folder, start(BECOME + program_text) as process:
        Path(folder).chmod(0o777)
        said(process)
        dump = [gcore, "-o", f"{folder}/core", str(process.pid)]
        asked = subprocess.run(dump, user=own, group=own, capture_output=True, text=True, check=False, cwd="/")
        if taken and "ptrace" in asked.stderr:
            pytest.skip("this machine forbids tracing altogether (Yama)")
        assert bool(list(Path(folder).iterdir())) is taken
        process.communicate("")


@pytest.mark.parametrize(
    ("limit", "capabilities", "allowed"),
    [
        (resource.RLIM_INFINITY, "0000000000000000", True),
        (8 << 20, "0000000000004000", True),
        (8 << 20, "000001ffffffbfff", False),
        (8 << 20, "0000000000000000", False),
    ],
)
def test_memory_is_locked_only_where_nothing_can_fail_by_it(
    tmp_path: Path,
    limit: int,
    capabilities: str,
    allowed: bool,  # noqa: FBT001 - a case of the table
) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapEff:\t{capabilities}\n")
    assert lock_allowed(status, limit) is allowed


def test_a_status_without_capabilities_allows_nothing(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\n")
    assert not lock_allowed(status, 0)


@pytest.mark.parametrize(
    ("dumps_off", "memory_locked", "words"),
    [
        (True, True, "no core dumps, no tracing; memory locked"),
        (False, True, "core dumps and tracing possible; memory locked"),
        (True, False, "no core dumps, no tracing; memory may be swapped (raise LimitMEMLOCK to infinity)"),
    ],
)
def test_the_operator_is_told_what_could_not_be_had(
    dumps_off: bool,  # noqa: FBT001 - a case of the table
    memory_locked: bool,  # noqa: FBT001 - likewise
    words: str,
) -> None:
    assert Hardening(dumps_off=dumps_off, memory_locked=memory_locked).told == words


def pages_of(buffer: SecretBuffer) -> dict[str, str]:
    """Return what the kernel says of the page of `buffer` (proc(5), smaps)."""
    found: dict[str, str] = {}
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split()[0]
        if "-" in first and not first.endswith(":"):
            start, end = (int(part, 16) for part in first.split("-"))
            inside = start <= buffer.address < end
        elif inside:
            name, _, value = line.partition(":")
            found[name] = value.strip()
    return found


def test_a_buffer_is_locked_left_out_of_cores_and_wiped_for_children() -> None:
    with SecretBuffer(SECRET) as buffer:
        flags = pages_of(buffer)["VmFlags"].split()
        assert {"dd", "wf"} <= set(flags)
        assert buffer.locked is ("lo" in flags)
        assert buffer.locked
        assert buffer.reveal() == SECRET
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            left = any(buffer.pages[: buffer.length])
            try:
                buffer.reveal()
            except ValueError:
                os._exit(int(left))
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert buffer.reveal() == SECRET


def test_a_wiped_buffer_holds_nothing_and_is_wiped_once() -> None:
    buffer = SecretBuffer(bytearray(SECRET))
    view = memoryview(buffer.pages)
    assert bytes(view[: len(SECRET)]) == SECRET
    with pytest.raises(BufferError):  # somebody still looks: the page cannot go, but it is empty
        buffer.wipe()
    assert not any(view)
    with pytest.raises(ValueError, match="closed"):  # zeros are no secret: nothing may be enciphered under them
        buffer.reveal()
    view.release()
    buffer.wipe()
    assert buffer.closed
    buffer.wipe()
    with pytest.raises(ValueError, match="closed"):
        buffer.reveal()


def test_an_empty_secret_is_one_too() -> None:
    with SecretBuffer(b"") as buffer:
        assert buffer.reveal() == b""


def test_a_buffer_is_not_shown_and_not_copied() -> None:
    with SecretBuffer(SECRET) as buffer:
        assert repr(buffer) == "SecretBuffer(…)"
        with pytest.raises(TypeError, match="not copied"):
            pickle.dumps(buffer)


def test_a_buffer_that_was_never_built_is_let_go() -> None:
    assert SecretBuffer.__new__(SecretBuffer).closed

"""The filter of a confined process, step by step; what it does to a process is tested through the pool."""

import errno
import platform
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import pytest

from trust import confinement
from trust.confinement import (
    ALLOW,
    ALLOWED,
    ARCHITECTURES,
    CLONE,
    CLONE3,
    KILL,
    NO_SUCH_CALL,
    NOT_FOR_CODE,
    REFUSE,
    filter_for,
    is_confinable,
    no_threads_for,
)

FORBIDDEN: Final = {
    "x86_64": (2, 41, 42, 56, 57, 59, 62, 101, 157, 160, 161, 165, 257, 302, 310, 311, 317, 321, 425, 435, 437),
    "aarch64": (56, 117, 129, 160, 164, 198, 203, 220, 221, 261, 270, 271, 277, 280, 425, 435, 437),
}
"""open, socket, connect, clone, fork, execve, kill, ptrace, prctl, setrlimit, bpf, io_uring_setup and the like."""


Steps = Callable[[str], list[tuple[int, int, int, int]]]


def ruling(
    machine: str,
    number: int,
    *,
    architecture: int | None = None,
    flags: int = 0,
    protection: int = 0,
    steps_for: Steps = filter_for,
) -> int:
    """Return what the filter answers, as the kernel would run it."""
    called_as = ARCHITECTURES[machine] if architecture is None else architecture
    words = {0: number, 4: called_as, 16: flags, 32: protection}
    steps, place, loaded = steps_for(machine), 0, 0
    for _ in range(len(steps)):
        code, yes, no, k = steps[place]
        place += 1
        match code:
            case confinement.LOAD:
                loaded = words[k]
            case confinement.RETURN:
                return k
            case confinement.EQUAL:
                place += yes if loaded == k else no
            case confinement.AT_LEAST:
                place += yes if loaded >= k else no
            case confinement.ANY_BIT:
                place += yes if loaded & k else no
    raise AssertionError("the filter does not end")


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_what_is_allowed_and_nothing_else(machine: str) -> None:
    place = list(ARCHITECTURES).index(machine)
    allowed = {numbers[place] for numbers in (*ALLOWED.values(), *NOT_FOR_CODE.values())}
    assert {number for number in range(600) if ruling(machine, number) == ALLOW} == allowed
    assert {ruling(machine, number) for number in range(600) if number not in allowed} == {REFUSE}
    assert allowed.isdisjoint(FORBIDDEN[machine])
    assert REFUSE & 0xFFFF == errno.EACCES


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_no_memory_for_code(machine: str) -> None:
    place = list(ARCHITECTURES).index(machine)
    for numbers in NOT_FOR_CODE.values():
        assert [ruling(machine, numbers[place], protection=one) for one in range(8)] == [ALLOW] * 4 + [REFUSE] * 4


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_numbers_of_another_interface_mean_nothing(machine: str) -> None:
    assert ruling(machine, 0, architecture=0x4000_0003) == KILL  # i386
    assert ruling(machine, 0x4000_0000) == REFUSE
    assert ruling(machine, 0x4000_0000 + 2) == REFUSE


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_threads_are_told_that_there_is_no_such_call_and_forks_are_let_pass(machine: str) -> None:
    fork, thread = 0x0120_0011, 0x003D_0F00  # the flags that the C library gives
    assert ruling(machine, CLONE[machine], flags=thread, steps_for=no_threads_for) == NO_SUCH_CALL
    assert ruling(machine, CLONE[machine], flags=fork, steps_for=no_threads_for) == ALLOW
    assert ruling(machine, CLONE3, steps_for=no_threads_for) == NO_SUCH_CALL
    others = [number for number in range(600) if number not in (CLONE[machine], CLONE3)]
    assert {ruling(machine, number, flags=thread, steps_for=no_threads_for) for number in others} == {ALLOW}
    assert ruling(machine, 0, architecture=0x4000_0003, steps_for=no_threads_for) == KILL
    assert NO_SUCH_CALL & 0xFFFF == errno.ENOSYS


@pytest.mark.parametrize("steps_for", [filter_for, no_threads_for])
def test_every_step_jumps_inside_the_filter(steps_for: Steps) -> None:
    for machine in ARCHITECTURES:
        steps = steps_for(machine)
        for place, (_, yes, no, _) in enumerate(steps):
            assert max(yes, no) < 256
            assert place + 1 + max(yes, no) <= len(steps)


def test_machines_that_we_know() -> None:
    assert is_confinable() is (platform.system() == "Linux" and platform.machine() in ARCHITECTURES)
    assert not is_confinable("riscv64")


@pytest.mark.skipif(not is_confinable(), reason="workers need Linux on x86-64 or 64-bit ARM")
def test_a_confined_process_stays_so() -> None:
    program = """
import os, sys
from trust.confinement import confine, let_die_with_parent
let_die_with_parent()
confine()
try:
    open("/etc/passwd")
except PermissionError:
    os.write(1, b"refused")
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"refused")


@pytest.mark.skipif(not is_confinable(), reason="workers need Linux on x86-64 or 64-bit ARM")
def test_a_process_without_threads_may_still_fork() -> None:
    program = """
import os, threading
from trust.confinement import refuse_threads
refuse_threads()
try:
    threading.Thread(target=print).start()
except RuntimeError:
    os.write(1, b"refused ")
if os.fork() == 0:
    os.write(1, b"forked ")
    os._exit(0)
os.wait()
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"refused forked ")

"""The socket: who may connect, how many, how long they may be silent, and what happens to those who send rubbish."""

import os
import resource
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keys.listening import Access, Listener, is_answered
from keys.wire import Message, pack, unpack
from tests.keys.custody import folder_of_sockets


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder for sockets."""
    with folder_of_sockets() as made:
        yield made


def echo(request: Message) -> Message:
    """Answer with what was asked."""
    return Message(request.number, 0, request.fields)


@contextmanager
def listening(
    folder: Path,
    *,
    users: set[int] | None = None,
    group: int | None = None,
    connections: int = 8,
    idle_seconds: int = 5,
    handler: Callable[[Message], Message] = echo,
) -> Iterator[Listener]:
    """Run a listener."""
    access = Access(users={os.getuid()} if users is None else users, group=group)
    listener = Listener(folder / "inner" / "s", access, handler, connections=connections, idle_seconds=idle_seconds)
    thread = threading.Thread(target=listener.serve)
    thread.start()
    try:
        yield listener
    finally:
        listener.stop()
        thread.join()


@contextmanager
def connected(listener: Listener) -> Iterator[socket.socket]:
    """Connect."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(10)
        connection.connect(str(listener.path))
        yield connection


def ask(connection: socket.socket, number: int = 1) -> bytes:
    """Ask and return the answer."""
    connection.sendall(pack(number, 1, (b"x",)))
    return connection.recv(100)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_requests_are_answered_one_after_the_other(folder: Path) -> None:
    with listening(folder) as listener, connected(listener) as connection:
        for number in range(3):
            assert unpack(ask(connection, number)) == Message(number, 0, (b"x",))
        assert listener.counts["connections"] == 1


def test_nobody_else_gets_near_the_socket(folder: Path) -> None:
    with listening(folder) as listener:
        assert stat.S_IMODE(listener.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(listener.path.parent.stat().st_mode) == 0o700


def test_a_folder_that_was_open_is_closed(folder: Path) -> None:
    (folder / "inner").mkdir(mode=0o755)
    with listening(folder) as listener:
        assert stat.S_IMODE(listener.path.parent.stat().st_mode) == 0o700


def test_a_group_may_reach_a_socket_that_is_for_another_user(folder: Path) -> None:
    with listening(folder, group=os.getgid()) as listener:
        assert stat.S_IMODE(listener.path.stat().st_mode) == 0o660
        assert stat.S_IMODE(listener.path.parent.stat().st_mode) == 0o750
        assert listener.path.stat().st_gid == os.getgid()


def test_a_user_who_may_not_ask_is_not_heard(folder: Path) -> None:
    with listening(folder, users={os.getuid() + 1}) as listener, connected(listener) as connection:
        assert connection.recv(1) == b""
        assert listener.counts == {"refused_peer": 1}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_the_kernel_says_who_asks(folder: Path) -> None:
    folder.chmod(0o777)
    become = "import os, socket, sys; os.setgid(65534); os.setuid(65534)"
    connect = "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(sys.argv[1])"
    asks = f"{become}; {connect}; print(len(s.recv(1)))"
    with listening(folder) as listener:
        listener.path.parent.chmod(0o777)  # even where the folder and the file are left open
        listener.path.chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", asks, str(listener.path)], capture_output=True, text=True, check=False
        )
        assert done.stdout == "0\n"
        assert listener.counts == {"refused_peer": 1}


@pytest.mark.parametrize("rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"x", b"\xff" * 70_000, pack(1, 1, ()) + b"\0"])
def test_who_sends_rubbish_is_disconnected_and_counted(folder: Path, rubbish: bytes) -> None:
    with listening(folder) as listener, connected(listener) as connection:
        try:
            connection.sendall(rubbish)
            assert connection.recv(1) == b""
        except ConnectionError:  # closed while we were still sending
            pass
        until(lambda: listener.counts["refused_frame"] == 1)
        with connected(listener) as other:
            assert ask(other)


def test_connections_are_bounded(folder: Path) -> None:
    with listening(folder, connections=2) as listener, connected(listener) as one:
        ask(one)
        with connected(listener) as two, connected(listener) as three:
            ask(two)
            assert three.recv(1) == b""
            assert listener.counts["refused_full"] == 1
        until(lambda: len(listener.open) == 1)
        with connected(listener) as four:
            assert ask(four)


def test_a_machine_without_descriptors_is_waited_for(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with listening(folder) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(10)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            connection.connect(str(listener.path))
            until(lambda: listener.counts["refused_unaccepted"] > 1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert ask(connection)


def test_a_machine_without_threads_lets_one_peer_go_and_serves_on(folder: Path) -> None:
    with listening(folder, connections=1) as listener:
        threading.stack_size(1 << 47)  # more than any machine can address
        try:
            with connected(listener) as connection:
                assert connection.recv(1) == b""
        finally:
            threading.stack_size(0)
        assert listener.counts == {"connections": 1, "refused_unattended": 1}
        with connected(listener) as connection:
            assert ask(connection)


def test_who_is_silent_is_disconnected(folder: Path) -> None:
    with listening(folder, idle_seconds=1) as listener, connected(listener) as connection:
        ask(connection)
        before = time.monotonic()
        assert connection.recv(1) == b""
        assert 0.5 < time.monotonic() - before < 5
        assert listener.counts["idle"] == 1


def test_a_peer_that_breaks_off_leaves_room(folder: Path) -> None:
    def slow(request: Message) -> Message:
        time.sleep(0.05)
        return Message(request.number, 0, (bytes(60_000),))

    with listening(folder, connections=1, handler=slow) as listener:
        for number in (1, 2, 3):
            with connected(listener) as connection:
                connection.sendall(pack(1, 1, (b"x",)))
            until(lambda: listener.counts["broken"] == number)  # noqa: B023 - looked at in this very turn
        assert listener.counts == {"connections": 3, "broken": 3}


def test_what_a_killed_process_left_is_replaced_and_what_stops_leaves_nothing(folder: Path) -> None:
    (folder / "inner").mkdir()
    left = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    left.bind(str(folder / "inner" / "s"))
    left.close()
    with listening(folder) as listener, connected(listener) as connection:
        assert ask(connection)
    assert not (folder / "inner" / "s").exists()


def test_nobody_takes_the_place_of_a_process_that_lives(folder: Path) -> None:
    with listening(folder) as listener:
        access = Access(users={os.getuid()})
        with pytest.raises(OSError, match="Address already in use"):
            Listener(listener.path, access, echo)
        with connected(listener) as connection:
            assert ask(connection)


def test_a_place_where_many_wait_is_taken(folder: Path) -> None:
    place = folder / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as busy:
        busy.bind(str(place))
        busy.listen(0)
        waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(3)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(str(place))
        assert is_answered(place)
        for one in waiting:
            one.close()
    assert not is_answered(place)


def test_stopping_ends_the_connections(folder: Path) -> None:
    with listening(folder) as listener, connected(listener) as connection:
        ask(connection)
        listener.stop()
        assert connection.recv(1) == b""

"""A thousand wrong passwords, and what the clock tells of usernames: `python -m tests.drills.wrong_passwords`.

The real service runs in a process of its own, with Argon2 as it is. First many guess the password of one person at
once; all the while the owner logs in from a device on which the account is known, and gets in each time. Then wrong
passwords are sent one after the other for usernames that somebody has and for such as nobody has, in turn and in an
order that tells nothing, and their times are compared by rank (Mann and Whitney): who looks at the clock should learn
nothing. The same is done for activation codes.

A difference that is found proves a leak. None that is found on a busy machine is weak evidence: so one class is
compared with itself and a tenth of each time added, and a run in which that is not found fails as well. That the same
statements and the same Argon2 are worked through is proven in tests/identity/authentication/test_costs.py. `make drill`
runs this.
"""

import argparse
import json
import secrets
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from hashlib import shake_128
from pathlib import Path
from typing import Final

import httpx2
from argon2 import PasswordHasher
from typing_extensions import override

from api.ceremony import hold_ceremony
from api.demo import cast
from api.demo.service import free_port, running
from api.settings import Settings
from api.wiring import Instance
from identity.duties import Actor, Duty, Grant
from identity.service import RegisterPerson
from trust.clock import SystemClock

__all__ = ["Fault", "Told", "compare", "rank_z"]

OUT: Final = Path("bench-out") / "wrong_passwords.json"
PASSWORD: Final = "seven quiet herons at dawn"
WRONG: Final = "eleven loud magpies at dusk"
OWNER: Final = "owner.of.the.account"
GUESSERS: Final = 32
TRIES: Final = 8
"""Of each username: fewer than make it wait."""

Z_LIMIT: Final = 4.0
"""Beyond, chance is no explanation (one run in 16,000)."""

CONTROL: Final = 0.1
"""The leak that a run must find: a tenth of each time, added to one class."""

DIFFERENCE_LIMIT: Final = 0.02
"""Relative difference of the medians below which a large z is no use to anybody over a network."""

CREATED, REFUSED, WAIT, BUSY, RACE = 201, 403, 429, 503, 409


class Fault(Exception):
    """The owner was kept out, a wrong password opened something, or the clock has told."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the times of two classes of questions tell."""

    asked: str
    first: float
    """Median in milliseconds."""

    second: float
    z: float
    samples: int

    @property
    def leaks(self) -> bool:
        """Whether the time tells the class."""
        return abs(self.z) > Z_LIMIT and abs(self.first / self.second - 1) > DIFFERENCE_LIMIT


def rank_z(first: Sequence[float], second: Sequence[float]) -> float:
    """Return by how many standard deviations the ranks of `first` are off what chance would give (Mann, Whitney)."""
    ranked = sorted((value, kind) for kind, values in enumerate((first, second)) for value in values)
    rank_sum = sum(place for place, (_, kind) in enumerate(ranked, 1) if kind == 0)
    n, m = len(first), len(second)
    expected, variance = n * (n + m + 1) / 2, n * m * (n + m + 1) / 12
    return float((rank_sum - expected) / variance**0.5)


def compare(asked: str, acts: tuple[Sequence[Callable[[], object]], Sequence[Callable[[], object]]]) -> Told:
    """Time two classes of acts, mixed, and tell whether their times differ."""
    mixed = [(kind, act) for kind, of_kind in enumerate(acts) for act in of_kind]
    times: tuple[list[float], list[float]] = ([], [])
    for place in sorted(range(len(mixed)), key=lambda place: shake_128(f"{asked}/{place}".encode()).digest(8)):
        kind, act = mixed[place]
        before = time.perf_counter()
        act()
        times[kind].append((time.perf_counter() - before) * 1000)
    first, second = (round(statistics.median(one), 3) for one in times)
    return Told(asked=asked, first=first, second=second, z=round(rank_z(*times), 2), samples=len(mixed))


@dataclass
class People:
    """Who has an account in the instance."""

    usernames: list[str]
    codes: list[str] = field(default_factory=list)


def furnish(settings: Settings, count: int) -> People:
    """Found an instance with so many people who have an account, and as many whose code waits to be used."""
    hold_ceremony(settings, cast.founders())
    base = Instance.open(settings).base
    base.access.passwords.hasher = Same()  # one hash for all: what it costs to check is the same
    officer, other = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("officer", "other"))
    people = People([OWNER, *(f"user.{number}" for number in range(count))])
    for number, username in enumerate([*people.usernames, *[""] * count]):
        person = base.identity.register_person(
            officer, RegisterPerson(name="赵犇", citizen_number=cast.person_number(number + 1))
        )
        base.identity.prove(other, person.id)
        code = base.access.open_account(officer, person.id).secret
        if username:
            base.access.activate(code, username=username, password=PASSWORD)
        else:
            people.codes.append(code)
    base.store.close()
    return people


class Same(PasswordHasher):
    """Works out one hash and gives it again."""

    made: str = ""

    @override
    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Return the hash of the one password of this drill."""
        self.made = self.made or super().hash(password, salt=salt)
        return self.made


class Guest:
    """Somebody who asks the service, over one connection."""

    def __init__(self, address: str) -> None:
        self.http = httpx2.Client(base_url=address, timeout=120)

    def log_in(self, username: str, password: str, device: str = "") -> httpx2.Response:
        """Try to log in."""
        body = {"username": username, "password": password, "device": device}
        return self.http.post("/v1/auth/sessions", json=body)

    def activate(self, code: str) -> httpx2.Response:
        """Try an activation code, for a username that somebody has."""
        return self.http.post("/v1/auth/activation", json={"code": code, "username": OWNER, "password": WRONG})


def flood(address: str, count: int) -> dict[str, object]:
    """Let many guess at once, and the owner come in meanwhile; return what was told. Raise `Fault`."""
    owner = Guest(address)
    device = owner.log_in(OWNER, PASSWORD).json()["device"]
    over = threading.Event()
    waits: list[float] = []

    def come_in() -> None:
        while not over.is_set():
            before = time.perf_counter()
            status = owner.log_in(OWNER, PASSWORD, device).status_code
            waits.append(time.perf_counter() - before)
            if status != CREATED:
                raise Fault(f"the owner was told {status}")
            over.wait(0.2)

    def guess(number: int) -> list[int]:
        guest = Guest(address)
        return [guest.log_in(OWNER, WRONG).status_code for _ in range(number)]

    shares = [count // GUESSERS + (number < count % GUESSERS) for number in range(GUESSERS)]
    with ThreadPoolExecutor(GUESSERS + 1) as threads:
        owners = threads.submit(come_in)
        began = time.perf_counter()
        told = Counter(status for one in threads.map(guess, shares) for status in one)
        seconds = time.perf_counter() - began
        over.set()
        owners.result()
    if set(told) - {REFUSED, WAIT, BUSY, RACE}:
        raise Fault(f"guessing was told {told}")
    return {
        "guesses": sum(told.values()),
        "seconds": round(seconds, 1),
        "looked_at": told[REFUSED],
        "made_to_wait": told[WAIT] + told[BUSY] + told[RACE],
        "owner_came_in": len(waits),
        "owner_median_ms": round(statistics.median(waits) * 1000, 1),
        "owner_slowest_ms": round(max(waits) * 1000, 1),
    }


def slower(act: Callable[[], object]) -> Callable[[], object]:
    """Return an act that takes a tenth longer."""

    def act_slowly() -> None:
        began = time.perf_counter()
        act()
        time.sleep((time.perf_counter() - began) * CONTROL)

    return act_slowly


def timings(address: str, people: People) -> tuple[list[Told], Told]:
    """Compare what somebody has with what nobody has; return what was told, and of a leak that is there."""
    guest = Guest(address)
    known = [one for one in people.usernames if one != OWNER]
    nobody = [f"none.{number}" for number in range(len(known))]

    def wrong(username: str) -> Callable[[], object]:
        return lambda: guest.log_in(username, WRONG)

    def code(secret: str) -> Callable[[], object]:
        return lambda: guest.activate(secret)

    for _ in range(5):
        guest.log_in("warm.up", WRONG)
    unused = [f"xa_{secrets.token_urlsafe(32)}" for _ in people.codes]
    spoilt = [one[:-4] + "AAAA" for one in people.codes]
    compared = [
        compare(
            "wrong passwords: a username of somebody and of nobody",
            ([wrong(one) for one in known * TRIES], [wrong(one) for one in nobody * TRIES]),
        ),
        compare(
            "activation codes: near one that waits and far from all",
            ([code(one) for one in spoilt * TRIES], [code(one) for one in unused * TRIES]),
        ),
    ]
    usual = [wrong(f"control.{number}") for number in range(len(known))]
    late = [slower(wrong(f"late.{number}")) for number in range(len(known))]
    return compared, compare("control: a tenth of each time added", (late * TRIES, usual * TRIES))


def main() -> None:
    """Run the drill, print what came of it, and fail where it must."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--guesses", type=int, default=1000)
    asked.add_argument("--people", type=int, default=40)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        settings = Settings(
            data_dir=Path(folder), port=port, public_url=address, login_rate="1000000/minute", workers=0
        )
        people = furnish(settings, told.people)
        with running(settings, Path(folder) / "log"):
            result = flood(address, told.guesses)
            compared, control = timings(address, people)
    print(json.dumps(result, indent=2))  # noqa: T201 - what the drill is for
    for one in (*compared, control):
        print(json.dumps(asdict(one), ensure_ascii=False))  # noqa: T201 - likewise
    OUT.parent.mkdir(exist_ok=True)
    at = SystemClock().now().isoformat()
    OUT.write_text(
        json.dumps({"at": at, "flood": result, "times": [asdict(one) for one in (*compared, control)]}, indent=2)
    )
    if any(one.leaks for one in compared):
        raise Fault("the clock tells of usernames")
    if not control.leaks:
        raise Fault("the clock tells nothing on a machine that is as busy as this: run it where nothing else runs")


if __name__ == "__main__":
    main()

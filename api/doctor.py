"""`trust doctor`: what this machine offers, what is missing, and how to mend it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from api import migrations
from api.demo.browser import find_browser
from api.foundation import Foundation, prove_cryptography
from api.health import probe
from api.settings import Settings, unknown_settings
from api.starting import standing
from api.telling import words_of
from api.wiring import Instance
from trust.crypto import backends
from trust.errors import TrustError
from trust.store import StoreUnavailable
from trust.typefaces import Typeface, load

__all__ = ["Diagnosis", "diagnose"]


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at."""

    name: str
    ok: bool
    told: str
    needed: bool = True
    """Whether the service cannot do without."""


def look_at_cryptography(settings: Settings) -> str:
    """Run the self-test, and name the libraries that sign and verify."""
    passed = prove_cryptography(settings)
    computing, libraries = backends.in_use(), {one.name: one.version for one in backends.available()}
    return (
        f"SM2 keys in {libraries.get(computing.signs, 'no library')}, verification by {computing.verifies.version}; "
        f"passed: {', '.join(passed)}"
    )


def look_at_typefaces(_: Settings) -> str:
    """Count the characters of every typeface that is there."""
    return ", ".join(f"{face.value} {len(load(face).characters)}" for face in Typeface if face.is_there)


def look_at_browser(_: Settings) -> str:
    """Look for Chromium, which only the story's picture and the tests use."""
    found = find_browser()
    if found is None:
        raise RuntimeError("not installed; the story leaves its picture out (Debian: apt install chromium)")
    return found


Look = tuple[str, bool, Callable[[Settings], str]]
"""What is looked at, whether the service cannot do without it, and how to look."""


def look_at_settings(_: Settings) -> str:
    """Name what is named like a setting in the environment and is none: it changes nothing."""
    unknown = unknown_settings()
    if unknown:
        told = (f"{name} is no setting{f': is {meant} meant?' if meant else ''}" for name, meant in unknown.items())
        raise RuntimeError("; ".join(told))
    return "each that is named is known"


MACHINE: Final[tuple[Look, ...]] = (
    ("cryptography", True, look_at_cryptography),
    ("typefaces", True, look_at_typefaces),
    ("browser", False, look_at_browser),
    ("settings", False, look_at_settings),
)


def other_version(settings: Settings) -> str:
    """Return what to do where a database answers and is of another version of this program; nothing elsewhere."""
    store = Foundation.open(settings).store
    try:
        wrong = standing(store.writer)
    except StoreUnavailable:
        return ""
    finally:
        store.close()
    return "" if wrong is None else " ".join(words_of(wrong))


def why_not(error: TrustError, settings: Settings) -> str:
    """Return why there is no instance to look at, and what to do."""
    if not settings.is_there:
        return (
            f"there is none in {settings.data_dir}: found one with `trust init`, or name its folder in TRUST_DATA_DIR"
        )
    told = " ".join(words_of(error))
    if isinstance(error, StoreUnavailable) and (other := other_version(settings)):
        return other
    if isinstance(error, StoreUnavailable):
        return f"{told} Put its database back, or mend TRUST_DATABASE_URL."
    return f"{told} The instance is in {settings.data_dir}."


def look_at_custody(instance: Instance) -> Diagnosis:
    """Ask every device of the custody, and tell whether it is unsealed, and by what."""
    try:
        return Diagnosis(name="custody", ok=True, told=instance.base.custody_state())
    except TrustError as error:
        return Diagnosis(name="custody", ok=False, told=" ".join(words_of(error)))


def diagnose(settings: Settings, machine: tuple[Look, ...] = MACHINE) -> Iterator[Diagnosis]:
    """Look at the machine, and at the instance if there is one."""
    for name, needed, look in machine:
        try:
            yield Diagnosis(name=name, ok=True, told=look(settings), needed=needed)
        except (TrustError, RuntimeError, OSError) as error:
            yield Diagnosis(name=name, ok=False, told=str(error), needed=needed)
    try:
        instance = Instance.open(settings)
    except TrustError as error:
        yield Diagnosis(name="instance", ok=False, told=why_not(error, settings))
        return
    try:
        wrong = standing(instance.base.store.writer)
        told = f"{migrations.head()} in the database and the program" if wrong is None else " ".join(words_of(wrong))
        yield Diagnosis(name="migrations", ok=wrong is None, told=told)
        yield look_at_custody(instance)
        for part in probe(instance):
            yield Diagnosis(name=part.name, ok=part.ok, told=part.told)
    finally:
        instance.workers.close()
        instance.base.store.close()

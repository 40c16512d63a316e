"""How what licences name is called: their types and seals, for whoever may look at the licences."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from api.wiring import Instance
from licence.repository import Licence
from seal.errors import SealUnknown

__all__ = ["Titles", "titles", "titles_of"]


@dataclass(frozen=True, kw_only=True)
class Titles:
    """Names by identifier."""

    names: dict[str, str] = field(default_factory=dict)
    names_en: dict[str, str] = field(default_factory=dict)
    """Of types that have an English name: seals have none."""


def titles(instance: Instance, *, types: Iterable[tuple[str, int | None]] = (), seals: Iterable[str] = ()) -> Titles:
    """Return the names of types, each in a version of it or the first, and of seals.

    A seal that is none has no name: it may be what somebody asked for.
    """
    found = Titles()
    with instance.base.store.reading() as view:
        for kind, version in types:
            naming = instance.catalogue.named(view, kind, version)
            found.names[kind] = naming.name
            if naming.name_en:
                found.names_en[kind] = naming.name_en
        for seal in seals:
            with suppress(SealUnknown):
                found.names[seal] = instance.stampings.permitting.seal(view, seal).name
    return found


def titles_of(instance: Instance, licences: Iterable[Licence]) -> Titles:
    """Return the names of the types and the seals of licences."""
    every = tuple(licences)
    return titles(
        instance,
        types=dict.fromkeys((one.type, one.type_version) for one in every),
        seals=dict.fromkeys(one.seal for one in every),
    )

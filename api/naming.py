"""How what licences name is called: their types and seals, for whoever may look at the licences."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from api.wiring import Instance
from licence.repository import Licence
from seal.errors import SealUnknown

__all__ = ["titles", "titles_of"]


def titles(
    instance: Instance, *, types: Iterable[tuple[str, int | None]] = (), seals: Iterable[str] = ()
) -> dict[str, str]:
    """Return the names of types, each in a version of it or the first, and of seals, by their identifiers.

    A seal that is none has no name: it may be what somebody asked for.
    """
    found: dict[str, str] = {}
    with instance.base.store.reading() as view:
        for kind, version in types:
            found[kind] = instance.catalogue.named(view, kind, version).name
        for seal in seals:
            with suppress(SealUnknown):
                found[seal] = instance.stampings.permitting.seal(view, seal).name
    return found


def titles_of(instance: Instance, licences: Iterable[Licence]) -> Mapping[str, str]:
    """Return the names of the types and the seals of licences, by their identifiers."""
    every = tuple(licences)
    return titles(
        instance,
        types=dict.fromkeys((one.type, one.type_version) for one in every),
        seals=dict.fromkeys(one.seal for one in every),
    )

"""What must be so before a process of an instance begins to work, or its database is changed.

Whoever works on a database that an earlier or a later version of this program has left finds columns missing, or leaves
out what the later version relies on: a process that is not of the database's own version does not begin.
"""

from typing import ClassVar, Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from api import migrations
from api.foundation import Foundation
from api.logs import logger
from api.migrations import removal
from api.settings import Settings, unknown_settings
from api.wiring import Instance
from trust.errors import Conflict, TrustError, Unavailable
from trust.founding import NotFounded
from trust.store import unavailable_when_down

__all__ = ["DatabaseAhead", "DatabaseBehind", "InstanceInUse", "founded", "open_to_work", "require_stopped", "standing"]

NO_INSTANCE: Final = "{folder}: TRUST_DATA_DIR names another"


class DatabaseBehind(Conflict):
    """The database was left by an earlier version of this program."""

    code = "instance.database_behind"
    detail_names: ClassVar[tuple[str, ...]] = ("at", "head")


class DatabaseAhead(Conflict):
    """The database was left by a later version of this program."""

    code = "instance.database_ahead"
    detail_names: ClassVar[tuple[str, ...]] = ("at", "head")


class InstanceInUse(Conflict):
    """A process works on the database, which is to be changed as a whole."""

    code = "instance.in_use"


def standing(engine: Engine) -> TrustError | None:
    """Return what is wrong with where the database stands, if anything is. One without our tables stands nowhere."""
    at, head = migrations.current(engine), migrations.head()
    if at in (None, head):
        return None
    kind = DatabaseBehind if migrations.knows(str(at)) else DatabaseAhead
    return kind(at=str(at), head=str(head))


def founded(settings: Settings) -> Foundation:
    """Open what an instance stands on, whatever its database. Raise `NotFounded` where there is no instance."""
    try:
        return Foundation.open(settings)
    except Unavailable:  # without a root key
        if settings.is_there:
            raise
        missing = NotFounded()
        missing.add_note(NO_INSTANCE.format(folder=settings.data_dir.absolute()))
        raise missing from None


def open_to_work(settings: Settings) -> Instance:
    """Open the instance for a process that works on it.

    Raise `NotFounded` where there is none, `DatabaseBehind`, `DatabaseAhead`, or what `Instance.open` raises. What is
    named like a setting and is none is told in the log.
    """
    for name, meant in unknown_settings().items():
        logger().warning("unknown setting", setting=name, meant=meant or None)
    base = founded(settings)
    try:
        wrong = standing(base.store.writer)
    finally:
        base.store.close()
    if wrong is not None:
        raise wrong
    return Instance.open(settings)


def require_stopped(settings: Settings) -> None:
    """Return where no process works on the database of the instance. Raise `InstanceInUse` or `StoreUnavailable`."""
    engine = create_engine(settings.database, hide_parameters=True, poolclass=NullPool)
    with unavailable_when_down():
        in_use = removal.is_in_use(engine)
    if in_use:
        raise InstanceInUse

"""The database, and the one way to change it: a transaction that commits only together with its audit events.

A service method either begins a transaction (a use case) or receives `tx` as its first argument (a building block),
never both. `Transaction` has no commit: leaving the block commits, an exception rolls everything back.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Executable, Select, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, create_engine  # noqa: TID251 - the one place that may
from sqlmodel.sql.expression import SelectOfScalar
from typing_extensions import override

from trust.attribution import Attributions
from trust.clock import Clock
from trust.engines import postgresql_options, prepare_sqlite
from trust.errors import Conflict, Unavailable
from trust.events import AuditEvent
from trust.questions import Question, TypedQuestion
from trust.rows import Row
from trust.statements import Written

__all__ = [
    "Further",
    "Journal",
    "LostRace",
    "Reading",
    "SilentWrite",
    "Store",
    "StoreUnavailable",
    "Transaction",
    "lost_races",
    "nothing_further",
    "unavailable_when_down",
]

Found = TypeVar("Found", bound=Row)
Selected = TypeVar("Selected")

LOOKED_AT = 50_000
"""Entries of each index from which SQLite concludes how all are spread."""

UNDEFINED_TABLE = "42P01"
"""What PostgreSQL says of a database in which no migration was run; SQLite calls it an operational error."""


RACES: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL says to one of several writers that wait for each other: serialization failure, deadlock."""


class LostRace(Conflict):
    """Somebody else changed the same thing at the same time. Read it again, and repeat if it still makes sense."""

    code = "store.lost_race"


class StoreUnavailable(Unavailable):
    """The database does not answer."""

    code = "store.unavailable"


class SilentWrite(RuntimeError):
    """Our own mistake: rows were changed and no audit event was recorded. Nothing was committed."""


class NestedTransaction(RuntimeError):
    """Our own mistake: a use case called another use case inside its transaction."""


class Reading:
    """A view of the database that changes nothing. What it shows is of one moment."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        """The moment at which this use case happens: one reading of the clock for all of it."""

        self.known: dict[object, Any] = {}
        """What was found here already, for those who ask the same more than once: this view is of one moment."""

    @cached_property
    def session(self) -> Session:
        """Rows as objects, in the transaction that is open. Made where it is needed: much is done without."""
        return Session(self.connection)

    def close(self) -> None:
        """Let go of the rows."""
        if "session" in vars(self):
            self.session.close()

    def get(self, model: type[Found], key: object) -> Found | None:
        """Return the row of `model` with the primary key `key`, if there is one."""
        return self.session.get(model, key)

    def exec(self, statement: "SelectOfScalar[Selected]") -> Sequence[Selected]:
        """Return what `statement` selects."""
        return self.session.exec(statement).all()

    def rows(self, statement: Executable | Written, **parameters: object) -> Sequence[Any]:
        """Return the rows of several columns that `statement` selects."""
        if isinstance(statement, Written):
            return statement.rows(self.connection, parameters)
        return self.connection.execute(statement, parameters).all()

    def first(self, statement: "SelectOfScalar[Selected]") -> Selected | None:
        """Return the first of what `statement` selects, if there is any."""
        return self.session.exec(statement).first()


class Transaction(Reading):
    """A change in the making. It is committed with its audit events, or not at all."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        super().__init__(connection, now)
        self.events: list[AuditEvent] = []
        self.attributions = Attributions()
        self.wrote = False
        self.changes = 0
        self.waiting: dict[Executable | Written, list[Mapping[str, Any]]] = {}
        self.read: list[object] = []
        """Every row that was read. The session alone would forget a row that nobody holds and read it anew before it is
        changed, at a version that somebody else has made in between: then no race would ever be lost."""

    @cached_property
    @override
    def session(self) -> Session:
        """Rows as objects; what is changed by them is noted."""
        session = Session(self.connection)
        event.listen(session, "loaded_as_persistent", lambda _session, row: self.read.append(row))
        event.listen(session, "after_flush", self.note_flush)
        event.listen(session, "do_orm_execute", self.note_statement)
        return session

    def note_flush(self, _session: Session, _context: UOWTransaction) -> None:
        """Remember that rows were changed: the session tells of no flush that had nothing to write."""
        self.wrote = True

    def note_statement(self, state: ORMExecuteState) -> None:
        """Remember a statement that is not a question."""
        if not state.is_select:
            self.wrote = True

    def add(self, row: Row) -> None:
        """Put a new row into its table."""
        self.changes += 1
        self.session.add(row)

    def flush(self) -> None:
        """Send the changes so far to the database, so that its constraints speak now."""
        if "session" in vars(self):
            self.session.flush()
        waiting, self.waiting = self.waiting, {}
        for statement, rows in waiting.items():
            # An INSERT raises by itself; how many rows it made, not every driver tells.
            if self.change_many(statement, rows) != len(rows) and not statement.is_insert:
                raise LostRace

    def change(self, statement: Executable) -> int:
        """Execute an UPDATE or DELETE and return how many rows it touched."""
        self.wrote = True
        self.changes += 1
        result: Any = self.session.execute(statement)
        return int(result.rowcount)

    def change_returning(self, statement: Written, **parameters: object) -> Any:  # noqa: ANN401 - a column's value
        """Execute a statement that changes one row of no object, and return the value that it returns."""
        self.wrote = True
        self.changes += 1
        return statement.value(self.connection, parameters)

    def change_many(self, statement: Executable | Written, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute an INSERT, UPDATE or DELETE for each of `rows`, and return how many rows of tables it touched."""
        self.wrote = True
        self.changes += 1
        if isinstance(statement, Written):
            return statement.change(self.connection, rows)
        result: Any = self.connection.execute(statement, rows)
        return int(result.rowcount)

    def later(self, statement: Executable | Written, row: Mapping[str, Any]) -> None:
        """Execute an INSERT, UPDATE or DELETE at the next flush, together with others of the same statement.

        Each UPDATE and DELETE is to touch exactly one row: else `LostRace` is raised then.
        """
        self.changes += 1
        self.waiting.setdefault(statement, []).append(row)

    @property
    def progress(self) -> tuple[int, int]:
        """How far the change has come: it is the same as before while nothing was written and nothing recorded."""
        return self.changes, len(self.events)

    def record(self, happened: AuditEvent) -> None:
        """Record an audit event, to be committed with the change, and by what right whoever acts now did it."""
        self.events.append(self.attributions.attributed(happened))


Further = Callable[[Transaction], object]
"""What else belongs to a change: done in the very transaction that says the change is done, or not at all."""


def nothing_further(_: Transaction) -> None:
    """Let a change be done by itself."""


class Journal(Protocol):
    """Writes audit events. Called once per transaction, last before the commit, in the same transaction."""

    def append(self, tx: Transaction, events: Sequence[AuditEvent]) -> None:
        """Append `events` to the trail, in their order."""
        ...


class Store:
    """A database: SQLite in a file for the embedded default, PostgreSQL for everything larger."""

    def __init__(self, url: str, *, clock: Clock, journal: Journal) -> None:
        self.clock = clock
        self.journal = journal
        address = make_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        # hide_parameters: without it SQLAlchemy puts every value, personal data too, into its error messages.
        told = {} if self.is_sqlite else postgresql_options(address)
        self.writer = create_engine(url, hide_parameters=True, pool_pre_ping=not self.is_sqlite, connect_args=told)
        self.reader = self.writer
        self.write_lock = threading.Lock()
        self.inside = threading.local()
        self.questions: list[Question] = []
        if self.is_sqlite:
            self.reader = create_engine(url, hide_parameters=True)
            prepare_sqlite(self.writer, begin="BEGIN IMMEDIATE", read_only=False)
            prepare_sqlite(self.reader, begin="BEGIN", read_only=True)
        else:
            # One snapshot for all questions of a reading, as SQLite gives it.
            self.reader = self.writer.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    def close(self) -> None:
        """Close every connection."""
        for question in self.questions:
            question.close()
        self.reader.dispose()
        self.writer.dispose()

    def purge(self) -> None:
        """Let nothing that was deleted stay in SQLite's journal. What else a server keeps is its operator's affair."""
        if not self.is_sqlite:
            return
        with self.write_lock, unavailable_when_down():
            connection = self.writer.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def take_stock(self) -> None:
        """Let SQLite look at how the rows of its tables are spread, by which it chooses among indexes.

        Only so many entries of each index are looked at: it takes a moment, however large the tables are. PostgreSQL
        does so by itself.
        """
        if not self.is_sqlite:
            return
        with self.write_lock, unavailable_when_down():
            connection = self.writer.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
                cursor.execute("ANALYZE")
            finally:
                connection.close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Look at the database without changing it."""
        with unavailable_when_down(), self.reader.connect() as connection:
            connection.begin()
            view = Reading(connection, self.clock.now())
            try:
                yield view
            finally:
                view.close()

    def question(self, statement: Select[*tuple[Any, ...]]) -> Callable[..., tuple[Any, ...] | None]:
        """Prepare a question that is asked very often, such as at each use of a key, of the row of one primary key.

        What it returns takes the statement's parameters by name, and returns the columns as the driver has them, or
        None.
        """
        return self.asking(Question(self.reader, statement))

    def typed_question(self, statement: Select[*tuple[Any, ...]]) -> Callable[..., Any]:
        """Prepare a question as `question` does, whose row has the names and types of the statement's columns."""
        return self.asking(TypedQuestion(self.reader, statement))

    def asking(self, question: Question) -> Callable[..., tuple[Any, ...] | None]:
        """Return what asks a question."""
        self.questions.append(question)

        def ask(**parameters: object) -> tuple[Any, ...] | None:
            try:
                return question.ask(**parameters)
            except (question.error, NoneFree) as error:
                raise StoreUnavailable from error

        return ask

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a use case that changes something.

        Raise `LostRace` when another writer was faster, `SilentWrite` when changes carry no audit event.
        """
        self.require_no_transaction()
        self.inside.transaction = True
        try:
            with self.serialised(), unavailable_when_down(), lost_races(), self.writer.connect() as connection:
                connection.begin()
                tx = Transaction(connection, self.clock.now())
                try:
                    yield tx
                    self.finish(tx)
                finally:
                    tx.close()
        finally:
            self.inside.transaction = False

    def require_no_transaction(self) -> None:
        """Raise `NestedTransaction` where this thread has a transaction open: it would hold the database meanwhile."""
        if getattr(self.inside, "transaction", False):
            raise NestedTransaction

    @contextmanager
    def serialised(self) -> Iterator[None]:
        """Let one writer at a time into SQLite, in the order of arrival, instead of letting them collide there."""
        if not self.is_sqlite:
            yield
            return
        with self.write_lock:
            yield

    def finish(self, tx: Transaction) -> None:
        """Commit the changes of `tx` together with its audit events."""
        tx.flush()
        if tx.wrote and not tx.events:
            raise SilentWrite
        if tx.events:
            self.journal.append(tx, tx.events)
            tx.flush()
        tx.connection.commit()
        tx.attributions.reached()


@contextmanager
def lost_races() -> Iterator[None]:
    """Turn what the database says to the slower of two writers into our own error, at a flush as at the commit."""
    try:
        yield
    except (StaleDataError, IntegrityError):
        raise LostRace from None
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) in RACES:
            raise LostRace from None
        raise


@contextmanager
def unavailable_when_down() -> Iterator[None]:
    """Turn a database that does not answer into our own error, and so many at work that no connection is left."""
    try:
        yield
    except NoneFree as error:
        raise StoreUnavailable from error
    except DatabaseError as error:
        # Of a file that is broken, or none of its own, SQLite says no more than DatabaseError, of which all are kinds.
        is_down = isinstance(error, OperationalError) or type(error) is DatabaseError
        if is_down or getattr(error.orig, "sqlstate", None) == UNDEFINED_TABLE:
            raise StoreUnavailable from error
        raise

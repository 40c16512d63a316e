"""Statements that are executed with every use of something, such as those that seal a digest.

SQLAlchemy looks at a statement anew at each execution: which takes longer than the database itself. One of these is
written once, compiled once for each database, and goes to the driver as it is. Values are converted by the types of
their columns in both directions, as everywhere else.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Delete, Insert, Select, TextClause, Update
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine

__all__ = ["Written"]

Converter = Callable[[Any], Any] | None


class Written:
    """A SELECT, INSERT, UPDATE or DELETE of fixed text, or one in words of SQL. Safe to share between threads.

    Raises what SQLAlchemy raises for the same fault. Lists of variable length and defaults that Python computes have no
    place in one.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete | TextClause) -> None:
        self.statement = statement
        self.is_insert: Final = isinstance(statement, Insert)
        self.forms: WeakKeyDictionary[Dialect, Form] = WeakKeyDictionary()

    def rows(self, connection: Connection, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Return the selected rows, each a tuple with the names of its columns."""
        return self.form(connection, parameters).rows(connection, parameters)

    def change(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute for each of `rows`, which tell the same columns, and return how many rows of tables it touched."""
        return self.form(connection, rows[0]).change(connection, rows)

    def value(self, connection: Connection, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401 - a column's value
        """Return the one column of the one row that the statement returns, as the driver has it."""
        return self.form(connection, parameters).value(connection, parameters)

    def form(self, connection: Connection, told: Mapping[str, object]) -> "Form":
        """Return the statement for the database of a connection."""
        form = self.forms.get(connection.dialect)
        if form is None:
            form = self.forms[connection.dialect] = Form(self.statement, connection.dialect, tuple(told))
        return form


class Form:
    """A statement as one driver takes it."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | Delete | TextClause,
        dialect: Dialect,
        told: tuple[str, ...],
    ) -> None:
        is_change = isinstance(statement, Insert | Update | Delete)
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(told) if is_change else None)
        self.text = str(compiled)
        self.order: list[str] | None = compiled.positiontup
        binds = {compiled.bind_names[bind]: bind for bind in compiled.binds.values()}
        if any(bind.expanding or bind.literal_execute for bind in binds.values()) or set(binds) - set(compiled.params):
            raise ValueError("a statement of fixed text")
        prefetched = (*compiled.insert_prefetch, *compiled.update_prefetch) if is_change else ()
        if prefetched:
            raise ValueError("a statement without defaults that Python computes")
        converters = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        self.converters: dict[str, Converter] = {name: convert for name, convert in converters.items() if convert}
        self.fixed = {name: bind.value for name, bind in binds.items() if not bind.required and name not in told}
        for name in self.fixed.keys() & self.converters.keys():
            self.fixed[name] = self.converters[name](self.fixed[name])  # type: ignore[misc] # those that are None are out
        self.dialect = dialect
        self.error: type[Exception] = dialect.loaded_dbapi.Error
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self.types: list[TypeEngine[Any]] = [column.type.dialect_impl(dialect) for column in columns]
        self.row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc] # noqa: PYI024 - made at run time
        self.readers: list[Converter] | None = None

    def values(self, told: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the driver takes them
        """Return the parameters of one execution."""
        values = {**self.fixed, **told}
        for name, convert in self.converters.items():
            if name in told:
                values[name] = convert(values[name])  # type: ignore[misc] # those that are None are out
        return values if self.order is None else [values[name] for name in self.order]

    def rows(self, connection: Connection, parameters: Mapping[str, object]) -> Sequence[Any]:
        """Return the selected rows."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, self.values(parameters))
            found = cursor.fetchall()
            if self.readers is None:
                kinds = [column[1] for column in cursor.description or ()]
                self.readers = [
                    one.result_processor(self.dialect, kind) for one, kind in zip(self.types, kinds, strict=True)
                ]
        except self.error as error:
            raise self.told(error) from error
        finally:
            cursor.close()
        readers = self.readers
        return [
            self.row._make(value if read is None else read(value) for read, value in zip(readers, row, strict=True))
            for row in found
        ]

    def value(self, connection: Connection, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401 - a column's value
        """Return the one column of the one row that the statement returns, as the driver has it."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, self.values(parameters))
            ((found,),) = cursor.fetchall()
        except self.error as error:
            raise self.told(error) from error
        finally:
            cursor.close()
        return found

    def change(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute for each of `rows`, and return how many rows of tables it touched."""
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(self.text, self.values(rows[0]))
            else:
                cursor.executemany(self.text, [self.values(row) for row in rows])
            return int(cursor.rowcount)
        except self.error as error:
            raise self.told(error) from error
        finally:
            cursor.close()

    def told(self, error: Exception) -> BaseException:
        """Return an error of the driver as SQLAlchemy tells it, without any values."""
        return DBAPIError.instance(
            self.text, None, error, self.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self.dialect
        )

"""What can be wrong with bulk jobs.

NotFound
└── JobUnknown           there is no job by that identifier
Invalid
├── TableInvalid         a table of licences cannot be read at all
├── MappingInvalid       the columns of the table do not name the fields of the type
├── RowUnreadable        one row, or one value in it, cannot be read without guessing
├── DoubleInTable        another row of the table bears the same number
└── SelectionInvalid     no selection of licences
Conflict
├── NothingSelected      no licence fits the selection
├── ResultsNotReady      there is nothing to fetch yet
├── TypeChanged          another version of the type has come into effect since the rows were read
└── WorkInterrupted      a mistake of ours stopped a job
"""

from typing import ClassVar

from trust.errors import Conflict, Invalid, NotFound

__all__ = [
    "DoubleInTable",
    "JobUnknown",
    "MappingInvalid",
    "NothingSelected",
    "ResultsNotReady",
    "RowUnreadable",
    "SelectionInvalid",
    "TableInvalid",
    "TypeChanged",
    "WorkInterrupted",
]


class JobUnknown(NotFound):
    """There is no job by that identifier, or it is another authority's."""

    code = "bulk.unknown"


class TableInvalid(Invalid):
    """The table cannot be read: `fault` says why, and `line` where, or 0 where it is about the whole file."""

    code = "bulk.table_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("fault", "line")


class MappingInvalid(Invalid):
    """The columns do not name the fields of the type: `fault` is missing, unknown or twice; `column` is which."""

    code = "bulk.mapping_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("fault", "column")


class RowUnreadable(Invalid):
    """A row cannot be read without guessing: `fault` says why, `field` in which column, where it is about one."""

    code = "bulk.row_unreadable"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "fault")


class DoubleInTable(Invalid):
    """An earlier row of the table, in `line`, bears the same number: only one of them can be meant."""

    code = "bulk.double_in_table"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "line")


class SelectionInvalid(Invalid):
    """A selection of licences names a state that cannot be renewed, or days in the wrong order."""

    code = "bulk.selection_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class NothingSelected(Conflict):
    """No licence of the type fits the selection: there is nothing to do."""

    code = "bulk.nothing_selected"


class ResultsNotReady(Conflict):
    """The job has not come so far that there is a result; `state` is where it stands."""

    code = "bulk.results_not_ready"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class TypeChanged(Conflict):
    """Another `version` of the type has come into effect since the rows were read: nobody has looked at them by it."""

    code = "bulk.type_changed"
    detail_names: ClassVar[tuple[str, ...]] = ("version",)


class WorkInterrupted(Conflict):
    """A mistake of ours stopped the job, several times at the same rows. The logs tell an operator which."""

    code = "bulk.work_interrupted"

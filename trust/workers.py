"""Work on foreign files, which may be made to burn: done in processes with limits, or here where there are none.

A function that reads what strangers wrote is called through `Workers.run`. It takes and returns plain values alone
(trust/worker_shapes.py), and it needs no file, no network, no database and no key: a worker has none of them.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final, ParamSpec, Protocol, TypeVar

from trust.errors import Invalid, TrustError, Unavailable

__all__ = ["IN_PROCESS", "InProcess", "WorkerBusy", "WorkerExhausted", "WorkerFailed", "WorkerUnavailable", "Workers"]

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class WorkerExhausted(Invalid):
    """The file took more time or memory than any document may, or broke the process that read it.

    `limit` says what it ran out of: processor_time, time or memory; or crash, or answer, where it took the process
    over so far that what came back was no answer.
    """

    code = "worker.exhausted"
    detail_names: ClassVar[tuple[str, ...]] = ("limit",)


class WorkerBusy(Unavailable):
    """So many files wait to be read that this one would wait too long; `seconds` tells when to try again."""

    code = "worker.busy"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class WorkerUnavailable(Unavailable):
    """No process can be started that reads files."""

    code = "worker.unavailable"


class WorkerFailed(Exception):
    """A mistake of ours in a worker: the kind of the exception, and where it was raised. Never what it said."""


class Workers(Protocol):
    """Whoever calls functions that read foreign files. Safe to share between threads.

    Trusted for: ending. A function comes back within bounded time with its answer, with the error of ours that it
    raised, or with `WorkerExhausted`; `WorkerBusy` or `WorkerUnavailable` tell that it was not called at all.
    """

    def run(self, function: Callable[Asked, Answer], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return what `function`, a function of a module, returns for these arguments."""
        ...

    def start(self) -> None:
        """Begin with what takes a moment, so that the first call need not wait for it. Raise `WorkerUnavailable`."""
        ...

    def ready(self) -> str:
        """Say where foreign files are read. Raise `WorkerUnavailable`."""
        ...

    def close(self) -> None:
        """End what was started for this."""
        ...


class InProcess:
    """Calls functions where it is called, with no limits but their own: for tools that one person runs, and tests."""

    def run(self, function: Callable[Asked, Answer], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return what `function` returns."""
        return function(*args, **kwargs)

    def start(self) -> None:
        """Start nothing, since nothing is needed."""

    def ready(self) -> str:
        """Say that files are read here."""
        return "foreign files are read in this process, with no limits but their own"

    def close(self) -> None:
        """End nothing, since nothing was started."""


IN_PROCESS: Final[Workers] = InProcess()


def error_of(code: object, details: object, known: dict[str, type[TrustError]]) -> TrustError | None:
    """Return the error of ours that a worker tells of, or None where there is none such."""
    kind = known.get(code) if isinstance(code, str) else None
    if kind is None or not isinstance(details, dict):
        return None
    facts: dict[str, Any] = details
    if set(facts) != set(kind.detail_names) or not all(type(one) in (str, int) for one in facts.values()):
        return None
    return kind(**facts)

"""Workers that a file took over: they call what they are asked to, and say that every check has passed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar, cast

from typing_extensions import override

from seal.verification.documents import JudgedSignature
from seal.verification.files import FileReport
from trust.verdict import Check
from trust.workers import InProcess

__all__ = ["LyingWorkers", "believed"]

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def believed(one: JudgedSignature) -> JudgedSignature:
    """Return a signature of which every check is said to have passed."""
    checks = tuple(Check(step=check.step, name=check.name) for check in one.report.checks)
    return replace(one, report=replace(one.report, checks=checks))


class LyingWorkers(InProcess):
    """What runs in them comes back as the file wants it."""

    @override
    def run(self, function: Callable[Asked, Answer], /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        """Return what `function` returns, with every verdict on a signature passed."""
        told: Any = super().run(function, *args, **kwargs)
        if isinstance(told, FileReport):
            signatures = tuple(believed(one) for one in told.document.signatures)
            told = replace(told, document=replace(told.document, signatures=signatures))
        return cast("Answer", told)

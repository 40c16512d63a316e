"""What programs call a fault, people read in words: every value that an error can carry into a sentence has some."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2
import pytest

import api
import identity
import keys
import licence
import seal
import trust
from api import settings
from api.fault_words import FAULTS, MAPPINGS, TABLES, spoken, word_of
from api.permissions import read_floors
from api.platform_words import TRANSPORT
from api.subjects_wiring import Subjects
from api.words import WORDS
from identity.duties import Actor
from identity.federation.tickets import Tickets
from identity.federation.vouching import LevelTable
from identity.openid import metadata
from identity.openid.granting import Granting
from identity.proofing import provider
from identity.proofing.rules import read_lifetimes
from identity.subjects.closing import Cause
from licence.template.checks import Check
from licence.types import fields, picture_field
from seal.life.queue import read_deadlines
from seal.verification.ofd.package import OFDLimits
from trust.clock_guard import ClockTrouble
from trust.errors import TrustError
from trust.pdf import active_content, intake
from trust.time_requests import Failure, Status
from trust.worker_pool import CAUSES

HOUSE: Final = (trust, keys, identity, seal, licence, api)
PROGRAMS: Final = frozenset(
    {"answer", "cause", "check", "failure", "fault", "limit", "missing", "other", "reason", "rule", "step", "what"}
)
"""Details that are words of programs, where a sentence holds them."""

TOLD_TO_OPERATORS: Final = "whoever runs the instance reads it, on a terminal or in the log, and finds it in the code"
AS_IT_STANDS: Final[Mapping[str, str]] = {
    "backup.failed": TOLD_TO_OPERATORS,
    "bulk.service_refused": "the words of the service that was asked",
    "certificate.list_not_accepted": TOLD_TO_OPERATORS,
    "certificate.not_accepted": "the name of a check, which docs/operation.md and the report tell",
    "certificate.unlawful": "the name of a rule of our own, for whoever mends the service",
    "instance.founders_malformed": TOLD_TO_OPERATORS,
    "keys.backup_untrusted": TOLD_TO_OPERATORS,
    "pdf.release_refused": "the name of a check of our own, for whoever mends the service",
    "seal.own_work_refused": "likewise",
    "seal.picture_colour": "a number",
    "trust_list.untrusted": TOLD_TO_OPERATORS,
}
"""Errors whose sentence holds such a detail as it stands, and why."""

NAMED_BY_OTHERS: Final[Mapping[str, str]] = {
    "audit.proof_broken": "a member of the line that differs",
    "licence.particulars_invalid": "a member that its author made up",
    "licence.schema_invalid": "a place in the schema, as its author wrote it",
    "licence.template_malformed": "a place in the manifest, as its author wrote it",
    "licence.type_file_malformed": "the name of a file",
    "openid.token_request_refused": "the name of a parameter",
    "outbox.refused": "the words of the platform that refuses",
    "proofing.answer_refused": "a member of the provider's answer",
    "seal.emblem_malformed": "the name of an element of SVG",
    "time_stamping.untrusted": "what judging a time-stamp has found",
}
"""Errors that may name besides what stands in a text of somebody else, which is called as it stands there."""


def constants(node: ast.AST) -> Iterator[str]:
    """Yield the texts in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def returned(*functions: Callable[..., Any]) -> set[str]:
    """Return the texts that functions may return."""
    found: set[str] = set()
    for function in functions:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if isinstance(node, ast.Return) and node.value is not None:
                found |= set(constants(node.value))
    return found - {""}


def keyed(function: Callable[..., Any], name: str) -> set[str]:
    """Return the texts that are keys of dictionaries in a function, or given as an argument of this name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Dict):
            found |= {one.value for one in node.keys if isinstance(one, ast.Constant) and isinstance(one.value, str)}
        if isinstance(node, ast.keyword) and node.arg == name and isinstance(node.value, ast.Constant):
            found.add(str(node.value.value))
    return found


def refused_by(*sources: Any) -> set[str]:  # noqa: ANN401 - what has a source
    """Return the texts with which `ValueError` is raised."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(source)))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and "ValueError" in ast.unparse(node.exc):
                found |= {text for one in node.exc.args if (text := valued(one, None)) is not None}
    return found


def given(folder: str, name: str) -> set[str]:
    """Return the texts that are given as an argument of this name anywhere in a folder."""
    called = re.compile(rf'\b{name}="(\w+)"')
    return {one for path in Path(folder).rglob("*.py") for one in called.findall(path.read_text(encoding="utf-8"))}


def steps_of_duty() -> set[str]:
    """Return the steps of which a duty is asked that no delegation stands in for."""
    asked = re.compile(r"\.require_duty\([^\n]*?step=([^\n]*)\)")
    texts = (path.read_text(encoding="utf-8") for path in Path("licence").rglob("*.py"))
    return {one for text in texts for told in asked.findall(text) for one in re.findall(r'"(\w+)"', told)}


def valued(node: ast.expr, module: object) -> str | None:
    """Return the text of an expression, with figures where it holds something else; None where it is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return found if isinstance(found := getattr(module, name, None), str) else None
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return found if isinstance(found := getattr(getattr(module, owner, None), name, None), str) else None
        case ast.JoinedStr(values=parts):
            return "".join(str(one.value) if isinstance(one, ast.Constant) else "503" for one in parts)
        case _:
            return None


LINES: Final = [one.breach for one in vars(fields).values() if isinstance(one, type) and hasattr(one, "breach")]
COMPUTED: Final[Mapping[str, Iterable[str]]] = {
    "bulk.row_unreadable": given("licence/bulk", "fault") - {*TABLES, *MAPPINGS},
    "federation.platform_unavailable": TRANSPORT,
    "federation.ticket_refused": returned(Tickets.fault_of),
    "identity.cause_not_of_subject": set(Cause),
    "identity.erasure_not_possible": keyed(Subjects, "needs"),
    "identity.level_too_low": {"both", "proofing", "factor"} & set(constants(ast.parse(inspect.getsource(Actor)))),
    "licence.data_invalid": returned(*LINES, fields.NumberField.out_of_bounds) | {"minItems", "maxItems"},
    "licence.not_by_delegation": steps_of_duty(),
    "licence.picture_unfit": returned(picture_field.PictureField.misfit),
    "licence.template_refused": set(Check),
    "ofd.limit_exceeded": set(OFDLimits.__dataclass_fields__),
    "openid.grant_refused": returned(Granting.fault_of_code, Granting.fault_of_refresh) | {"key", "unknown"},
    "openid.metadata_malformed": set(
        re.findall(r'^ +fault = "(.+)"$', inspect.getsource(metadata), re.MULTILINE),
    ),
    "outbox.carrier_unavailable": TRANSPORT,
    "pdf.dynamic_content": active_content.ACTIONS | active_content.ANNOTATIONS | set(active_content.KEYS.values()),
    "pdf.polyglot": set(intake.ELSEWHERE),
    "proofing.answer_refused": keyed(provider.require_answer, ""),
    "settings.invalid": refused_by(settings, read_floors, LevelTable, read_lifetimes, read_deadlines),
    "time_stamping.clock_untrusted": set(ClockTrouble),
    "time_stamping.rejected": {*Failure, *(one.name.lower() for one in Status)},
    "time_stamping.request_refused": set(Failure),
    "worker.exhausted": {*CAUSES.values(), "crash"},
}
"""Errors whose fault is computed, with every value that it can have."""


class Raised(NamedTuple):
    """One fault of an error, as a program says it."""

    code: str
    where: str
    value: str | None
    """None: it is computed, and what it can be stands elsewhere."""


def classes_of(module: object) -> Mapping[str, type[TrustError]]:
    """Return the errors that a module knows by their names."""
    return {name: one for name, one in vars(module).items() if isinstance(one, type) and issubclass(one, TrustError)}


def faults_raised() -> Iterator[Raised]:
    """Yield each fault with which an error is made somewhere in the house, where its sentence holds that."""
    for package in HOUSE:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name:
                continue
            module = importlib.import_module(found.name)
            errors = classes_of(module)
            source = Path(str(module.__file__)).read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)) if errors else ():
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors:
                    code = str(getattr(errors[node.func.id], "code", ""))
                    for told in node.keywords:
                        if told.arg in details_of(code):
                            yield Raised(code, f"{found.name}:{node.lineno}", valued(told.value, module))


def details_of(code: str) -> set[str]:
    """Return the details of a sentence that are words of programs."""
    return {one for one in PROGRAMS for words in WORDS.get(code, ()) if f"{{{one}}}" in words}


@pytest.fixture(scope="module")
def raised() -> tuple[Raised, ...]:
    """Return every fault that is raised."""
    return tuple(faults_raised())


def test_every_sentence_that_holds_a_word_of_programs_has_words_for_it() -> None:
    without = {code for code in WORDS for detail in details_of(code) if FAULTS.get(code, ("",))[0] != detail}
    assert without == set(AS_IT_STANDS)


def test_every_fault_that_is_raised_has_words(raised: tuple[Raised, ...]) -> None:
    worded = [one for one in raised if one.code not in AS_IT_STANDS]
    assert len(worded) > 200
    unsaid = [
        one
        for one in worded
        if one.value is not None and word_of(one.value, FAULTS[one.code][1]) is None and one.code not in NAMED_BY_OTHERS
    ]
    assert unsaid == []
    assert {one.code for one in worded if one.value is None} <= {*COMPUTED, *NAMED_BY_OTHERS}


@pytest.mark.parametrize("code", sorted(COMPUTED))
def test_every_value_that_a_fault_can_have_has_words(code: str) -> None:
    values = {str(one) for one in COMPUTED[code]}
    assert values
    assert {one for one in values if word_of(one, FAULTS[code][1]) is None} == set()


def test_whatever_goes_wrong_on_the_way_to_another_service_has_words() -> None:
    waiting: list[type[Exception]] = [httpx2.RequestError]
    names = set()
    while waiting:
        waiting += (below := waiting.pop().__subclasses__())
        names |= {one.__name__ for one in below if one.__module__.startswith("httpx2")}
    assert names - set(TRANSPORT) == set()


@pytest.mark.parametrize(
    ("code", "value", "chinese", "english"),
    [
        ("federation.platform_unavailable", "HTTP status 502", "对方答复 HTTP 502", "it answers HTTP 502"),
        ("federation.platform_unavailable", "ConnectTimeout", "无法连接", "it cannot be reached"),
        ("licence.particulars_invalid", "validity.from", "有效期的起算日", "the day from which it lasts"),
        ("openid.token_request_refused", "code is missing", "缺少 code", "code is missing"),
        (
            "time_stamping.rejected",
            "badAlg, badRequest",
            "摘要算法不被接受、请求不被允许",
            "the digest's algorithm is not accepted, a request that is not allowed",
        ),
    ],
)
def test_a_fault_is_told_in_both_languages(code: str, value: str, chinese: str, english: str) -> None:
    name = FAULTS[code][0]
    assert [one[name] for one in spoken(code, {name: value})] == [chinese, english]


def test_what_no_words_are_for_is_told_as_it_stands() -> None:
    assert word_of("$.properties.x", FAULTS["licence.schema_invalid"][1]) is None
    assert word_of("badAlg, never heard of", FAULTS["time_stamping.rejected"][1]) is None

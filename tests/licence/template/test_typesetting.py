"""Typst's door."""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from api.wiring import TEMPLATES
from licence.template.rendering import Renderer
from licence.template.typesetting import (
    COMMON_FILE,
    DATA_FILE,
    Fault,
    MemoryFile,
    Typesetter,
    close,
    picture_in_worker,
    remove,
    typeset_in_worker,
    typesetter,
    warm,
)
from trust import typefaces

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_there_is_one_compiler_in_a_process() -> None:
    assert typesetter() is typesetter()
    assert typesetter(typefaces.FOLDER) is not None


def test_it_can_be_warmed() -> None:
    warm()


def test_a_page_and_its_picture() -> None:
    pdf = typeset_in_worker(b"#sys.inputs.a", {"a": "1"}, "a-3b", AT)
    assert isinstance(pdf, bytes)
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    pages = picture_in_worker(b"#set page(width: 10mm, height: 10mm)\n1#pagebreak()2", {}, 72)
    assert isinstance(pages, tuple)
    assert [page[:4] for page in pages] == [b"\x89PNG"] * 2
    only = picture_in_worker(b"1", {}, 36)
    assert isinstance(only, tuple)
    assert len(only) == 1


def test_a_fault_tells_the_line_of_the_caller_and_shows_no_value() -> None:
    source = b"#let f(x) = panic(x)\n\n#f(sys.inputs.a)"
    for told in (
        typeset_in_worker(source, {"a": "secret"}, "a-2b", AT),
        picture_in_worker(source, {"a": "secret"}, 72),
    ):
        assert isinstance(told, Fault)
        assert (told.line, told.message) == (3, "panicked with: secret")
        assert "secret" not in repr(told)


def test_a_source_is_filed_again_once_it_was_forgotten_and_by_whoever_shares_the_folder() -> None:
    setter = Typesetter(typefaces.FOLDER)
    first = setter.filed(WITH_DATA)
    setter.filed.cache_clear()
    assert first == setter.filed(WITH_DATA)
    child = os.fork()
    if not child:  # pragma: no cover - in the process that was forked
        os._exit(setter.file(WITH_DATA) != first)
    assert os.waitpid(child, 0)[1] == 0
    assert [one.name for one in first.parent.iterdir() if one.name not in (first.name, DATA_FILE)] == []
    assert isinstance(setter.typeset(first, {}, standard="a-2b", at=AT, data='{"a": "of ours"}'), bytes)


def test_the_network_and_files_are_out_of_reach() -> None:
    for source in ('#read("/etc/passwd")', '#read("../../pyproject.toml")', '#image("x.svg")'):
        assert isinstance(typeset_in_worker(source.encode(), {}, "a-2b", AT), Fault)


def test_a_long_message_is_cut() -> None:
    told = typeset_in_worker(b"#panic(sys.inputs.a)", {"a": "a" * 5000}, "a-2b", AT)
    assert isinstance(told, Fault)
    assert len(told.message) == 2000


def test_a_source_that_is_set_often_is_a_file_while_there_is_a_compiler() -> None:
    compiler = Typesetter(typefaces.FOLDER)
    source = compiler.filed(b"#sys.inputs.a")
    assert source == compiler.filed(b"#sys.inputs.a")
    assert compiler.typeset(source, {"a": "1"}, standard="a-2b", at=AT) == compiler.typeset(
        b"#sys.inputs.a", {"a": "1"}, standard="a-2b", at=AT
    )
    folder = compiler.folder
    assert folder.is_dir()
    del compiler
    gc.collect()
    assert not folder.exists()


def test_a_forked_process_removes_nothing_of_its_parents(tmp_path: Path) -> None:
    remove(tmp_path, os.getpid() + 1)
    assert tmp_path.is_dir()


WITH_DATA = (
    b'#set page(width: 60mm, height: 20mm)\n#if "data" in sys.inputs { sys.inputs.data } else { read("data.json") }'
)


def test_data_in_the_file_beside_a_source_make_the_same_page_as_an_input() -> None:
    compiler = Typesetter(typefaces.FOLDER)
    source = compiler.filed(WITH_DATA)
    for data in ("some 1", "some quite other data 2", "3"):
        told = compiler.typeset(source, {"other": "x"}, standard="a-2b", at=AT, data=data)
        assert isinstance(told, bytes)
        assert told == compiler.typeset(WITH_DATA, {"other": "x", "data": data}, standard="a-2b", at=AT)


def test_data_stand_on_no_disk_and_are_gone_after_the_page() -> None:
    compiler = Typesetter(typefaces.FOLDER)
    source = compiler.filed(WITH_DATA)
    found = []
    with compiler.data.holding(b"secret"):
        found.append((source.parent / DATA_FILE).read_bytes())
    found.append((source.parent / DATA_FILE).read_bytes())
    assert found == [b"secret", b""]
    assert (source.parent / DATA_FILE).readlink() == compiler.data.path
    assert str(compiler.data.path.readlink()).startswith("/memfd:")
    told = compiler.typeset(source, {}, standard="a-2b", at=AT, data="secret")
    assert isinstance(told, bytes)
    assert (source.parent / DATA_FILE).read_bytes() == b""


def test_a_page_that_fails_leaves_the_next_its_own_inputs() -> None:
    compiler = Typesetter(typefaces.FOLDER)
    first = compiler.typeset(b"#sys.inputs.a", {"a": "1"}, standard="a-2b", at=AT)
    assert isinstance(compiler.typeset(b"#panic()", {"a": "2"}, standard="a-2b", at=AT), Fault)
    second = compiler.typeset(b"#sys.inputs.a", {"a": "2"}, standard="a-2b", at=AT)
    assert compiler.typeset(b"#sys.inputs.a", {"a": "1"}, standard="a-2b", at=AT) == first != second


def test_a_forked_process_has_a_file_of_its_own() -> None:
    memory = MemoryFile()
    theirs = Path(f"/proc/{os.getpid()}/fd/{memory.descriptor}")
    with memory.holding(b"the parent's"):
        child = os.fork()
        if child == 0:  # pragma: no cover - another process, which no measurement reaches
            with memory.holding(b"the child's"):
                seen = memory.path.read_bytes(), theirs.read_bytes()
            close(memory.descriptor, memory.process + 1)
            os._exit(seen != (b"the child's", b"the parent's"))
        assert os.waitpid(child, 0)[1] == 0
        assert memory.path.read_bytes() == b"the parent's"


def test_threads_get_each_their_own_page() -> None:
    compiler = Typesetter(typefaces.FOLDER)
    source = compiler.filed(WITH_DATA)

    def page(data: str) -> bytes | Fault:
        return compiler.typeset(source, {}, standard="a-2b", at=AT, data=data)

    wanted = [f"page {number}" for number in range(12)]
    alone = [page(data) for data in wanted]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(page, wanted)) == alone
    assert len(set(alone)) == len(wanted)


COMMON_PART: Final = b"""#let before = 1
// ==== the same for every licence ====
#let shout(text) = if text == "no" { panic("told: " + text) } else { upper(text) }
#let unused = 2
// ==== of this licence ====
#let data = json(if "data" in sys.inputs { bytes(sys.inputs.data) } else { "data.json" })
#set text(font: "Xinyin Serif", fallback: false)
#shout(data.a)
"""


def test_what_asks_nothing_of_the_data_is_a_file_of_its_own_and_the_page_the_same() -> None:
    setter = typesetter()
    filed = setter.filed(COMMON_PART)
    assert b"#let shout" in (filed.parent / COMMON_FILE).read_bytes()
    assert b"#let shout" not in filed.read_bytes()
    for text in ("one", "other", "one"):
        data = f'{{"a": "{text}"}}'
        apart = setter.typeset(filed, {}, standard="a-2b", at=AT, data=data)
        assert isinstance(apart, bytes)
        assert apart == setter.typeset(COMMON_PART, {"data": data}, standard="a-2b", at=AT)


@pytest.mark.parametrize(("data", "line"), [('{"a": "no"}', 8), ("no data", 6)])
def test_faults_are_told_by_the_lines_of_the_whole(data: str, line: int) -> None:
    setter = typesetter()
    told = setter.typeset(setter.filed(COMMON_PART), {}, standard="a-2b", at=AT, data=data)
    assert isinstance(told, Fault)
    assert told.line == line


@pytest.mark.parametrize("name", sorted(path.parent.name for path in TEMPLATES.glob("*/sample.json")))
def test_every_template_of_ours_has_a_part_that_asks_nothing_of_the_data(name: str) -> None:
    renderer = Renderer(TEMPLATES, typefaces.FOLDER)
    filed = renderer.typesetter.filed(renderer.prepared(name).source.text)
    assert b"#let fitting" in (filed.parent / COMMON_FILE).read_bytes()

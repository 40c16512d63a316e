"""Typst's door."""

import gc
import os
from datetime import UTC, datetime
from pathlib import Path

from licence.template.typesetting import (
    Fault,
    Typesetter,
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

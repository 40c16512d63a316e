"""Logs: one JSON object a line, on standard error, without locals of ours."""

import json
import logging
import os
import sys
from contextlib import suppress

import pytest

from api import logs


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = captured.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.logger().info("done", subject="P7K2M9Q4R8T1W3X5Y6", count=2, name="云州")
    (line,) = lines(capsys)
    assert {"event": "done", "level": "info", "subject": "P7K2M9Q4R8T1W3X5Y6", "count": 2, "name": "云州"}.items() <= (
        line.items()
    )
    assert str(line["timestamp"]).endswith("Z")


def test_a_mistake_is_told_without_what_the_program_held(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    secret = "xs_do-not-log"
    try:
        int(secret[:0] or "x")
    except ValueError:
        logs.logger().exception("request failed")
    (line,) = lines(capsys)
    assert "ValueError" in str(line["exception"])
    assert secret not in str(line)
    assert "locals" not in str(line)


@pytest.mark.parametrize("is_closed", [False, True])
def test_whoever_read_them_may_have_gone(monkeypatch: pytest.MonkeyPatch, *, is_closed: bool) -> None:
    told: list[str] = []
    read, write = os.pipe()
    with suppress(BrokenPipeError), os.fdopen(write, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        logs.configure()
        os.close(read)
        if is_closed:
            stream.close()
        logs.logger().info("done")
        told.append("went on")
    assert told == ["went on"]


def test_what_is_only_for_developers_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.logger().debug("details")
    assert lines(capsys) == []


@pytest.mark.parametrize("name", logs.QUIET)
def test_loggers_of_others_that_would_repeat_us_are_quiet(name: str) -> None:
    logs.configure()
    assert logging.getLogger(name).level == logging.ERROR

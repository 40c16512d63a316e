"""What ships: the wheel has what the service serves, and the example of a proxy leaves it as it is."""

import re
from pathlib import Path
from typing import Final

from hatchling.builders.wheel import WheelBuilder

from api.app import BESIDE_A_TABLE
from api.settings import Settings

ROOT: Final = Path(__file__).parents[2]
PROXY: Final = ROOT / "deploy" / "nginx" / "xinyin.conf"
SERVED: Final = ("api/console/dist", "api/pages", "trust/fonts", "licence/templates")
LOGGED: Final = {
    *("$remote_addr", "$time_iso8601", "$request_method", "$status", "$body_bytes_sent", "$request_time"),
    "$sent_http_x_request_id",
}
MIGHT_CHANGE: Final = ("add_header", "expires", "sub_filter", "proxy_hide_header", "proxy_cache")
"""What would alter what the service says of policies and caching."""


def test_the_wheel_has_the_console_and_all_that_the_service_serves() -> None:
    shipped = {one.distribution_path for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    for folder in SERVED:
        there = {
            str(one.relative_to(ROOT))
            for one in (ROOT / folder).rglob("*")
            if one.is_file() and "__pycache__" not in one.parts
        }
        assert there, folder
        assert there <= shipped, there - shipped
    assert "api/console/dist/index.html" in shipped
    assert not [one for one in shipped if "node_modules" in one or one.startswith(("tests/", "web/"))]


def test_the_example_of_a_proxy_passes_everything_on_as_it_is() -> None:
    text = re.sub(r"#.*", "", PROXY.read_text(encoding="utf-8"))
    told = dict(re.findall(r"^\s*(\w+) +([^;{]+);", text, re.MULTILINE))
    headers = dict(re.findall(r"proxy_set_header +([\w-]+) +([^;]+);", text))
    assert re.findall(r"location +(\S+) *\{", text) == ["/"]  # /console/ and everything else, below one host
    assert told["proxy_pass"] == "http://xinyin"  # no path behind it: addresses stay as they are
    assert [one for one in MIGHT_CHANGE if re.search(rf"^\s*{one}\b", text, re.MULTILINE)] == []
    assert (told["gzip"], told["proxy_buffering"]) == ("off", "off")
    # No log has an address: it may hold a claim, a code or a ticket.
    (logged,) = re.findall(r"log_format +xinyin +([^;]+);", text)
    assert set(re.findall(r"\$\w+", logged)) == LOGGED
    servers = text.split("server {")[1:]
    assert [re.findall(r"(?:access|error)_log +\S+ +(\w+);", one) for one in servers] == [["xinyin", "crit"]] * 2
    # Who asked, and how: the throttle and the addresses in answers stand on it.
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert (headers["X-Forwarded-Proto"], headers["Host"]) == ("$scheme", "$host")
    usual = Settings.model_fields
    largest = max(usual["max_body"].default, usual["bulk_upload"].default + BESIDE_A_TABLE)
    assert int(told["client_max_body_size"].removesuffix("m")) << 20 >= largest
    assert f"127.0.0.1:{usual['port'].default}" in text

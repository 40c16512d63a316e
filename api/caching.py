"""Answers that caches may keep (RFC 9110, 8.8 and 13; RFC 9111): validators, an age, and 304 for who has it already."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from fastapi import Request, Response

from trust.crypto.sm3 import sm3

__all__ = ["cacheable"]

TAG: Final = re.compile(r'(?:W/)?"[^"]*"|\*')


def cacheable(request: Request, content: bytes, media_type: str, *, modified: datetime, seconds: int) -> Response:
    """Return `content`, or 304 without it where the asker has it already.

    It was made at `modified`, and may be kept for so many seconds; then a cache has to ask again whether it is still
    what is served.
    """
    headers = {
        "ETag": f'"{sm3(content).hex()}"',
        "Last-Modified": format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "Cache-Control": f"public, max-age={max(0, seconds)}, must-revalidate, no-transform",
    }
    if has_it(request, headers["ETag"], modified):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def has_it(request: Request, tag: str, modified: datetime) -> bool:
    """Tell whether a request says that its sender has this very thing. A tag is asked for before a time."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return any(one == "*" or one.removeprefix("W/") == tag for one in TAG.findall(tags))
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return modified.replace(microsecond=0) <= moment

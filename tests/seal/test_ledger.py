"""What an authorisation covers."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from seal.ledger import Authorisation
from tests.fakes.clock import NOW

LIMITED = Authorisation(
    id="auth",
    seal="seal",
    holder="holder",
    purpose="document.stamp",
    document_kinds=("notice", "reply"),
    valid_until=NOW,
    times=1,
    used=0,
    granted_by="owner",
    granted_at=NOW - timedelta(days=1),
)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("purpose", "kind", "at", "covered"),
    [
        ("document.stamp", "notice", NOW - INSTANT, True),
        ("document.stamp", "reply", NOW, True),
        ("document.stamp", "notice", NOW + INSTANT, False),
        ("document.stamp", "contract", NOW, False),
        ("document.stamp", "", NOW, False),
        ("document.stamp", "Notice", NOW, False),
        ("licence.issue", "notice", NOW, False),
        ("document", "notice", NOW, False),
        ("", "notice", NOW, False),
    ],
)
def test_purpose_kind_and_time_must_all_fit(purpose: str, kind: str, at: datetime, covered: bool) -> None:  # noqa: FBT001
    assert LIMITED.covers(purpose=purpose, document_kind=kind, at=at) is covered


def test_who_names_no_kind_permits_every_kind() -> None:
    every = replace(LIMITED, document_kinds=())
    assert every.covers(purpose="document.stamp", document_kind="anything", at=NOW)


def test_what_is_withdrawn_covers_nothing() -> None:
    withdrawn = replace(LIMITED, withdrawn_at=NOW)
    assert not withdrawn.covers(purpose="document.stamp", document_kind="notice", at=NOW)

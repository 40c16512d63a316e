"""Orders to issue, as they are kept: what goes in comes out."""

import json
from dataclasses import replace
from datetime import date

import pytest

from api.demo import cast
from licence.life.orders import order_of, payload_of
from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.paper import PaperOriginal
from licence.succession import Succession

PLAIN = IssueLicence(
    type=cast.FOOD_TYPE,
    seal="seal_1",
    number="JY1",
    holder_code=cast.ENTERPRISE.code,
    data=cast.food_record(cast.ENTERPRISE),
    request_key="",
)
CHANGED = Succession(predecessor="lic_1", event=LicenceEvent.CHANGE, reason="法定代表人变更")
PAPER = PaperOriginal(scan="scan_1", issued_on=date(2019, 3, 18))


@pytest.mark.parametrize(
    "order",
    [
        PLAIN,
        replace(PLAIN, holder_name=cast.ENTERPRISE.name),
        replace(PLAIN, first_day=date(2026, 1, 1), last_day=date(2030, 1, 1)),
        replace(PLAIN, after=CHANGED),
        replace(PLAIN, paper=PAPER),
    ],
)
def test_an_order_comes_out_as_it_went_in(order: IssueLicence) -> None:
    assert order == order_of(json.loads(json.dumps(payload_of(order))))


def test_an_order_keeps_neither_its_key_nor_its_review() -> None:
    assert order_of(payload_of(replace(PLAIN, request_key="key", review="lreq_1"))) == PLAIN


def test_what_was_on_paper_has_no_predecessor() -> None:
    with pytest.raises(ValueError, match="paper"):
        replace(PLAIN, after=CHANGED, paper=PAPER)

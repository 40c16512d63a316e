"""Masking: who has a value recognises it, and nobody learns it."""

from dataclasses import replace

import pytest

from licence.records import Licence
from licence.sharing.disclosure import compare, masked
from licence.sharing.entries import Disclosure
from licence.sharing.errors import SharingInvalid
from tests.licence.sharing.square import Square


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("王", "*"),
        ("王小明", "**明"),
        ("12315", "****5"),
        ("123456", "1****6"),
        ("13800001234", "1*********4"),
        ("330199199001011234", "330************234"),
        ("A" * 40, "AAAA" + "*" * 32 + "AAAA"),
        ([{"name": "王小明", "share": "5"}, "李四"], [{"name": "**明", "share": "*"}, "*四"]),
        (7, "*"),
    ],
    ids=lambda one: str(one)[:20],
)
def test_a_value_is_masked(value: object, shown: object) -> None:
    assert masked(value) == shown


def test_rows_cannot_be_compared(shared_square: Square, finished_licence: tuple[Licence, bytes]) -> None:
    licence = replace(finished_licence[0], data={"owners": [{"name": "王小明"}]})
    with shared_square.house.store.reading() as view:
        holder = shared_square.house.identity.require_subject(view, shared_square.holder)
    granted = {"data.owners": Disclosure.WHOLE, "data.address": Disclosure.WHOLE}
    with pytest.raises(SharingInvalid) as refused:
        compare(licence, holder, granted, {"data.owners": "王小明"})
    assert refused.value.details == {"field": "data.owners", "rule": "text"}
    assert compare(licence, holder, granted, {"data.address": "云州市"}) == {"data.address": False}

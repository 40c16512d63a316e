"""What states, steps and grounds are called: whatever an error can name has words in both languages."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum

import pytest

import identity
import keys
import licence
import seal
import trust
from api.detail_words import CALLED
from api.fault_words import spoken
from api.words import WORDS

HOUSE = (trust, keys, identity, seal, licence)
NAMED = {"State": "state", "Event": "event", "Ground": "ground", "Duty": "duty"}


def closed_sets() -> Iterator[type[StrEnum]]:
    """Yield the closed sets of the house."""
    for package in HOUSE:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for one in vars(module).values():
                if isinstance(one, type) and issubclass(one, StrEnum) and one.__module__ == found.name:
                    yield one


def test_every_state_step_ground_and_duty_has_words() -> None:
    missing = {
        (one.__name__, value.value)
        for one in closed_sets()
        for ending, detail in NAMED.items()
        if one.__name__.endswith(ending)
        for value in one
        if value.value not in CALLED[detail]
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("code", "details", "chinese", "english"),
    [
        ("identity.citizen_number_malformed", {"fault": "check"}, "校验位", "mistyped"),
        ("lifecycle.four_eyes_required", {"event": "revoke"}, "吊销", "revoke"),
        ("lifecycle.event_not_possible", {"state": "frozen", "event": "prove"}, "已冻结", "frozen"),
        ("sharing.invalid", {"field": "purposes", "rule": "code"}, "用途：写法不对", "the purposes: not in its form"),
        ("seal.ground_not_allowed", {"event": "cancel", "ground": "lost"}, "遗失", "loss"),
        ("licence.successor_unfit", {"licence": "lic_1", "field": "holder"}, "持证主体", "the holder"),
        ("identity.duty_missing", {"duty": "licence_reviewer"}, "职责：复核员", "duty licence reviewer"),
        (
            "identity.duty_missing",
            {"duty": "business_system / licence_officer"},
            "业务系统或发证员",
            "system or licence",
        ),
        (
            "identity.duties_exclude",
            {"held": "auditor", "wanted": "registrar"},
            "已任 审计管理员",
            "cannot hold registrar",
        ),
        ("licence.type_not_published", {"type": "t", "state": "not_in_effect"}, "尚未生效", "not yet in effect"),
        ("seal.evidence_type_refused", {"claimed": "image/png", "found": ""}, "（无法识别", "not known"),
        ("text.private_use_character", {"field": "a", "code_point": "U+E000", "instead": "—"}, "未指明", "none is"),
        ("licence.data_invalid", {"field": "first_day", "rule": "first_day"}, "纸质证照", "on paper"),
    ],
)
def test_words_say_it_in_both_languages(code: str, details: dict[str, str], chinese: str, english: str) -> None:
    for words, told, wanted in zip(WORDS[code], spoken(code, details), (chinese, english), strict=True):
        assert wanted in words.format(**told)


def test_what_has_no_words_stays_as_it_is() -> None:
    details = {"field": ["a"], "state": "never heard of", "count": 3}
    assert spoken("licence.unknown", details) == (details, details)

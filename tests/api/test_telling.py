"""Errors that are on record, in words: what was kept of them is told, and what was not leaves a gap."""

import pytest

from api.telling import answered, retold
from identity.federation.errors import PlatformUnavailable
from trust.outbox import CarrierUnavailable


def test_what_was_not_kept_of_an_error_leaves_a_gap() -> None:
    chinese, english = retold("bulk.table_invalid", {"fault": "empty"})
    assert ("没有数据行" in chinese, "it has no rows" in english) == (True, True)
    assert ("…" in chinese, "…" in english) == (True, True)


def test_an_error_of_an_earlier_version_speaks_for_itself() -> None:
    assert retold("gone.with_it", {"fault": "empty"}) == ("gone.with_it", "gone.with_it")


@pytest.mark.parametrize(
    ("answer", "chinese", "english"),
    [
        ("", "", ""),
        ("HTTP status 409 uniqueness", "对方答复 HTTP 409 uniqueness", "it answers HTTP 409 uniqueness"),
        (str(PlatformUnavailable(fault="HTTP status 503")), "对方答复 HTTP 503", "it answers HTTP 503"),
        (str(CarrierUnavailable(fault="ConnectError")), "无法连接", "it cannot be reached"),
        (
            str(CarrierUnavailable(fault="the platform's certificate is not valid now")),
            "该平台的证书不在有效期内",
            "the platform's certificate is not valid now",
        ),
        ("gone.with_it(fault='x')", "gone.with_it(fault='x')", "gone.with_it(fault='x')"),
        ("该账号已销户", "该账号已销户", "该账号已销户"),
    ],
)
def test_what_another_service_said_is_told_in_words(answer: str, chinese: str, english: str) -> None:
    assert answered(answer) == (chinese, english)

"""What is wrong with the fields of a request, in words: by the names that pydantic gives to the rules.

What was sent is not repeated: it may hold a password.
"""

from collections.abc import Mapping
from typing import Any, Final

from api.detail_words import CALLED, Words

__all__ = ["refused"]

RULES: Final[Mapping[str, Words]] = {
    "base64": ("须为 Base64 编码", "must be Base64"),
    "bool_parsing": ("须为是或否", "must be yes or no"),
    "date_from_datetime_parsing": ("须为日期，如 2026-01-31", "must be a day, such as 2026-01-31"),
    "date_parsing": ("须为日期，如 2026-01-31", "must be a day, such as 2026-01-31"),
    "datetime_from_date_parsing": ("须为日期和时间", "must be a day and a time"),
    "datetime_parsing": ("须为日期和时间", "must be a day and a time"),
    "dict_type": ("结构不对", "is of another structure"),
    "enum": ("不在可选值之内", "is none of the choices"),
    "extra_forbidden": ("没有这一项", "is not known"),
    "float_parsing": ("须为数字", "must be a number"),
    "greater_than": ("须大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must be {ge} or more"),
    "int_from_float": ("须为整数", "must be a whole number"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "int_type": ("须为整数", "must be a whole number"),
    "json_invalid": ("不是正确的 JSON", "is no JSON"),
    "less_than": ("须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must be {le} or less"),
    "list_type": ("须为列表", "must be a list"),
    "literal_error": ("不在可选值之内", "is none of the choices"),
    "missing": ("必须填写", "is missing"),
    "model_type": ("结构不对", "is of another structure"),
    "one_document": ("公民身份号码与证件须恰填其一", "asks for exactly one of citizen number and document"),
    "one_of": ("核验码、标识、文件须恰选其一", "asks for exactly one of claim, identifier and file"),
    "string_pattern_mismatch": ("写法不对", "is not in its form"),
    "string_too_long": ("过长，最多 {max_length} 个字符", "is too long: at most {max_length} characters"),
    "string_too_short": ("过短，至少 {min_length} 个字符", "is too short: at least {min_length} characters"),
    "string_type": ("须为文字", "must be text"),
    "text_unreadable": ("含有无法显示的字符", "has characters that nobody can see"),
    "timezone_aware": ("时间须带时区", "must have a time zone"),
    "too_long": ("过多，最多 {max_length} 项", "has too many: at most {max_length}"),
    "too_short": ("过少，至少 {min_length} 项", "has too few: at least {min_length}"),
    "union_tag_invalid": ("不在可选值之内", "is none of the choices"),
    "union_tag_not_found": ("必须选择种类", "needs its kind"),
    "value_error": ("内容不合要求", "is not as it should be"),
}
UNBOUNDED: Final[Mapping[str, Words]] = {
    "too_long": ("过长或过多", "is too long"),
    "too_short": ("过短或过少", "is too short"),
}
"""Where the rule tells no bound."""

OTHER: Final[Words] = ("内容不合要求", "is not as it should be")
WHOLE: Final[Words] = ("整个请求", "the request")


def refused(error: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a field: which, by which rule, and both in words."""
    place, rule = [str(one) for one in error["loc"]], str(error["type"])
    named = [one for one in place[1:] if not one.isdecimal()]
    name = named[-1] if named else ""
    chinese, english = CALLED["field"].get(name, (name, name)) if name else WHOLE
    bounds = error.get("ctx", {})
    words = (RULES if bounds else {**RULES, **UNBOUNDED}).get(rule, OTHER)
    in_chinese, in_english = (one.format(**bounds) for one in words)
    return {
        "field": ".".join(place),
        "rule": rule,
        "words_zh": f"{chinese}：{in_chinese}",
        "words_en": f"{english} {in_english}",
    }

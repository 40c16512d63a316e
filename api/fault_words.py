"""What rules of data and faults of tables are called in words: beside api/words.py, whose sentences they stand in.

An answer has the rule or the fault as programs read it among its `details`; its words say what people understand.
"""

from collections.abc import Mapping
from typing import Any, Final

from api.cure_words import CURE_PATTERNS, CURES
from api.detail_words import CALLED, Words
from api.document_words import DOCUMENTS
from api.platform_words import PATTERNS, PLATFORMS
from api.protocol_words import PROTOCOLS
from api.setting_words import SETTING_PATTERNS, SETTINGS

__all__ = ["FAULTS", "spoken"]

RULES: Final[Mapping[str, Words]] = {
    "additionalProperties": ("该类型没有这一字段", "the type has no such field"),
    "const": ("不是规定的内容", "not what the type fixes"),
    "encoding": ("含有不能保存的字符", "holds what no text can"),
    "enum": ("不在可选值之内", "none of the choices"),
    "first_day": (
        "只有新版本和由纸质证照数字化的证照可以指定，否则以签发当日为准",
        "only of a new edition or of what was on paper; else it is the day of issue",
    ),
    "format": (
        "格式不正确，日期写作 2026-01-31，数值只用数字",
        "not in its form; a day is 2026-01-31, a number has digits",
    ),
    "length": ("未填写或过长", "empty, or too long"),
    "made": ("由系统编号，不能填写", "made by the service, and not given"),
    "maxItems": ("行数过多", "too many rows"),
    "maxLength": ("内容过长", "too long"),
    "maximum": ("日期晚于允许的最后一天", "later than the last day that is possible"),
    "minItems": ("行数过少", "too few rows"),
    "minLength": ("未填写或内容过短", "empty, or too short"),
    "minimum": ("日期早于允许的第一天", "earlier than the first day that is possible"),
    "pattern": ("不符合规定的写法", "not written as the type asks"),
    "required": ("必须填写", "missing"),
    "size": ("内容过大", "too large"),
    "type": ("值的类型不对，应为文本", "no text"),
    "x-decimals": ("小数位数过多", "too many decimals"),
    "x-holder": ("由主体登记信息带出，不能填写", "taken from the register, and not given"),
    "x-maximum": ("大于允许的最大值", "more than the most that is possible"),
    "x-minimum": ("小于允许的最小值", "less than the least that is possible"),
}
"""Of data that break the schema of their type."""

ROWS: Final[Mapping[str, Words]] = {
    "boolean": ("单元格是逻辑值", "the cell is true or false"),
    "columns": ("列数与表头不一致", "another number of values than the header"),
    "date": ("不是日期", "no day"),
    "encoding": ("含有不能保存的字符", "holds what no text can"),
    "error": ("单元格是错误值", "the cell shows an error"),
    "formula": ("单元格是公式，请粘贴为数值", "the cell is a formula: paste its value"),
    "json": ("不是正确的 JSON", "no JSON"),
    "length": ("内容过长", "too long"),
    "licence": ("证照不存在", "there is no such licence"),
    "name_twice": ("同一名称出现两次", "one name twice"),
    "nested": ("值不是文本", "the value is no text"),
    "number": ("以数字保存，可能已丢失前导零，请将该列设为文本", "kept as a number, which has lost its leading zeros"),
    "object": ("该行不是 JSON 对象", "the line is no JSON object"),
    "precision": ("数字位数过多，已不准确，请按文本填写", "more digits than a spreadsheet keeps: enter it as text"),
    "text": ("引用的文本不存在", "the text that it refers to is not there"),
    "time": ("日期带有时间", "a day with a time"),
}
"""Of rows that cannot be read without guessing."""

TABLES: Final[Mapping[str, Words]] = {
    "archive": ("文件已损坏", "the file is damaged"),
    "content": ("内容不一致", "its content contradicts itself"),
    "empty": ("没有数据行", "it has no rows"),
    "encoding": ("编码既不是 UTF-8 也不是 GB 18030", "neither UTF-8 nor GB 18030"),
    "header": ("表头有空列名或重名", "a column without a name, or two of one name"),
    "hidden_row": ("有隐藏的行，请取消隐藏", "a hidden row: show it"),
    "merged_cells": ("有合并的单元格，请取消合并", "merged cells: unmerge them"),
    "old_spreadsheet": ("是 .xls 或带密码的文件，请另存为 XLSX", "an .xls, or under a password: save it as XLSX"),
    "private_use": (
        "按 GB 18030 读取时含有自造字，或者原是其他编码，请另存为 UTF-8",
        "read as GB 18030 it has characters of private use, or it is in another encoding: save it as UTF-8",
    ),
    "quoting": ("引号没有成对", "a quote that does not close"),
    "rows": ("行数超出上限", "more rows than are allowed"),
    "sheets": ("有多个含数据的工作表，请只保留一个", "more than one sheet with content: keep one"),
    "size": ("文件过大", "too large"),
    "too_many_columns": ("列数超出上限", "more columns than are allowed"),
    "unpacked": ("解压后过大", "too large when unpacked"),
    "xml": ("文件内容已损坏", "what is in the file is damaged"),
}
"""Of tables of which nothing is read."""

MAPPINGS: Final[Mapping[str, Words]] = {
    "missing": ("缺少该字段对应的列", "no column is for this field"),
    "twice": ("两列对应同一字段", "two columns are for one field"),
    "unknown": ("没有对应的字段", "there is no such field"),
}
"""Of columns that are for no field, or fields without a column."""

NUMBERS: Final[Mapping[str, Words]] = {
    "area": ("前六位不是行政区划", "its first six digits are no area"),
    "check": ("最后的校验位不符，多半是输错了一位", "its last character does not fit the others: one was mistyped"),
    "date": ("出生日期不存在，或在将来", "its day of birth is none, or to come"),
    "form": ("位数或字符不对", "not of this length, or with other characters"),
    "issuer": ("其中的发证机关代码有误", "the issuer's code in it is wrong"),
    "serial": ("其中的流水号有误", "the serial number in it is wrong"),
    "version": ("其中的版本号有误", "the version in it is wrong"),
}
"""Of numbers that people type."""

PAPERS: Final[Mapping[str, Words]] = {
    "country": ("签发国家或地区有误", "the country is wrong"),
    "expired": ("已过有效期", "it has expired"),
    "form": ("号码的位数或字符不对", "its number is not of this length, or has other characters"),
    "kind": ("不是此种证件的号码", "not a number of this kind of document"),
    "known_by": ("是识别此人的主要证件，请先更换", "it is what the person is known by: change that first"),
    "registered": ("已登记在册", "it is registered already"),
}
"""Of identity documents."""

PASSWORDS: Final[Mapping[str, Words]] = {
    "breached": ("曾在泄露的口令中出现", "it is among passwords that were stolen elsewhere"),
    "common": ("主要由常见词或重复、连续的字符组成", "it is mostly common words, repetitions or sequences"),
    "length": ("长度不对", "too short, or too long"),
    "personal": ("含有您的姓名、用户名、日期或号码", "it holds your name, username, a date or a number"),
    "unchanged": ("与现在的口令相同", "it is the one that you have"),
}
"""Of passwords."""

SUBJECTS: Final[Mapping[str, Words]] = {
    "duty": ("仍担任职责", "a duty is held"),
    "frozen": ("其中一个已冻结", "one of them is frozen"),
    "kind": ("不都是自然人", "not both are persons"),
    "legal_representative": ("是机构的法定代表人", "a legal representative"),
    "licence_in_force": ("持有有效的证照", "a licence in force is held"),
    "licence": ("仍持有有效证照", "a licence is held"),
    "same": ("是同一标识", "both are the same"),
    "state": ("其中一个已终止", "one of them has ended"),
}
"""Of subjects that cannot be merged, or erased."""

CAUSES: Final[Mapping[str, Words]] = {
    "absorption": ("合并、撤并", "absorption"),
    "bankruptcy": ("破产", "bankruptcy"),
    "death": ("死亡", "death"),
    "declared_dead": ("宣告死亡", "a declaration of death"),
    "dissolution": ("解散", "dissolution"),
    "revocation": ("依法撤销", "revocation by law"),
}
"""By which subjects end."""

PICTURES: Final[Mapping[str, Words]] = {
    "animated": ("是动画", "it is animated"),
    "checksum": ("校验不符，文件已损坏", "its checksums do not hold: it is damaged"),
    "content": ("文件已损坏或不完整", "damaged, or cut off"),
    "cut": ("文件不完整", "it is cut off"),
    "header": ("不是 PNG，或文件头不合规", "no PNG, or with a wrong header"),
    "order": ("文件结构不合规", "its parts are out of order"),
    "pages": ("页数过多", "too many pages"),
    "palette": ("调色板有误", "its palette is wrong"),
    "pixels": ("像素过多或无法解读", "too many pixels, or they cannot be read"),
    "size": ("文件过大", "too large"),
    "small": ("像素过少", "too few pixels"),
    "trailing": ("文件末尾有多余内容", "something follows its end"),
    "transparency": ("透明度信息有误", "its transparency is wrong"),
    "type": ("文件类型不对", "another type of file"),
    "x-aspect": ("宽高比不符合要求", "not of the shape that the type asks for"),
    "x-least-width": ("像素过少", "too few pixels"),
    "asked_marks": ("缺少要求的标记", "without the marks that were asked for"),
}
"""Of pictures and scans."""

ENTRIES: Final[Mapping[str, Words]] = {
    "characters": ("含有不能显示的字符", "it has characters that cannot be shown"),
    "code": ("写法不对：用小写字母开头，只含字母、数字和 . _ -", "not in its form: letters, digits, dots and hyphens"),
    "field": ("不是该类型的数据项", "no field of the type"),
    "fields": ("未选择数据项，或过多", "no fields, or too many"),
    "format": ("写法不对", "not in its form"),
    "length": ("未填写、过短或过长", "empty, too short or too long"),
    "level": ("与签名等级不相容", "it does not go with the level"),
    "not_granted": ("不在授权范围内", "not granted"),
    "one_of": ("须在单张证照与证照类型中选一项", "one of licence and type, and not both"),
    "order": ("起止次序颠倒", "its end comes before its beginning"),
    "range": ("超出允许的范围", "out of its range"),
    "text": ("应为文字", "no text"),
    "unique": ("有重复", "something stands there twice"),
    "unknown": ("没有这一项", "there is none such"),
    "unknown_field": ("含有该类型没有的数据项", "a field that the type does not have"),
}
"""Of what is entered for a grant, a consent or a stamping."""

TEMPLATE_CHECKS: Final[Mapping[str, Words]] = {
    "compiles": ("“能够排版”", "that it compiles"),
    "empty": ("“空白数据也能排版”", "that empty data fit"),
    "glyphs": ("“每个字都能显示”", "that every character can be shown"),
    "limits": ("“在排版限额之内”", "that it keeps within the limits of typesetting"),
    "longest": ("“最长的数据也放得下”", "that the longest data fit"),
    "pages": ("“页数”", "of its pages"),
    "placed": ("“每个字段都有位置”", "that every field has its place"),
    "qr_modules": ("“二维码够大”", "that the QR code is large enough"),
    "qr_place": ("“二维码的位置”", "of the place of the QR code"),
    "seal": ("“印章的位置”", "of the place of the seal"),
    "specimen": ("“样张”", "of the specimen"),
    "vertical": ("“竖排”", "of vertical writing"),
}
"""Of templates (docs/templates.md)."""

STEPS: Final[Mapping[str, Words]] = {
    "edition": ("变更、换发等新版本", "a new edition"),
    "paper": ("由纸质证照转制", "what is made from paper"),
    "reissue": ("批量换发", "issuing anew in bulk"),
}
"""Of what delegates do not do (docs/delegation.md)."""

FAULTS: Final[Mapping[str, tuple[str, Mapping[str, Words]]]] = {
    "identity.cause_not_of_subject": ("cause", CAUSES),
    "identity.citizen_number_malformed": ("fault", NUMBERS),
    "identity.credit_code_malformed": ("fault", NUMBERS),
    "identity.document_in_use": ("fault", PAPERS),
    "identity.document_malformed": ("fault", PAPERS),
    "identity.erasure_not_possible": ("fault", SUBJECTS),
    "identity.merge_not_possible": ("fault", SUBJECTS),
    "identity.password_too_weak": ("fault", PASSWORDS),
    "licence.identifier_malformed": ("fault", NUMBERS),
    "licence.not_by_delegation": ("step", STEPS),
    "licence.picture_refused": ("rule", PICTURES),
    "licence.picture_unfit": ("rule", PICTURES),
    "licence.scan_refused": ("rule", PICTURES),
    "licence.template_refused": ("check", TEMPLATE_CHECKS),
    "seal.picture_malformed": ("fault", PICTURES),
    "sharing.invalid": ("rule", ENTRIES),
    "stamping.order_contradictory": ("rule", ENTRIES),
    "stamping.place_malformed": ("rule", ENTRIES),
    "bulk.mapping_invalid": ("fault", MAPPINGS),
    "bulk.row_unreadable": ("fault", ROWS),
    "bulk.table_invalid": ("fault", TABLES),
    "licence.data_invalid": ("rule", RULES),
    "crypto.botan_missing": ("cure", CURES),
    "crypto.libcrypto_missing": ("cure", CURES),
    "keys.keystore_unavailable": ("cure", CURES),
    **DOCUMENTS,
    **PLATFORMS,
    **PROTOCOLS,
    **SETTINGS,
}
"""By the code of an error: the detail that is a word of programs, and what people call its values."""

OF_TYPES: Final = ("bulk.", "licence.data_", "licence.picture_", "licence.value_", "text.")
"""Errors about the data of a licence."""

ALL: Final[Mapping[str, tuple[Any, Words]]] = {
    "field": ("", ("整条数据", "the whole of it")),
    "line": (0, ("整个文件", "the file")),
}
"""Details that stand for the whole where they are empty, and what that is called."""


TOGETHER: Final[Mapping[str, Words]] = {", ": ("、", ", "), " / ": ("或", " or ")}
"""What stands between several values: all of them, or any of them."""


def spoken(code: str, details: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the details of an error as its words in Chinese and in English tell them."""
    told: tuple[dict[str, Any], dict[str, Any]] = (dict(details), dict(details))
    for place, one in enumerate(told):
        for name, called in CALLED.items():
            # A field of a type's own is called what the type says.
            if name == "field" and code.startswith(OF_TYPES):
                continue
            one.update(named(one, name, called, place))
        if code in FAULTS:
            one.update(named(one, *FAULTS[code], place) | wholes(one, place))
    return told


def named(details: Mapping[str, Any], name: str, words: Mapping[str, Words], place: int) -> dict[str, str]:
    """Return what the value of a detail is called in a language, if it is there and has a name."""
    value = details.get(name)
    called = word_of(value, words) if isinstance(value, str) else None
    return {} if called is None else {name: called[place]}


def word_of(value: str, words: Mapping[str, Words]) -> Words | None:
    """Return what a value is called: as it stands, by its pattern, or one by one where several stand together."""
    if value in words:
        return words[value]
    for pattern, (chinese, english) in (*PATTERNS, *CURE_PATTERNS, *SETTING_PATTERNS):
        if (found := pattern.fullmatch(value)) is not None:
            parts = [part or "" for part in found.groups()]
            return chinese.format(*parts).strip(), english.format(*parts).strip()
    for separator, (chinese, english) in TOGETHER.items():
        several = value.split(separator)
        if len(several) > 1 and all(one in words for one in several):
            return chinese.join(words[one][0] for one in several), english.join(words[one][1] for one in several)
    return None


def wholes(details: Mapping[str, Any], place: int) -> dict[str, str]:
    """Return what details are called that stand for the whole, and which line is meant."""
    told = {name: called[place] for name, (nothing, called) in ALL.items() if details.get(name) == nothing}
    if "line" in details and "line" not in told:
        told["line"] = (f"第 {details['line']} 行", f"line {details['line']}")[place]
    return told

"""The people, organisations and records of the story. All of them are made up; their numbers are valid in form."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.ceremony import DEMONSTRATION, FounderRecord, Founders
from identity import citizen_number, credit_code

__all__ = [
    "AUTHORITY",
    "BUSINESS_SCHEMA",
    "BUSINESS_TYPE",
    "ENTERPRISE",
    "FOOD_SCHEMA",
    "FOOD_TYPE",
    "STAFF",
    "Company",
    "Member",
    "bad_rows",
    "business_record",
    "companies",
    "food_record",
    "founders",
    "table_of",
    "unregistered",
]

AREA: Final = "330199"
"""An area code that no place bears."""


def person_number(sequence: int) -> str:
    """Return the citizen number of a made-up person."""
    body = f"{AREA}{1970 + sequence % 30}{1 + sequence % 12:02d}{1 + sequence % 28:02d}{sequence:03d}"
    return body + citizen_number.check_character(body)


def organisation_code(prefix: str, serial: str) -> str:
    """Return the credit code of a made-up organisation; `serial` has nine characters."""
    body = f"{prefix}{AREA}{serial}"
    return body + credit_code.check_character(body)


def founder(name: str, sequence: int) -> FounderRecord:
    """Return a founding person."""
    return FounderRecord(name=name, citizen_number=person_number(sequence))


def founders() -> Founders:
    """Return who founds the instance of the story."""
    return Founders(
        operator=f"云州市政务服务和数据管理局{DEMONSTRATION}",
        system_administrator=founder("沈知远", 101),
        security_administrator=founder("顾明德", 102),
        auditor=founder("陆清和", 103),
        registrars=[founder("程安", 104), founder("苏敏", 105)],
        second_security_administrator=founder("柳静川", 106),
    )


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the story, with the duty that is granted to them."""

    role: str
    name: str
    number: str
    duty: str
    for_authority: bool = False
    """Whether the duty is for the authority, or for every owner alike."""


STAFF: Final = (
    Member(role="applicant", name="何婉清", number=person_number(201), duty="seal_applicant", for_authority=True),
    Member(role="reviewer", name="罗承志", number=person_number(202), duty="seal_reviewer"),
    Member(role="maker", name="唐砚秋", number=person_number(203), duty="seal_maker"),
    Member(role="filer", name="韩墨", number=person_number(204), duty="seal_filer"),
    Member(role="owner", name="秦正平", number=person_number(205), duty="seal_owner", for_authority=True),
    Member(role="officer", name="叶书宁", number=person_number(206), duty="licence_officer", for_authority=True),
    Member(
        role="licence_reviewer", name="白景行", number=person_number(207), duty="licence_reviewer", for_authority=True
    ),
)


@dataclass(frozen=True, kw_only=True)
class Company:
    """An organisation of the story."""

    name: str
    code: str
    representative: str


AUTHORITY: Final = Company(
    name="云州市市场监督管理局", code=organisation_code("11", "MB0A00018"), representative="秦正平"
)
ENTERPRISE: Final = Company(
    name="云州星河数字科技有限公司", code=organisation_code("91", "MAC0XH201"), representative="王𠮷㛃"
)
DEFINER: Final = "11100000MB01271709"
"""The authority that defines both types (GB/T 36902): the national market regulator."""

BUSINESS_TYPE: Final = f"{DEFINER}001"
FOOD_TYPE: Final = f"{DEFINER}002"


def text_field(maximum: int, *, minimum: int = 1) -> dict[str, Any]:
    """Return the rule of a text field."""
    return {"type": "string", "minLength": minimum, "maxLength": maximum}


DATE_FIELD: Final = {"type": "string", "format": "date", "minLength": 10, "maxLength": 10}
CODE_FIELD: Final = {"type": "string", "pattern": "^[0-9A-Z]{18}$", "maxLength": 18}

BUSINESS_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": text_field(60),
        "credit_code": CODE_FIELD,
        "type": text_field(40),
        "legal_representative": text_field(30),
        "business_scope": text_field(600),
        "registered_capital": text_field(40),
        "established_on": DATE_FIELD,
        "term_from": DATE_FIELD,
        "term_until": {"type": "string", "format": "date", "maxLength": 10},
        "address": text_field(100),
    },
}
BUSINESS_SCHEMA["required"] = sorted(BUSINESS_SCHEMA["properties"])

FOOD_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "operator_name": text_field(60),
        "credit_code": CODE_FIELD,
        "legal_representative": text_field(30),
        "address": text_field(60),
        "premises": text_field(60),
        "business_form": text_field(40),
        "items": text_field(300),
        "supervisor": text_field(40),
        "hotline": text_field(20),
        "signatory": text_field(30),
    },
}
FOOD_SCHEMA["required"] = sorted(FOOD_SCHEMA["properties"])

SCOPE: Final = (
    "一般项目：技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广；人工智能应用软件开发；信息系统集成服务；"
    "数据处理和存储支持服务；物联网技术服务；计算机软硬件及辅助设备零售；电子产品销售。许可项目：互联网信息服务"
    "（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）。"
)


def business_record(company: Company) -> dict[str, str]:
    """Return the data of a business licence."""
    return {
        "name": company.name,
        "credit_code": company.code,
        "type": "有限责任公司（自然人投资或控股）",
        "legal_representative": company.representative,
        "business_scope": SCOPE,
        "registered_capital": "壹仟贰佰万元整",
        "established_on": "2023-03-18",
        "term_from": "2023-03-18",
        "term_until": "",
        "address": "云州市新城区星河路18号数字科技园3幢12层1201室",
    }


def food_record(company: Company) -> dict[str, str]:
    """Return the data of a food permit."""
    return {
        "operator_name": company.name,
        "credit_code": company.code,
        "legal_representative": company.representative,
        "address": "云州市新城区星河路18号数字科技园3幢12层1201室",
        "premises": "云州市新城区星河路18号数字科技园1幢1层102室",
        "business_form": "餐饮服务经营者（单位食堂，含网络经营）",
        "items": "热食类食品制售；冷食类食品制售；糕点类食品制售（含裱花蛋糕）；自制饮品制售",
        "supervisor": "云州市市场监督管理局新城分局",
        "hotline": "12315",
        "signatory": "叶书宁",
    }


NAMES: Final = (
    ("云州𠮷祥食品有限公司", "刘𠮷"),
    ("云州㛃玥文化传播有限公司", "陈㛃"),
    ("云州䶮科新能源有限公司", "张䶮"),
    ("云州丝路商贸有限公司", "阿不都·热依木"),
    ("云州天山果业有限公司", "买买提·吐尔逊"),
    ("云州草原牧歌乳业有限公司", "娜仁·其其格"),
    ("云州雪域藏药有限公司", "扎西·多吉"),
    ("云州凉山彝绣工艺有限公司", "吉克·阿依"),
    ("云州边城民族服饰有限公司", "古丽娜尔·艾山"),
    ("云州鑫淼建材有限公司", "赵犇"),
    ("云州骉驰物流有限公司", "马骉"),
    ("云州垚森园林工程有限公司", "林垚"),
    ("云州昉曜光学仪器有限公司", "周昉"),
    ("云州邕江航运有限公司", "韦邕"),
    ("云州璟泓环境科技有限公司", "吴璟"),
    ("云州翀霄航空服务有限公司", "郑翀"),
    ("云州芃麦种业有限公司", "孙芃"),
    ("云州琤韵乐器有限公司", "钱琤"),
    ("云州睿喆教育咨询有限公司", "李喆"),
    ("云州长名称示范经营管理咨询与供应链综合服务集团有限责任公司", "欧阳慕云"),
)


def companies() -> tuple[Company, ...]:
    """Return the twenty enterprises of the table, with rare characters and names of minorities."""
    return tuple(
        Company(name=name, code=organisation_code("91", f"MAC1{place:05d}"), representative=representative)
        for place, (name, representative) in enumerate(NAMES, start=1)
    )


def unregistered(record: Mapping[str, str]) -> dict[str, str]:
    """Return a record without what the ready types take from the registry: the holder's name and code."""
    return {name: value for name, value in record.items() if name not in ("name", "operator_name", "credit_code")}


def row_of(company: Company, place: int) -> dict[str, str]:
    """Return the row of an enterprise."""
    record = unregistered(business_record(company))
    return {"holder_code": company.code, "number": f"3301990020{place:06d}", **record}


def bad_rows() -> tuple[dict[str, str], dict[str, str]]:
    """Return two rows that must be refused: a credit code with a wrong check character, and a day that never was."""
    wrong_code = row_of(Company(name="云州错码贸易有限公司", code=ENTERPRISE.code, representative="丁一"), 91)
    last = wrong_code["holder_code"][-1]
    wrong_code["holder_code"] = wrong_code["holder_code"][:-1] + ("A" if last != "A" else "B")
    wrong_day = row_of(ENTERPRISE, 92)
    wrong_day["established_on"] = "2021-02-30"
    return wrong_code, wrong_day


def table_of(rows: list[dict[str, str]]) -> bytes:
    """Return rows as CSV in UTF-8."""
    output = io.StringIO()
    writer = csv.DictWriter(output, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return output.getvalue().encode()


def the_table() -> bytes:
    """Return the table of the story: twenty good rows, with the two bad ones among them."""
    rows = [row_of(company, place) for place, company in enumerate(companies(), start=1)]
    first, second = bad_rows()
    rows.insert(6, first)
    rows.insert(15, second)
    return table_of(rows)

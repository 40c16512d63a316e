"""Why a setting cannot be, in words: beside api/words.py, for whoever starts an instance and reads Chinese.

The English is what the check says itself, Pydantic's included (docs/settings.md lists every setting).
"""

import re
from collections.abc import Mapping
from typing import Final

from api.detail_words import Words

__all__ = ["SETTINGS", "SETTING_PATTERNS"]

CHINESE: Final[Mapping[str, str]] = {
    "Input should be a valid boolean, unable to interpret input": "应为 true 或 false",
    "Input should be a valid integer, unable to parse string as an integer": "应为整数",
    "a floor can be raised, and never lowered": "下限只能提高，不能降低",
    "an address begins with http:// or https://, names a host, and has no query": (
        "地址应以 http:// 或 https:// 开头，写明主机，不带查询部分"
    ),
    "foreign files are read in processes of their own in production: at least 1": (
        "生产环境中外来文件须由独立进程读取，至少为 1"
    ),
    "name addresses or networks, as 127.0.0.1,10.0.0.0/24": "请写地址或网段，如 127.0.0.1,10.0.0.0/24",
    "name each index once": "索引不能重复",
    "name each level once": "等级不能重复",
    "name each permission once, and none that must stay open to everybody": (
        "权限不能重复，也不能是须向所有人开放的权限"
    ),
    "name software, process, pkcs11 or sdf, or several of them with commas, each once": (
        "请写 software、process、pkcs11 或 sdf，多个以逗号分隔，不能重复"
    ),
    "software and process keep the same keys: name one of them": "software 与 process 保管同一批密钥，只能选其一",
    "the accounts of the platform above are at the host of TRUST_UPPER_LOGIN_ISSUER": (
        "上级平台的账号地址须与 TRUST_UPPER_LOGIN_ISSUER 的主机一致"
    ),
    "the address begins with https://, or leads to this machine, and has no query": (
        "地址应以 https:// 开头或指向本机，不带查询部分"
    ),
    "the address must begin with https:// in production": "生产环境中地址必须以 https:// 开头",
    "the address of the database begins with postgresql+psycopg://": "数据库地址应以 postgresql+psycopg:// 开头",
    "the file cannot be read": "文件无法读取",
    "the file holds no certificate that can be read": "文件中没有可以读取的证书",
    "the issuer begins with https://, or is on this machine, and has no query": (
        "签发方地址应以 https:// 开头或指向本机，不带查询部分"
    ),
    "the platform needs TRUST_UPPER_LOGIN_CLIENT as well": "还须设置 TRUST_UPPER_LOGIN_CLIENT",
    "the platform needs TRUST_UPPER_PLATFORM_CERTIFICATE as well": "还须设置 TRUST_UPPER_PLATFORM_CERTIFICATE",
    "the provider needs TRUST_PROOFING_CERTIFICATE as well": "还须设置 TRUST_PROOFING_CERTIFICATE",
    "the simulated provider looks at nobody: it is for development alone": "模拟核验服务不核对任何人，只能用于开发环境",
    "the simulated provider looks at nobody: name http or nobody in production": (
        "模拟核验服务不核对任何人，生产环境请写 http 或 nobody"
    ),
    "write days as 1=730,2=1095,3=1825, each level once": "请按 1=730,2=1095,3=1825 的写法填写天数，等级不能重复",
    "write floors as licence:issue=3 with names of docs/permissions.md, divided by commas": (
        "请按 licence:issue=3 的写法填写，权限名见 docs/permissions.md，多项以逗号分隔"
    ),
    "write indexes as 1-20,25": "请按 1-20,25 的写法填写索引",
    "write key_type=0x...,generate=0x...,sign=0x... with the numbers of the vendor's manual": (
        "请按厂商手册中的数值填写 key_type=0x…,generate=0x…,sign=0x…"
    ),
    "write levels as 1=1,2=2,3=3: theirs, then ours from 0 to 3, each once": (
        "请按 1=1,2=2,3=3 的写法填写：前为对方等级，后为本方 0 至 3 级，不能重复"
    ),
    "write rates as 10/minute, with second, minute, hour or day": (
        "请按 10/minute 的写法填写速率，单位为 second、minute、hour 或 day"
    ),
    "write state=days, each state once, with a state that waits and 1 to 999 days": (
        "请按 状态=天数 的写法填写：等待办理的状态，1 至 999 天，不能重复"
    ),
    "write the number with 3 to 24 digits, +, -, brackets and blanks, or none": (
        "号码为 3 至 24 个数字、+、-、括号和空格；不显示时写 none"
    ),
}

SETTINGS: Final[Mapping[str, tuple[str, Mapping[str, Words]]]] = {
    "settings.invalid": ("fault", {english: (chinese, english) for english, chinese in CHINESE.items()}),
}

SETTING_PATTERNS: Final[tuple[tuple[re.Pattern[str], Words], ...]] = tuple(
    (re.compile(pattern), (chinese, english))
    for pattern, chinese, english in (
        (r"Input should be greater than or equal to ([0-9]+)", "不得小于 {0}", "it is at least {0}"),
        (r"Input should be less than or equal to ([0-9]+)", "不得大于 {0}", "it is at most {0}"),
        (r"Input should be ('.+') or ('\w+')", "应为 {0} 或 {1}", "it is {0} or {1}"),
        (
            r"QR codes have room for ([0-9]+) octets of address: name one that leads to the service",
            "二维码中地址最多 {0} 个字节，请写一个指向本服务的短地址",
            "QR codes have room for {0} octets of address: name one that leads to the service",
        ),
        (
            r"the file is no SVG drawing of filled outlines \((.+)\)",
            "文件不是由填充轮廓组成的 SVG 图形（{0}）",
            "the file is no SVG drawing of filled outlines ({0})",
        ),
        (
            r"The validation policy is not understood at “(.*)”: expected (.+)\. See docs/policy\.md\.",
            "第 {0} 项有误，应为 {1}，请对照 docs/policy.md 修改",
            "it is not understood at “{0}”: expected {1}; see docs/policy.md",
        ),
    )
)

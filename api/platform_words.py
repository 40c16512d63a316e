"""What faults between two services are called in words: answers that fail, time-stamps, clocks, requests for tokens.

Beside api/words.py, whose sentences they stand in, as those of api/fault_words.py do. Programs read the fault itself.
"""

import re
from collections.abc import Mapping
from typing import Final

from api.detail_words import Words

__all__ = ["PATTERNS", "PLATFORMS", "TRANSPORT"]

UNREADABLE: Final[Words] = ("应答不符合 HTTP", "its answer is no HTTP")
BROKEN_OFF: Final[Words] = ("连接中断", "the connection broke off")
TOO_SLOW: Final[Words] = ("没有及时应答", "it does not answer in time")
UNREACHABLE: Final[Words] = ("无法连接", "it cannot be reached")

TRANSPORT: Final[Mapping[str, Words]] = {
    "CloseError": BROKEN_OFF,
    "ConnectError": UNREACHABLE,
    "ConnectTimeout": UNREACHABLE,
    "DecodingError": UNREADABLE,
    "LocalProtocolError": UNREADABLE,
    "NetworkError": BROKEN_OFF,
    "PoolTimeout": TOO_SLOW,
    "ProtocolError": UNREADABLE,
    "ProxyError": UNREACHABLE,
    "ReadError": BROKEN_OFF,
    "ReadTimeout": TOO_SLOW,
    "RemoteProtocolError": UNREADABLE,
    "SSEError": UNREADABLE,
    "TimeoutException": TOO_SLOW,
    "TooManyRedirects": UNREADABLE,
    "TransportError": BROKEN_OFF,
    "UnsupportedProtocol": UNREACHABLE,
    "WriteError": BROKEN_OFF,
    "WriteTimeout": TOO_SLOW,
}
"""By the class of what went wrong on the way to another service."""

ANSWERS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "another caller waits for the platform": "已有请求在等候该平台",
        "the answer is far too large": "应答过大",
        "the answer is no JSON": "应答不是 JSON",
        "the answer is no JSON object": "应答不是 JSON 对象",
        "the answer takes too long": "应答过慢",
        "the answer's result is neither 0 nor 1": "应答的结果既不是 0 也不是 1",
        "the platform describes itself as another one": "该平台自称是另一平台",
        "the platform does not take the request": "该平台不接受请求",
        "the platform does not tell its keys": "该平台没有公布密钥",
        "the platform names an address at another host": "该平台给出的地址在其他主机上",
        "the platform names another certificate than the configured one": "该平台的证书与配置的不同",
        "the platform's certificate is not valid now": "该平台的证书不在有效期内",
        "the platform's description lacks an address": "该平台的说明缺少地址",
        "the platform's signature does not hold": "该平台的签名不正确",
        "the token answers another question": "令牌不是本次请求的应答",
        "the token has not four parts": "令牌不是四段",
        "the token holds no random number": "令牌中没有随机数",
        "too many wait for the platform": "等候该平台的请求过多",
    }.items()
} | dict(TRANSPORT)
"""Of other platforms that do not answer as they should."""

REFUSALS: Final[Mapping[str, Words]] = {
    "no longer registered for it": ("对方已不再登记接收", "no longer registered for it"),
    "too late to matter": ("已过时效", "too late to matter"),
}
"""Of messages that another platform does not take."""

TOKENS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "a business system has duties, and no scopes": "业务系统按职责授权，没有信息范围",
        "grant_type": "grant_type 的取值不对",
        "more than was granted (RFC 6749, 6)": "超出已授权的范围（RFC 6749）",
        "no such resource, or not for this login (RFC 8707, 2)": "没有这一资源，或不能用于本次登录（RFC 8707）",
        "one resource at a time: a token that is good at two places is stolen at either": "一次只能申请一个资源",
        "scopes that end with the session": "信息范围应随登录结束",
        "scopes that there are": "有不存在的信息范围",
        "the access token is there twice": "访问令牌出现了两次",
        "the form cannot be read": "表单无法读取",
        "the person does not act for it": "本人不能代表该组织",
    }.items()
}
"""Of requests for tokens."""

CLOCKS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "it is behind a moment that was stated before": "早于此前已签发的时间",
        "it was set by hand, or jumped": "被人为调整，或发生跳变",
        "nothing keeps it in step, or its error may be too large": "没有同步，或误差可能过大",
    }.items()
}
"""Of the clock of this machine (trust/clock_guard.py)."""

STAMPS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "the answer is far too large": "应答过大",
        "the answer is no time-stamp reply": "应答不是时间戳应答",
        "the clocks of the authority and of this machine disagree": "时间戳机构与本机的时钟不一致",
        "the nonce is not the one that was sent": "随机数与请求的不同",
        "the policy is not the one that was asked for": "策略与请求的不同",
        "the token was made over another message": "时间戳不是为此内容签发的",
    }.items()
}
"""Of time-stamps that do not hold."""

REQUESTS: Final[Mapping[str, Words]] = {
    "addInfoNotAvailable": ("无法提供所要的附加信息", "the information that was asked for is not there"),
    "badAlg": ("摘要算法不被接受", "the digest's algorithm is not accepted"),
    "badDataFormat": ("数据格式不对", "the data are not in their form"),
    "badRequest": ("请求不被允许", "a request that is not allowed"),
    "granted": ("已受理，但没有时间戳", "granted, and no token given"),
    "granted_with_modifications": ("有改动地受理，但没有时间戳", "granted with changes, and no token given"),
    "rejection": ("未说明原因", "no reason told"),
    "revocation_notification": ("证书已撤销", "its certificate was revoked"),
    "revocation_warning": ("证书即将撤销", "its certificate will be revoked"),
    "systemFailure": ("对方系统故障", "its system failed"),
    "timeNotAvailable": ("对方没有可用的时间", "it has no time to tell now"),
    "unacceptedExtension": ("不支持所要的扩展", "it does not know the extension"),
    "unacceptedPolicy": ("不支持所要的策略", "it does not have the policy"),
    "waiting": ("正在处理", "it is not done yet"),
}
"""Why an authority gives no time-stamp (RFC 3161, 2.4.2)."""

PATTERNS: Final[tuple[tuple[re.Pattern[str], Words], ...]] = (
    (re.compile(r"HTTP status ([0-9]{3}) to a search"), ("查询时对方答复 HTTP {0}", "to a search it answers HTTP {0}")),
    (
        re.compile(r"HTTP status ([0-9]{3}) to a client with its key"),
        ("出示密钥后对方答复 HTTP {0}", "to a client with its key it answers HTTP {0}"),
    ),
    (re.compile(r"HTTP status ([0-9]{3})(?: (\w+))?"), ("对方答复 HTTP {0} {1}", "it answers HTTP {0} {1}")),
    (
        re.compile(r"(.+) stands there twice, or is no text"),
        ("{0} 出现了两次，或不是文本", "{0} is there twice, or no text"),
    ),
    (re.compile(r"(.+) has at most ([0-9]+) characters"), ("{0} 最多 {1} 个字符", "{0} has at most {1} characters")),
    (re.compile(r"at most ([0-9]+), each once"), ("最多 {0} 个，不能重复", "at most {0}, each once")),
    (re.compile(r"the answer lacks (.+)"), ("应答缺少 {0}", "the answer lacks {0}")),
    (
        re.compile(r"the platform does not accept our name: (.*)", re.DOTALL),
        ("该平台不接受本方名称：{0}", "it does not accept our name: {0}"),
    ),
    (re.compile(r"not an answer: (.*)", re.DOTALL), ("不是应答：{0}", "not an answer: {0}")),
    (
        re.compile(r"the trail is not the one whose checkpoint at ([0-9]+) was kept"),
        ("审计记录不是保存过第 {0} 条检查点的那一份", "the trail is not the one whose checkpoint at {0} was kept"),
    ),
    (re.compile(r"event ([0-9]+) was changed"), ("第 {0} 条记录被改动过", "event {0} was changed")),
    (re.compile(r"event ([0-9]+) is missing"), ("缺少第 {0} 条记录", "event {0} is missing")),
    (re.compile(r"(\w+) is not what the trail says"), ("{0} 与审计记录不符", "{0} is not what the trail says")),
    (re.compile(r"(\w+) is missing"), ("缺少 {0}", "{0} is missing")),
)
"""What faults are called that hold a number or a name, which stands in the words at the same place."""

PLATFORMS: Final[Mapping[str, tuple[str, Mapping[str, Words]]]] = {
    "federation.platform_unavailable": ("fault", ANSWERS),
    "openid.token_request_refused": ("fault", TOKENS),
    "outbox.carrier_unavailable": ("fault", ANSWERS),
    "outbox.refused": ("answer", REFUSALS),
    "time_stamping.clock_untrusted": ("reason", CLOCKS),
    "time_stamping.rejected": ("failure", REQUESTS),
    "time_stamping.request_refused": ("failure", REQUESTS),
    "time_stamping.untrusted": ("reason", STAMPS),
}
"""By the code of an error: the detail that is a fault, and what people call its values."""

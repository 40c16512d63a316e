"""What faults of protocols are called in words: of logins, tokens, proofs of keys, other platforms, files of types.

Beside api/words.py, whose sentences they stand in, as those of api/fault_words.py do. Programs read the fault itself.
"""

from collections.abc import Mapping
from typing import Final

from api.detail_words import Words

__all__ = ["PROTOCOLS"]

ARRIVALS: Final[Mapping[str, Words]] = {
    "algorithm": ("签名算法不被接受", "signed by another algorithm than agreed"),
    "answer": ("应答的格式不对", "the answer is not in its form"),
    "audience": ("不是发给本平台的", "not meant for this platform"),
    "claims": ("缺少必要内容或内容有误", "something that it must say is missing or wrong"),
    "code": ("授权码无效", "the code does not hold"),
    "document": ("证件信息有误", "its identity document is wrong"),
    "hash": ("与授权码不一致", "it does not go with the code"),
    "issuer": ("不是约定的平台签发的", "made by another platform than agreed"),
    "length": ("内容过长", "too long"),
    "nonce": ("不是本次登录的结果", "not of this login"),
    "person": ("与平台登记的人员不一致", "another person than the platform tells"),
    "signature": ("签名不正确", "its signature does not hold"),
    "state": ("登录已过期，或不是在此浏览器开始的", "the login has expired, or was begun in another browser"),
    "subject": ("没有说明是谁", "it does not say who it is"),
    "ticket": ("票据无效", "the ticket does not hold"),
    "time": ("已过期或时间不符", "expired, or from another time"),
}
"""Of logins that another platform tells of."""

TICKETS: Final[Mapping[str, Words]] = {
    "level": ("本人登录的等级不够", "the login was not strong enough"),
    "organisation": ("本人不再代表该机构", "the person acts for the organisation no more"),
    "person": ("此人已停用", "the person may not act now"),
    "session": ("本人的登录已结束", "the person's login has ended"),
    "ticket": ("不存在、已使用或已过期", "there is none such, it was used, or it has expired"),
}
"""Of tickets with which somebody goes over to another platform."""

ASSERTIONS: Final[Mapping[str, Words]] = {
    "audience": ("aud 不是本服务的地址", "aud is not this service: name the issuer"),
    "claims": ("内容缺少或不一致", "something that it must say is missing or wrong"),
    "issuer": ("iss 和 sub 不同，或缺少", "iss and sub must both be the business system"),
    "jti": ("jti 缺少或过长", "jti is missing, or too long"),
    "lifetime": ("exp 距今超过五分钟", "exp is more than five minutes ahead"),
    "replay": ("已使用过", "it was used before"),
    "signature": ("签名不正确，或密钥未登记", "its signature does not hold, or the key is not registered"),
    "time": ("已过期或时间不符", "expired, or from another time"),
    "type": ("类型不对", "of another type"),
}
"""Of assertions by which business systems prove themselves (RFC 7523)."""

PROOFS: Final[Mapping[str, Words]] = {
    "address": ("不是为此地址签的", "signed for another address"),
    "claims": ("内容缺少或有误", "something that it must say is missing or wrong"),
    "form": ("格式不对", "not in its form"),
    "key": ("密钥不被接受，或与令牌绑定的不同", "the key is not accepted, or not that of the token"),
    "method": ("不是为此请求方法签的", "signed for another method"),
    "missing": ("没有附证明", "there is none"),
    "replay": ("已使用过", "it was used before"),
    "signature": ("签名不正确", "its signature does not hold"),
    "time": ("已过期或时间不符", "expired, or from another time"),
    "token": ("不是为此令牌签的", "signed for another token"),
}
"""Of proofs of a key (RFC 9449, 4.3)."""

GRANTS: Final[Mapping[str, Words]] = {
    "ended": ("登录或授权已结束", "the login or the consent has ended"),
    "expired": ("已过期", "it has expired"),
    "key": ("不是绑定的密钥", "it is bound to another key"),
    "redirect": ("返回地址与申请时不一致", "another address than it was asked for with"),
    "unknown": ("不存在，或不属于该系统", "there is none such, or it is another system's"),
    "used": ("已使用过", "it was used before"),
    "verifier": ("code_verifier 不正确", "the code_verifier is wrong"),
}
"""Of codes and refresh tokens."""

LOGINS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "a scope that is not registered": "所要的信息范围未登记",
        "code_challenge with S256 is required": "须使用 S256 的 code_challenge",
        "dpop_jkt is a thumbprint (RFC 7638)": "dpop_jkt 应为密钥指纹（RFC 7638）",
        "dpop_jkt is not the key of the proof": "dpop_jkt 与证明的密钥不一致",
        "id_token_hint is no ID token of yours from here": "id_token_hint 不是本平台发给该系统的身份令牌",
        "max_age is a number of seconds": "max_age 应为秒数",
        "no such resource, or not for this login (RFC 8707, 2)": "没有这一资源，或不能用于本次登录（RFC 8707）",
        "one resource at a time: a token that is good at two places is stolen at either": "一次只能申请一个资源",
        "openid, and whatever else is needed": "信息范围须含 openid",
        "prompt": "prompt 的取值不对",
        "push the request first (RFC 9126)": "须先推送请求（RFC 9126）",
        "push the request instead (RFC 9126)": "请改为推送请求（RFC 9126）",
        "request_uri cannot be pushed (RFC 9126, 2.1)": "推送的请求中不能有 request_uri（RFC 9126）",
        "response_mode must be query": "response_mode 应为 query",
        "response_type must be code": "response_type 应为 code",
        "somebody else than expected has logged in": "登录的不是预期的人员",
        "the person does not act for this organisation": "此人不能代表该组织",
        "the person does not agree": "本人未同意",
        "the person has to do something": "需要本人操作",
        "the person is not proven as far as this needs": "本人的实名等级不够",
    }.items()
}
"""Of logins that business systems ask for."""

REGISTRATIONS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "addresses without query (RFC 8707, 2)": "应为不带查询参数的网址（RFC 8707）",
        "an address that this service can ask": "应为本服务能访问的网址",
        "at least one": "至少一个",
        "belongs to another business system": "已由其他业务系统登记",
        "cannot be read": "无法读取",
        "https://, http:// on this device, or an app's own scheme": "应为 https 网址、本机 http 网址或应用自有协议",
        "needed where the addresses are on several hosts (OpenID Connect Core 1.0, 8.1)": "回调地址在多个主机上时须填",
        "no fragment, no user, no wildcard (RFC 6749, 3.1.2)": "不能带片段、用户名或通配符（RFC 6749）",
        "openid is always among them": "须含 openid",
        "the name of a host": "应为主机名",
    }.items()
}
"""Of how a business system takes part in sign-on."""

PROVIDERS: Final[Mapping[str, Words]] = {
    "address": ("返回地址不一致", "another address"),
    "at": ("时间不符", "from another time"),
    "certificate": ("证书不被信任", "its certificate is not trusted"),
    "form": ("格式不对", "not in its form"),
    "members": ("内容缺少或多余", "something is missing, or too much"),
    "nonce": ("不是本次核验的应答", "an answer to another question"),
    "outcome": ("没有明确的结论", "it says no outcome"),
    "person": ("不是此人的应答", "an answer about another person"),
    "question": ("不是本次核验的应答", "an answer to another question"),
    "reference": ("不是本次核验的应答", "an answer to another question"),
    "replay": ("已使用过", "it was used before"),
    "signature": ("签名不正确", "its signature does not hold"),
    "sources": ("核验依据不符", "it knows from elsewhere than was asked"),
    "time": ("时间不符", "from another time"),
    "transaction": ("不是本次核验的应答", "an answer to another question"),
}
"""Of answers of a provider of proofing."""

FILES: Final[Mapping[str, Words]] = {
    "archive": ("不是有效的 ZIP 文件", "no ZIP archive"),
    "encoding": ("不是 UTF-8 文本", "no UTF-8"),
    "json": ("不是正确的 JSON", "no JSON"),
    "members": ("文件缺少或多余", "files are missing, or too many"),
    "missing": ("缺少该文件", "it is missing"),
    "name": ("文件名不允许", "a name that is not allowed"),
    "package": ("引用了外部包", "it takes a package from elsewhere"),
    "png": ("不是可用的 PNG 图片", "no PNG that can be used"),
    "sample": ("样例数据不符合要求", "its sample data are wrong"),
    "size": ("文件过大", "too large"),
    "svg": ("不是可用的 SVG 图片", "no SVG that can be used"),
    "too_large": ("文件过大", "too large"),
    "too_many_files": ("文件过多", "too many files"),
    "twice": ("同一文件出现两次", "one file twice"),
}
"""Of the files of types and templates."""

PROTOCOLS: Final[Mapping[str, tuple[str, Mapping[str, Words]]]] = {
    "dpop.proof_refused": ("fault", PROOFS),
    "federation.arrival_refused": ("fault", ARRIVALS),
    "federation.ticket_refused": ("fault", TICKETS),
    "identity.assertion_refused": ("fault", ASSERTIONS),
    "licence.template_malformed": ("fault", FILES),
    "licence.type_file_malformed": ("fault", FILES),
    "openid.authorization_refused": ("fault", LOGINS),
    "openid.grant_refused": ("fault", GRANTS),
    "openid.metadata_malformed": ("fault", REGISTRATIONS),
    "proofing.answer_refused": ("fault", PROVIDERS),
}
"""By the code of an error: the detail that is a fault, and what people call its values."""

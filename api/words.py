"""What every error code says to people, in Chinese and in English: what is wrong, and what to do.

A test compares this table with every error class of the house, and docs/errors.md with this table. It is longer than a
module should be because it is one table, and a reader looks for a code in one place.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["WORDS"]

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "asn1.malformed": (
        "数据不是有效的 DER 编码：第 {offset} 字节处应为 {expected}。请检查文件是否完整。",
        "Not valid DER: expected {expected} at octet {offset}. Check that the file is complete.",
    ),
    "authority.ended": (
        "签发机构的证书已经到期，不能再签发证书。请由密钥仪式建立新的签发机构。",
        "The certification authority has reached its end and can issue nothing. Found a new one in a ceremony.",
    ),
    "authority.exists": (
        "签发机构 {name} 已经建立，密钥仪式只举行一次。",
        "The authority {name} exists already; a ceremony is held once.",
    ),
    "authority.unknown": (
        "本实例没有名为 {name} 的签发机构。请核对名称。",
        "This instance has no authority named {name}. Check the name.",
    ),
    "blob.missing": (
        "找不到该文件，或其内容与记录不符。请联系运维人员从备份恢复。",
        "The file is missing, or is not what was recorded. Ask the operator to restore it from a backup.",
    ),
    "blob.unavailable": (
        "文件存储暂时不可用。请稍后重试。",
        "The file store is not available now. Try again later.",
    ),
    "certificate.malformed": (
        "数据不是有效的 X.509 证书。请提供 PEM 或 DER 格式的证书。",
        "Not an X.509 certificate. Send one in PEM or DER.",
    ),
    "certificate.revocation_list_malformed": (
        "数据不是有效的证书撤销列表。请提供 PEM 或 DER 格式的 CRL。",
        "Not a certificate revocation list. Send one in PEM or DER.",
    ),
    "certificate.unknown": (
        "本实例的签发机构没有签发过该证书，不能撤销。请核对证书。",
        "No authority of this instance issued this certificate, so it cannot be revoked here. Check the certificate.",
    ),
    "cms.malformed": (
        "数据不是有效的签名消息（GB/T 35275 或 CMS）。请检查文件是否完整。",
        "Not a signed message (GB/T 35275 or CMS). Check that the file is complete.",
    ),
    "crypto.algorithm_not_supported": (
        "不支持的密码算法 {oid}。请改用 SM2/SM3，或文档列出的算法。",
        "The algorithm {oid} is not supported. Use SM2 with SM3, or one that the documents list.",
    ),
    "crypto.key_malformed": (
        "公钥无效：不是 SM2 曲线上的点，或编码有误。请重新导出公钥。",
        "Not a valid public key: not a point on the SM2 curve, or wrongly encoded. Export the key again.",
    ),
    "crypto.libcrypto_missing": (
        "本机没有支持 SM2 的 OpenSSL 3 密码库：{cure}。",
        "No OpenSSL 3 with SM2 on this machine: {cure}.",
    ),
    "crypto.self_test_failed": (
        "密码自检未通过（{test}），服务不会启动。请更换密码库或机器。",
        "The cryptographic self-test failed ({test}); the service does not start. Change the library or the machine.",
    ),
    "crypto.signature_malformed": (
        "签名值格式无效。请检查文件是否被改动。",
        "Not a valid signature value. Check whether the file was altered.",
    ),
    "crypto.signature_mismatch": (
        "签名验证不通过：内容或签名被改动，或签名者不符。",
        "The signature does not hold: content or signature was altered, or another key signed.",
    ),
    "identity.account_exists": (
        "该人员（{subject}）已开通账号并设置口令，不得重复开通。请使用原账号登录。",
        "The person ({subject}) has an account already and has chosen a password. Log in with it.",
    ),
    "identity.account_unknown": (
        "该人员尚未开通账号。请先由安全管理员开通。",
        "The person has no account yet. A security administrator opens one first.",
    ),
    "identity.assertion_refused": (
        "客户端断言被拒绝（{fault}）。请检查密钥、aud、exp 和 jti。",
        "The client assertion was refused ({fault}). Check the key, aud, exp and jti.",
    ),
    "identity.citizen_number_malformed": (
        "公民身份号码有误（{fault}）。请核对后重新填写。",
        "Not a citizen identification number ({fault}). Check it and enter it again.",
    ),
    "identity.client_key_malformed": (
        "客户端公钥须为 P-256 的 JWK，且不得包含私钥。",
        "A client key is a public JWK on P-256, without its private part.",
    ),
    "identity.client_unknown": (
        "没有这个客户端。请核对客户端编号。",
        "There is no such client. Check its identifier.",
    ),
    "identity.credentials_wrong": (
        "凭据无效或已过期。请重新登录。",
        "The credentials do not hold, or have expired. Log in again.",
    ),
    "identity.credit_code_malformed": (
        "统一社会信用代码有误（{fault}）。请核对后重新填写。",
        "Not a unified social credit code ({fault}). Check it and enter it again.",
    ),
    "identity.duties_exclude": (
        "职责互斥：已任 {held}，不得再任 {wanted}（三员分立）。请另行指派人员。",
        "Duties exclude each other: holding {held}, one cannot hold {wanted}. Appoint somebody else.",
    ),
    "identity.duty_for_no_organisation": (
        "职责 {duty} 面向全体机构，不能限于某一机构。请去掉 organisation 后重试。",
        "The duty {duty} serves all organisations and cannot be given for one. Leave the organisation out.",
    ),
    "identity.duty_missing": (
        "没有所需的职责：{duty}。请由安全管理员授予。",
        "The duty {duty} is needed and not held. A security administrator can grant it.",
    ),
    "identity.duty_needs_organisation": (
        "职责 {duty} 须指明所属机构。请填写 organisation 后重试。",
        "The duty {duty} is held for one organisation. Name the organisation.",
    ),
    "identity.duty_of_systems": (
        "业务系统职责随业务系统的批准取得，不授予自然人。请登记并批准业务系统。",
        "A business system has this duty by its approval; no person gets it. Register and approve a business system.",
    ),
    "identity.name_malformed": (
        "姓名或名称无效：应为 1 至 100 个字符，不含控制字符。",
        "A name has 1 to 100 characters and no control characters.",
    ),
    "identity.password_too_weak": (
        "口令太弱：至少 12 个字符，不得含常见词或用户名。",
        "The password is too weak: at least 12 characters, no common words, not the username.",
    ),
    "identity.subject_exists": (
        "该主体已经登记，统一标识为 {subject}。",
        "The subject is registered already, as {subject}.",
    ),
    "identity.subject_not_active": (
        "主体 {subject} 当前状态为 {state}，不能办理此事。请先完成核验或解冻。",
        "The subject {subject} is {state} and cannot do this. Have it proven or unfrozen first.",
    ),
    "identity.subject_unknown": (
        "没有这个主体。请核对统一标识。",
        "There is no such subject. Check the unified identifier.",
    ),
    "identity.username_malformed": (
        "用户名须为 3 至 64 个小写字母、数字或 . - _，并以字母开头。",
        "A username has 3 to 64 lower-case letters, digits or . - _ and begins with a letter.",
    ),
    "identity.username_taken": (
        "用户名已被占用。请另选一个。",
        "The username is taken. Choose another one.",
    ),
    "instance.already_founded": (
        "本实例已经初始化，密钥仪式只举行一次。",
        "This instance is founded already; the ceremony is held once.",
    ),
    "instance.founder_named_twice": (
        "同一人不能承担两项初始职责（{duty}）：他们相互监督。请另行指派。",
        "One person cannot hold two of the founders' duties ({duty}): they watch each other. Name somebody else.",
    ),
    "instance.founders_malformed": (
        "创建人员名单有误：{field}，{fault}。请按 docs/operation.md 更正。",
        "The file does not name founders: {field}, {fault}. Mend it after docs/operation.md.",
    ),
    "instance.not_founded": (
        "本实例尚未初始化。请先运行 trust init。",
        "This instance is not founded yet. Run trust init first.",
    ),
    "keys.keystore_exists": (
        "根密钥文件已经存在，不会覆盖。请换一个目录；若要完成中断的密钥仪式，请在 TRUST_ROOT_KEY_FILE 中指明该文件。",
        "There is a root key file already. Use another folder, or finish its ceremony: name it in TRUST_ROOT_KEY_FILE.",
    ),
    "keys.keystore_unavailable": (
        "密钥库不可用：{cure}。",
        "The key store is not available: {cure}.",
    ),
    "keys.signing_unavailable": (
        "签名暂时不可用：密钥未就绪或已停用。请稍后重试或联系安全管理员。",
        "Signing is not available: the key is not ready, or retired. Try later, or ask the security administrator.",
    ),
    "keys.unknown": (
        "密钥库中没有该密钥。请核对密钥标识。",
        "The custody has no such key. Check the key's handle.",
    ),
    "licence.claim_malformed": (
        "这不是电子证照二维码的内容。请重新扫描证照上的二维码。",
        "Not the text of a licence's QR code. Scan the code on the licence again.",
    ),
    "licence.claim_untrusted": (
        "二维码不是本平台签发的，可能系伪造。请向发证机关核实。",
        "The QR code was not issued by this platform and may be forged. Ask the issuing authority.",
    ),
    "licence.data_invalid": (
        "证照数据不符合该类型的要求：字段 {field}，规则 {rule}。请更正后重试。",
        "The data breaks the type's schema: field {field}, rule {rule}. Mend it and try again.",
    ),
    "licence.holder_not_registered": (
        "持证主体尚未登记或核验。请先完成身份登记与核验。",
        "The holder is not registered, or not proven. Register and prove the holder first.",
    ),
    "licence.identifier_malformed": (
        "电子证照标识有误（{fault}）。请核对后重新填写。",
        "Not a licence identifier ({fault}). Check it and enter it again.",
    ),
    "licence.issue_under_way": (
        "同一请求正在办理中。请稍后再查询。",
        "The same request is being worked on. Ask again in a moment.",
    ),
    "licence.number_taken": (
        "该证照编号已被 {licence} 使用。请核对编号，或先注销原证照。",
        "The number belongs to {licence}. Check it, or cancel the earlier licence first.",
    ),
    "licence.schema_invalid": (
        "数据模式无效：{fault}。应为只含有长度上限的文本字段的 JSON Schema。",
        "Not a valid schema: {fault}. It must be a JSON Schema of text fields with a maximum length.",
    ),
    "licence.table_invalid": (
        "表格无法读取：{fault}。请使用 UTF-8 编码的 CSV，并检查表头。",
        "The table cannot be read: {fault}. Use CSV in UTF-8, and check its header.",
    ),
    "licence.template_broken": (
        "模板 {template} 无法生成证照。请联系系统管理员。",
        "The template {template} cannot render the licence. Ask the system administrator.",
    ),
    "licence.template_unknown": (
        "没有名为 {template} 的模板。请核对名称。",
        "There is no template named {template}. Check the name.",
    ),
    "licence.type_code_malformed": (
        "证照类型代码应为 18 位定义机构代码加 3 位顺序号。",
        "A type code has the 18 characters of the defining authority and 3 digits.",
    ),
    "licence.type_exists": (
        "证照目录中已有类型 {code}。",
        "The catalogue has the type {code} already.",
    ),
    "licence.type_not_published": (
        "证照类型 {type} 当前为 {state}，尚不能制证。请先复核并发布。",
        "The type {type} is {state}; nothing is issued under it. Have it reviewed and published first.",
    ),
    "licence.type_unknown": (
        "没有这个证照类型。请核对编号或类型代码。",
        "There is no such licence type. Check its identifier or type code.",
    ),
    "licence.unknown": (
        "没有这张证照，或无权查看。请核对编号。",
        "There is no such licence, or it is not yours to see. Check its identifier.",
    ),
    "licence.value_does_not_fit": (
        "字段 {field} 的内容过长，版面容纳不下。请精简后重试。",
        "The value of {field} is too long for its place. Shorten it and try again.",
    ),
    "lifecycle.event_not_possible": (
        "当前状态为 {state}，不能进行 {event}。请刷新后查看最新状态。",
        "In the state {state} the step {event} is not possible. Look at the present state again.",
    ),
    "lifecycle.four_eyes_required": (
        "相邻两步不得由同一人办理（{event}）。请由另一名经办人操作。",
        "One person cannot take two consecutive steps ({event}). Another person must take this one.",
    ),
    "ofd.limit_exceeded": (
        "OFD 文件超出限制：{limit} 上限为 {allowed}。",
        "The OFD file exceeds a limit: {limit}, at most {allowed}.",
    ),
    "ofd.malformed": (
        "不是有效的 OFD 文件，或文件已损坏：{part}。请用原软件重新导出。",
        "Not an OFD file, or a broken one: {part}. Export it again from the program that made it.",
    ),
    "pdf.encrypted": (
        "文件有密码保护。盖章请先解除保护；查验请填写文件的密码。",
        "The file is protected by a password. To stamp it, remove the protection; to verify it, give its password.",
    ),
    "pdf.limit_exceeded": (
        "文件超出限制：{limit} 上限为 {allowed}。请压缩、拆分或重新导出文件。",
        "The file exceeds a limit: {limit}, at most {allowed}. Make it smaller, split it, or export it again.",
    ),
    "pdf.locked": (
        "文件已有签名禁止再作任何更改，不能加盖印章。",
        "An earlier signature forbids every change; no seal can be added.",
    ),
    "pdf.malformed": (
        "不是有效的 PDF 文件，或文件已损坏。请用原软件重新保存或导出。",
        "Not a PDF, or a broken one. Save or export it again from the program that made it.",
    ),
    "pdf.page_out_of_range": (
        "没有第 {page} 页：文件共 {pages} 页。",
        "There is no page {page}: the document has {pages}.",
    ),
    "pdf.password_wrong": (
        "密码不正确，无法打开文件。",
        "The password does not open the file.",
    ),
    "pdf.placement_outside_page": (
        "印章会超出第 {page} 页的边界。请调整位置。",
        "The seal would not lie wholly on page {page}. Move it.",
    ),
    "pdf.signature_too_large": (
        "签名值超出预留空间（{allowed} 字节）。请联系运维人员。",
        "The signature does not fit into the {allowed} octets kept for it. Ask the operator.",
    ),
    "protection.unavailable": (
        "受保护的数据无法解密：密钥不在或记录被改动。请联系安全管理员。",
        "Protected data cannot be read: the key is missing, or the record was changed. Ask the security administrator.",
    ),
    "reason.missing": (
        "请填写理由（2 至 500 字）。",
        "Give a reason, in 2 to 500 characters.",
    ),
    "request.failed": (
        "服务内部错误，已记录。请凭请求编号联系运维人员。",
        "The service failed; this was recorded. Give the operator the request's number.",
    ),
    "request.key_malformed": (
        "Idempotency-Key 应为 1 至 128 个可见 ASCII 字符。",
        "An Idempotency-Key has 1 to 128 visible ASCII characters.",
    ),
    "request.key_reused": (
        "该 Idempotency-Key 已用于另一请求。新请求请换用新的键。",
        "The Idempotency-Key was used for another request. Take a new key for a new request.",
    ),
    "request.length_malformed": (
        "请求头 Content-Length 应为十进制字节数。请更正后重新发送。",
        "The Content-Length header is a number of octets in decimal digits. Mend it and send the request again.",
    ),
    "request.malformed": (
        "请求格式有误。请按接口文档更正所列字段。",
        "The request is malformed. Mend the fields that are listed, after the API's documentation.",
    ),
    "request.no_such_method": (
        "该地址不支持这种请求方法。",
        "This address does not take that method.",
    ),
    "request.no_such_path": (
        "没有这个地址。请核对接口文档。",
        "There is no such address. Check the API's documentation.",
    ),
    "request.refused": (
        "请求被拒绝。请按接口文档检查请求头和内容类型。",
        "The request was refused. Check its headers and content type after the API's documentation.",
    ),
    "request.too_large": (
        "请求内容过大：上限为 {allowed} 字节。",
        "The request is too large: at most {allowed} octets.",
    ),
    "request.too_many": (
        "请求过于频繁。请在 {seconds} 秒后重试。",
        "Too many requests. Try again in {seconds} seconds.",
    ),
    "request.unauthenticated": (
        "尚未登录或会话已结束。请先登录。",
        "Not logged in, or the session has ended. Log in first.",
    ),
    "seal.authorisation_exhausted": (
        "授权 {authorisation} 的 {times} 次用印已用完。请由印章所有者重新授权。",
        "The {times} stampings of the authorisation {authorisation} are used up. The owner can give a new one.",
    ),
    "seal.authorisation_invalid": (
        "授权无效：{field} 不合要求。",
        "The authorisation would permit nothing: check {field}.",
    ),
    "seal.authorisation_unknown": (
        "该印章没有这条用印授权。请核对编号。",
        "The seal has no such authorisation. Check its identifier.",
    ),
    "seal.expired": (
        "印章 {seal} 已于 {valid_until} 到期。请重新制作。",
        "The seal {seal} expired at {valid_until}. It must be made anew.",
    ),
    "seal.image_code_malformed": (
        "印章编码应为不超过 {longest} 位数字，现为 {length} 位。",
        "The code on a seal has at most {longest} digits, not {length}.",
    ),
    "seal.image_diameter_out_of_range": (
        "印章直径 {diameter_mm} 毫米不合规格：应在 {smallest} 至 {largest} 毫米之间。",
        "A seal of {diameter_mm} mm is out of range: {smallest} to {largest} mm.",
    ),
    "seal.image_name_length": (
        "章面名称为 {length} 字：应在 {shortest} 至 {longest} 字之间。",
        "The name on the rim has {length} characters: it must have {shortest} to {longest}.",
    ),
    "seal.image_resolution_out_of_range": (
        "分辨率 {dpi} 不合要求：应在 {coarsest} 至 {finest} dpi 之间。",
        "A resolution of {dpi} is out of range: {coarsest} to {finest} dpi.",
    ),
    "seal.image_row_length": (
        "横排文字为 {length} 字：不得超过 {longest} 字。",
        "The row below the star has {length} characters: at most {longest}.",
    ),
    "seal.malformed": (
        "不是有效的电子印章或电子签章数据：第 {offset} 字节处应为 {expected}。",
        "Not an electronic seal or seal signature: expected {expected} at octet {offset}.",
    ),
    "seal.not_active": (
        "印章 {seal} 当前状态为 {state}，不能用印。",
        "The seal {seal} is {state} and cannot be used.",
    ),
    "seal.not_authorised": (
        "没有覆盖此次用印的授权：印章 {seal}，用途 {purpose}，文件种类 {document_kind}。请由印章所有者授权。",
        "No authorisation covers this: seal {seal}, purpose {purpose}, kind {document_kind}. The owner can give one.",
    ),
    "seal.own_work_refused": (
        "制成的文件未通过自检（{check}），未予放行。请联系运维人员。",
        "What was made did not pass our own verification ({check}) and is not released. Ask the operator.",
    ),
    "seal.stamp_spent": (
        "该次用印已经完成。请重新发起。",
        "This stamp was redeemed already. Begin a new one.",
    ),
    "seal.stamping_under_way": (
        "同一用印请求正在办理中。请稍后再查询。",
        "The same stamping is being worked on. Ask again in a moment.",
    ),
    "seal.stamping_unknown": (
        "没有这条用印记录。请核对编号。",
        "There is no such stamping. Check its identifier.",
    ),
    "seal.statutory_seal_exists": (
        "该单位已有法定名称章（{seal}），不得重复申请。",
        "The organisation has a statutory-name seal already ({seal}).",
    ),
    "seal.unknown": (
        "没有这枚印章。请核对编号。",
        "There is no such seal. Check its identifier.",
    ),
    "settings.invalid": (
        "设置 {setting} 无效：{fault}。请更正环境变量后重新启动。",
        "The setting {setting} cannot be: {fault}. Mend it in the environment, and start again.",
    ),
    "store.lost_race": (
        "数据刚被他人修改。请刷新后重试。",
        "Somebody else changed this at the same time. Look again, and repeat if it still makes sense.",
    ),
    "store.unavailable": (
        "数据库暂时不可用。请稍后重试。",
        "The database is not available now. Try again later.",
    ),
    "text.character_not_covered": (
        "字段 {field} 中的字符“{character}”（{code_point}）无法显示。请核对用字，或联系系统管理员补充字库。",
        "No typeface draws “{character}” ({code_point}) in {field}. Check it, or ask for a typeface to be added.",
    ),
    "time_stamping.unavailable": (
        "时间戳服务暂时不可用。请稍后重试。",
        "The time-stamp authority is not available now. Try again later.",
    ),
}

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
    "audit.export_empty": (
        "没有符合条件的审计记录，无可导出。请放宽检索条件。",
        "No event is as it was asked for, and there is nothing to take away. Ask for more.",
    ),
    "audit.export_too_large": (
        "要导出的记录过多或相距太远（最多 {most} 条）。请缩短起止时间，分次导出。",
        "There is too much to take away, or it lies too far apart (at most {most} events). Ask for a shorter time.",
    ),
    "audit.not_checkpointed": (
        "该记录尚未结束，或其后还没有签名的审计检查点。请稍后重试（每小时生成一次）。",
        "It has not ended, or no signed checkpoint follows it yet. Try again later: one is made every hour.",
    ),
    "audit.proof_broken": (
        "存证不成立：{reason}。请向出具方索取原件，并核对检查点证书。",
        "The proof does not hold: {reason}. Ask for the original, and check the certificate for checkpoints.",
    ),
    "audit.proof_malformed": (
        "不是有效的用印存证文件：{member} 不符合格式。请确认文件完整。",
        "Not a proof of a stamping: {member} is not as it must be. Check that the file is complete.",
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
    "backup.failed": (
        "备份未完成：{fault}。请检查磁盘空间、挂载与权限后重做。",
        "The backup was not finished: {fault}. Look at the disk, the mount and its rights, and make it again.",
    ),
    "backup.inside": (
        "备份不能放在实例的数据目录之内，也不能包含它。请另选位置，最好在另一台机器上。",
        "A backup stands neither in the data folder nor around it. Choose another place, best on another machine.",
    ),
    "blob.missing": (
        "找不到该文件，或其内容与记录不符。请联系运维人员从备份恢复。",
        "The file is missing, or is not what was recorded. Ask the operator to restore it from a backup.",
    ),
    "blob.unavailable": (
        "文件存储暂时不可用。请稍后重试。",
        "The file store is not available now. Try again later.",
    ),
    "bulk.double_in_table": (
        "证照编号与第 {line} 行重复，同一表格中只能有一行使用该编号。请更正编号。",
        "The row in line {line} bears the same number. Correct the number: only one of them can have it.",
    ),
    "bulk.mapping_invalid": (
        "列与字段不对应：{column}，{fault}。请使用字段名或其中文标题作表头，或在请求中说明各列的含义。",
        "Columns and fields do not match: {column}, {fault}. Name columns as fields or their titles, or map them.",
    ),
    "bulk.nothing_selected": (
        "没有符合条件的有效证照。请调整换发的范围。",
        "No licence in force fits the selection. Select others.",
    ),
    "bulk.results_not_ready": (
        "任务尚未校验完成（{state}），暂无结果。请稍后再取。",
        "There is no result yet: the job is {state}. Ask again later.",
    ),
    "bulk.row_unreadable": (
        "该行无法准确读取：{field}，{fault}。请按文本重新填写（docs/bulk.md）。",
        "The row cannot be read without guessing: {field}, {fault}. Enter it as text (docs/bulk.md).",
    ),
    "bulk.selection_invalid": (
        "换发范围不成立：{field}。请检查起止日期。",
        "Not a selection of licences: {field}. Check the days.",
    ),
    "bulk.service_refused": (
        "服务拒绝了该请求（{answer}）。",
        "The service refused the request ({answer}).",
    ),
    "bulk.service_silent": (
        "服务没有应答。请核对地址并稍后重试；以同一幂等键重试不会重复签发。",
        "The service does not answer. Check its address and try again: under the same key nothing happens twice.",
    ),
    "bulk.table_invalid": (
        "表格无法读取：{line}，{fault}。支持 CSV、XLSX 和 JSON Lines，详见 docs/bulk.md。",
        "The table cannot be read: {line}, {fault}. CSV, XLSX and JSON Lines are read; see docs/bulk.md.",
    ),
    "bulk.type_changed": (
        "证照类型的第 {version} 版已生效，而任务按先前版本校验，余下各行未签发。请取消任务，按新版本重新提交余下各行。",
        "Version {version} of the type is in effect, and the rows were checked by another. Cancel, and ask anew.",
    ),
    "bulk.unknown": (
        "没有该批量任务。请核对编号。",
        "There is no such bulk job. Check the identifier.",
    ),
    "bulk.work_interrupted": (
        "任务因系统错误多次中断，已暂停。请联系系统管理员，排除后可继续。",
        "A mistake of ours stopped the job several times; it is paused. Ask the operator; it can go on afterwards.",
    ),
    "certificate.anchor_unlawful": (
        "该证书不是当前有效的签发机构证书，或未指定用途，不能作为信任锚。",
        "Not the certificate of an authority that is valid now, or no purpose is named: it cannot be an anchor.",
    ),
    "certificate.encryption_needs_sm2": (
        "双证书仅适用于 SM2 密钥。请用 SM2 密钥重新申请。",
        "Double certificates are for SM2 keys alone. Ask again with an SM2 key.",
    ),
    "certificate.list_not_accepted": (
        "证书撤销列表未被接受（{fault}）。请向签发机构索取最新、完整的列表，并确认其上级证书已导入。",
        "The revocation list was not accepted ({fault}). Get the newest one, and import its authority first.",
    ),
    "certificate.malformed": (
        "数据不是有效的 X.509 证书。请提供 PEM 或 DER 格式的证书。",
        "Not an X.509 certificate. Send one in PEM or DER.",
    ),
    "certificate.not_accepted": (
        "证书未被接受：检查项 {check} 不通过。请核对申请、上级证书与信任锚。",
        "The certificate was not accepted: {check} did not hold. Check the request, the chain and the anchor.",
    ),
    "certificate.outside_unknown": (
        "没有这个外部证书申请或信任锚。请用 trust pki list 核对。",
        "There is no such request or anchor of an authority outside. See `trust pki list`.",
    ),
    "certificate.request_malformed": (
        "数据不是有效的证书申请（PKCS #10）。请提供 PEM 或 DER 格式的申请。",
        "Not a certification request (PKCS #10). Send one in PEM or DER.",
    ),
    "certificate.request_unproven": (
        "证书申请的签名与其中的公钥不符，或密钥类型不受支持。请重新生成申请。",
        "The request is not signed with the key in it, or the kind of key is not certified here. Make it anew.",
    ),
    "certificate.revocation_list_malformed": (
        "数据不是有效的证书撤销列表。请提供 PEM 或 DER 格式的 CRL。",
        "Not a certificate revocation list. Send one in PEM or DER.",
    ),
    "certificate.status_request_malformed": (
        "数据不是有效的 OCSP 请求，或一次查询过多。",
        "Not an OCSP request, or it asks about too many certificates at once.",
    ),
    "certificate.status_response_malformed": (
        "数据不是有效的 OCSP 响应。请重新获取。",
        "Not an OCSP response. Fetch it again.",
    ),
    "certificate.unknown": (
        "本实例的签发机构没有签发过该证书，不能撤销。请核对证书。",
        "No authority of this instance issued this certificate, so it cannot be revoked here. Check the certificate.",
    ),
    "certificate.unlawful": (
        "待签发的证书违反规则 {rule}，未动用签发机构的密钥。请核对名称、密钥与模板。",
        "What was to be certified breaks the rule {rule}; no key was used. Check the name, the key and the profile.",
    ),
    "cms.malformed": (
        "数据不是有效的签名消息（GB/T 35275 或 CMS）。请检查文件是否完整。",
        "Not a signed message (GB/T 35275 or CMS). Check that the file is complete.",
    ),
    "cms.not_a_recipient": (
        "该消息不是加密给此证书的。请使用收件人的证书和密钥。",
        "The message was not enciphered to this certificate. Use the certificate and key of a recipient.",
    ),
    "crypto.algorithm_not_supported": (
        "不支持的密码算法 {oid}。请改用 SM2/SM3，或文档列出的算法。",
        "The algorithm {oid} is not supported. Use SM2 with SM3, or one that the documents list.",
    ),
    "crypto.backend_failed": (
        "密码库未能完成计算。请稍后重试；若反复出现，请运行 trust doctor。",
        "The cryptographic library could not compute. Try again later; if it happens again, run trust doctor.",
    ),
    "crypto.backend_leaks": (
        "密码库 {backend} 的运算时间可能泄露私钥，不得用于签名。请更换密码库（TRUST_CRYPTO_BACKEND）。",
        "The time that {backend} takes may tell of private keys: it signs nothing. Change TRUST_CRYPTO_BACKEND.",
    ),
    "crypto.botan_missing": (
        "本机没有支持 SM2 的 Botan 密码库：{cure}。",
        "No Botan with SM2 on this machine: {cure}.",
    ),
    "crypto.cipher_input_malformed": (
        "对称加密的密钥、初始向量、校验值或数据长度有误。请检查数据是否完整。",
        "A key, a vector, a tag or data of the wrong length for the cipher. Check that the data is complete.",
    ),
    "crypto.ciphertext_changed": (
        "密文无法解开：密钥不符，或密文被改动。",
        "The ciphertext does not open: another key sealed it, or it was altered.",
    ),
    "crypto.ciphertext_malformed": (
        "数据不是有效的 SM2 密文。请检查数据是否完整，以及采用的是 C1C3C2 还是 ASN.1 格式。",
        "Not an SM2 ciphertext. Check that the data is complete, and whether it is C1C3C2 or ASN.1.",
    ),
    "crypto.decryption_failed": (
        "SM2 解密失败：密文不是给该密钥的，或被改动。",
        "SM2 decryption failed: the ciphertext was not made for this key, or was altered.",
    ),
    "crypto.enveloped_key_malformed": (
        "数据不是有效的 SM2 加密密钥对保护结构（SM2EnvelopedKey）。",
        "Not a SM2EnvelopedKey.",
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
    "delegation.malformed": (
        "委托内容不合规：项目须为登记的编号与可读的名称，时间精确到秒。请核对后重试。",
        "A delegation tells identifiers, readable names and whole seconds; this one does not. Check it and try again.",
    ),
    "dpop.nonce_needed": (
        "密钥证明须使用服务给出的随机数。请以应答中的 DPoP-Nonce 重新签名后再试。",
        "The proof of the key must name the nonce of this service. Sign it anew with the DPoP-Nonce of the answer.",
    ),
    "dpop.proof_refused": (
        "密钥证明（DPoP）不成立（{fault}）。每次请求须用令牌绑定的密钥新签一份证明，并核对时钟与地址。",
        "The proof of the key (DPoP) does not hold ({fault}). Sign a new one for each request; check the clock.",
    ),
    "federation.arrival_refused": (
        "其他平台的登录结果未通过检查（{fault}）。请重新登录；若仍如此，请联系管理员。",
        "What the other platform said of the login does not hold ({fault}). Log in again, or ask the administrator.",
    ),
    "federation.exchange_malformed": (
        "换取令牌的请求有误：{field}。请对照接入文档修改。",
        "The request to exchange a ticket is wrong at {field}. Mend it by the documentation.",
    ),
    "federation.link_exists": (
        "该账号已关联其他人，或您在该平台已关联另一账号。请先解除原有关联。",
        "The account belongs to somebody else here, or you have another one there. Remove that link first.",
    ),
    "federation.link_needs_login": (
        "您在本平台已有账号。请先用本平台账号登录，再在“我的关联账号”中关联。",
        "You have an account here. Log in with it first, then link the other account from there.",
    ),
    "federation.link_unknown": (
        "没有这项账号关联。请刷新列表后再试。",
        "There is no such link. Look at the list again.",
    ),
    "federation.peer_malformed": (
        "平级平台的登记信息有误：{field}。请修改后重新提交。",
        "What is to be agreed with the platform is wrong at {field}. Mend it and propose it again.",
    ),
    "federation.peer_unknown": (
        "没有登记该平级平台，或互认已终止。请联系管理员。",
        "Nothing is agreed with this platform, or it has ended. Ask the administrator.",
    ),
    "federation.platform_contradicts": (
        "其他平台登记的姓名与本平台同一证件的姓名不一致。请到窗口由登记员核对。",
        "The other platform has this document under another name. A registrar has to look at it.",
    ),
    "federation.platform_not_configured": (
        "本平台没有配置上级平台登录。请使用本平台账号登录。",
        "No platform above is configured here. Log in with an account of this platform.",
    ),
    "federation.platform_unavailable": (
        "其他平台暂时无法使用：{fault}。请稍后再试。",
        "The other platform cannot be used now: {fault}. Try again later.",
    ),
    "federation.ticket_refused": (
        "票据无效（{fault}）。请返回原平台重新跳转。",
        "The ticket does not hold ({fault}). Go back and come over again.",
    ),
    "federation.vouched_too_low": (
        "其他平台的实名等级为 {held} 级，此处至少需要 {needed} 级。请先在该平台提升等级。",
        "The other platform vouches at level {held}, and this needs {needed}. Be proven better there first.",
    ),
    "identity.account_exists": (
        "该人员（{subject}）已开通账号并设置口令，不得重复开通。请使用原账号登录。",
        "The person ({subject}) has an account already and has chosen a password. Log in with it.",
    ),
    "identity.account_frozen": (
        "账号已被冻结；由安全管理员解冻。",
        "The account is frozen; a security administrator lifts it.",
    ),
    "identity.account_unknown": (
        "该人员尚未开通账号。请先由安全管理员开通。",
        "The person has no account yet. A security administrator opens one first.",
    ),
    "identity.assertion_refused": (
        "客户端断言被拒绝（{fault}）。请检查密钥、aud、exp 和 jti。",
        "The client assertion was refused ({fault}). Check the key, aud, exp and jti.",
    ),
    "identity.authenticator_exists": (
        "这个通行密钥或数字证书已经绑定，请换用另一个。",
        "This passkey or certificate is enrolled already. Use another one.",
    ),
    "identity.authenticator_is_last": (
        "这是您最后一个登录凭据，不能移除：移除后将无法再绑定其他凭据。请先绑定另一个，再移除这一个。",
        "This is your last authenticator and stays: without it you could enrol no other. Add another one first.",
    ),
    "identity.authenticator_unknown": (
        "没有这个登录凭据，请刷新列表后重试。",
        "You have no such authenticator. Look at the list again.",
    ),
    "identity.breached_list_unreadable": (
        "泄露口令库不可读，暂时不能设置口令。请联系运维人员检查 TRUST_BREACHED_PASSWORDS 所指的文件。",
        "The list of breached passwords cannot be read, so none can be chosen. The operator should check the file.",
    ),
    "identity.cause_not_of_subject": (
        "注销原因“{cause}”不适用于该主体：自然人因死亡或宣告死亡注销，法人因解散、破产等注销。",
        "The cause {cause} does not fit this subject: persons end by death, organisations by dissolution and the like.",
    ),
    "identity.change_out_of_order": (
        "生效日期须在 {earliest} 与 {latest} 之间：不得早于上一次变更，也不得晚于今天。",
        "The change takes effect between {earliest} and {latest}: not before the last one, and not later than today.",
    ),
    "identity.citizen_number_malformed": (
        "公民身份号码有误（{fault}）。请核对后重新填写。",
        "Not a citizen identification number ({fault}). Check it and enter it again.",
    ),
    "identity.client_key_exists": (
        "该业务系统已有或曾有此密钥；请使用新的密钥。",
        "The business system has this key, or had it; make a new one.",
    ),
    "identity.client_key_last": (
        "业务系统至少保留一个在用密钥；请先增加新密钥。",
        "A business system keeps one key in use; add the next one first.",
    ),
    "identity.client_key_malformed": (
        "客户端公钥须为 P-256 的 JWK，且不得包含私钥。",
        "A client key is a public JWK on P-256, without its private part.",
    ),
    "identity.client_key_unknown": (
        "该业务系统没有这个在用密钥。",
        "The business system has no such key in use.",
    ),
    "identity.client_keys_too_many": (
        "业务系统最多同时使用 {most} 个密钥；请先停用一个。",
        "A business system has at most {most} keys in use; retire one first.",
    ),
    "identity.client_text_malformed": (
        "业务系统的 {field} 为空、过长或含不可显示的字符。",
        "The business system's {field} is empty, too long, or has characters that cannot be shown.",
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
    "identity.document_in_use": (
        "该证件不能这样处理：{fault}。",
        "Not possible for this document: {fault}.",
    ),
    "identity.document_malformed": (
        "{kind}信息有误：{fault}。请对照证件核对。",
        "Not right ({kind}): {fault}. Compare it with the document.",
    ),
    "identity.document_unknown": (
        "该人名下没有此证件。请刷新证件列表后重试。",
        "This person has no such document. Load the list of documents again.",
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
    "identity.duty_not_held": (
        "该人员没有这项职责。",
        "The person does not hold this duty.",
    ),
    "identity.duty_of_systems": (
        "业务系统职责随业务系统的批准取得，不授予自然人。请登记并批准业务系统。",
        "A business system has this duty by its approval; no person gets it. Register and approve a business system.",
    ),
    "identity.end_malformed": (
        "职责的截止时间必须晚于现在。",
        "The end of a duty lies in the future.",
    ),
    "identity.enrolment_closed": (
        "首个登录凭据须在设置口令后一天内绑定。请到窗口重新核验身份并领取激活码。",
        "The first authenticator is enrolled within a day after activation. Get a new code at the counter.",
    ),
    "identity.erasure_not_possible": (
        "暂不能删除个人信息：{fault}。请先办结相关事项。",
        "The data is still needed: {fault}. Settle that first.",
    ),
    "identity.evidence_missing": (
        "请填写依据：变更须注明证明材料或来函编号，查询须注明办件编号。",
        "Name what it rests on: the evidence of a change, or the case in which data is looked at.",
    ),
    "identity.last_administrator": (
        "这是最后一名安全管理员；请先任命另一名。",
        "This is the last security administrator; appoint another one first.",
    ),
    "identity.level_too_low": (
        "会话等级为 {held}，此操作需要 {needed}：{missing}。",
        "This needs level {needed}, and you have {held}: {missing}.",
    ),
    "identity.merge_not_possible": (
        "不能合并这两个标识：{fault}。",
        "These two identifiers are not made one: {fault}.",
    ),
    "identity.name_malformed": (
        "姓名或名称无效：应为 1 至 100 个字符，不含控制字符。",
        "A name has 1 to 100 characters and no control characters.",
    ),
    "identity.nothing_changes": (
        "内容与现状相同，无需变更。",
        "It is so already; there is nothing to change.",
    ),
    "identity.own_affair": (
        "不能办理涉及本人的登记事项。请由其他登记员办理。",
        "Nobody proposes or decides on a change of their own records. Ask another registrar.",
    ),
    "identity.own_duty": (
        "任何人不得提请或同意授予自己职责。",
        "Nobody proposes a duty for themselves, or agrees to one.",
    ),
    "identity.password_too_weak": (
        "口令太弱（{fault}）：12 至 128 个字符，不得主要由常见词、日期、姓名或号码组成，不得是旧口令或已泄露的口令。",
        "Too weak ({fault}): 12 to 128 characters, no common words, dates or names, no old and no leaked password.",
    ),
    "identity.passwords_busy": (
        "当前登录人数过多，请 {seconds} 秒后再试，或改用通行密钥、数字证书登录。",
        "Too many people are logging in. Try again in {seconds} seconds, or log in with a passkey or certificate.",
    ),
    "identity.proof_stale": (
        "不输入原口令而修改口令，须在最近 {minutes} 分钟内用两个因素登录或提升等级。请输入原口令，或重新验证后再试。",
        "Without the password before, show two factors within the last {minutes} minutes. Step up, or give it.",
    ),
    "identity.purpose_not_permitted": (
        "以目的“{purpose}”不能查询这些信息，或您的职责不允许。请核对查询目的与所选信息项。",
        "These data are not shown for the purpose {purpose}, or not with your duties. Check what you ask for.",
    ),
    "identity.quota_malformed": (
        "配额 {field} 应为正整数；留空则按系统设置。",
        "The quota {field} is a whole number from 1 on; leave it out to have that of the settings.",
    ),
    "identity.session_unknown": (
        "没有这个会话，它可能已经结束。",
        "There is no such session; it may have ended.",
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
    "identity.too_many_attempts": (
        "登录尝试过于频繁，请 {seconds} 秒后再试，或改用通行密钥、数字证书登录。",
        "Too many attempts to log in. Try again in {seconds} seconds, or log in with a passkey or certificate.",
    ),
    "identity.username_malformed": (
        "用户名须为 3 至 64 个小写字母、数字或 . - _，并以字母开头。",
        "A username has 3 to 64 lower-case letters, digits or . - _ and begins with a letter.",
    ),
    "identity.username_taken": (
        "用户名已被占用。请另选一个。",
        "The username is taken. Choose another one.",
    ),
    "instance.administrators_enough": (
        "已有两名安全管理员；请由他们任命。",
        "There are two security administrators; they appoint others.",
    ),
    "instance.already_founded": (
        "本实例已经初始化，密钥仪式只举行一次。",
        "This instance is founded already; the ceremony is held once.",
    ),
    "instance.database_ahead": (
        "数据库在迁移 {at}，比本程序（{head}）新。请运行迁移它的那个版本，或恢复迁移之前的备份。",
        "The database stands at {at}, the program at {head}. Run the version that migrated it, or put a backup back.",
    ),
    "instance.database_behind": (
        "数据库在迁移 {at}，本程序需要 {head}。请先停止服务、做好备份，再运行 trust migrate。",
        "The database stands at {at}, the program at {head}. Stop the service, make a backup, and run trust migrate.",
    ),
    "instance.founder_named_twice": (
        "同一人不能承担两项初始职责（{duty}）：他们相互监督。请另行指派。",
        "One person cannot hold two of the founders' duties ({duty}): they watch each other. Name somebody else.",
    ),
    "instance.founders_malformed": (
        "创建人员名单有误：{field}，{fault}。请按 docs/operation.md 更正。",
        "The file does not name founders: {field}, {fault}. Mend it after docs/operation.md.",
    ),
    "instance.in_use": (
        "实例正在使用中。请先停止服务和批量任务进程。",
        "The instance is in use. Stop its service and its workers for bulk jobs first.",
    ),
    "instance.not_founded": (
        "本实例尚未初始化。请先运行 trust init。",
        "This instance is not founded yet. Run trust init first.",
    ),
    "key_change.key_in_service": (
        "该密钥正在使用；请轮换其用途，旧密钥随后自动停用。",
        "This key is in service; rotate its role, and the old key retires by itself.",
    ),
    "key_change.key_not_known": (
        "没有这个密钥。",
        "There is no such key.",
    ),
    "key_change.not_agreed": (
        "密钥变更须先提请并经他人同意，用 --proposal 指明；密钥可能泄露的，用 --compromised 和 --reason 停用。",
        "Changes of keys are agreed to first: name the --proposal. What may have leaked: --compromised and --reason.",
    ),
    "key_change.operation_malformed": (
        "密钥运维申请的内容不完整或多余（{field}）。请按操作填写所需各项。",
        "What is to be done to keys says too little or too much ({field}). Tell what the operation needs, no more.",
    ),
    "keys.algorithm_not_kept": (
        "没有密码设备能产生 {algorithm} 密钥。请检查密码设备的配置。",
        "No device of this custody makes keys of {algorithm}. Check the settings of the devices.",
    ),
    "keys.backup_malformed": (
        "文件不是密钥备份，或不完整。请提供 trust keys backup 生成的文件。",
        "Not a backup of keys, or not all of it. Give the file that trust keys backup wrote.",
    ),
    "keys.backup_outdated": (
        "该备份是在更换根密钥之前作的，不能恢复。请使用更换之后的备份。",
        "The backup was made under a root key that has been replaced. Use one that was made since.",
    ),
    "keys.backup_untrusted": (
        "密钥备份不可信：{fault}。请使用另一份备份。",
        "The backup of keys does not hold: {fault}. Use another one.",
    ),
    "keys.destruction_unknown": (
        "没有该密钥的销毁证明。请核对密钥标识。",
        "There is no proof that this key was destroyed. Check the key's name.",
    ),
    "keys.device_unable": (
        "{device} 没有此项功能。请使用软件密钥，或按厂商手册在设备上操作。",
        "There is no function for this in {device}. Use keys in software, or do it at the device by its manual.",
    ),
    "keys.frame_malformed": (
        "数据过长或格式有误，密钥进程不予处理。请缩短数据；若仍出现，请检查两端版本是否一致。",
        "Too long, or not in a form that the custody process reads. Send less, or check that both are of one version.",
    ),
    "keys.keystore_exists": (
        "根密钥文件已经存在，不会覆盖。请换一个目录；若要完成中断的密钥仪式，请在 TRUST_ROOT_KEY_FILE 中指明该文件。",
        "There is a root key file already. Use another folder, or finish its ceremony: name it in TRUST_ROOT_KEY_FILE.",
    ),
    "keys.keystore_unavailable": (
        "密钥库不可用：{cure}。",
        "The key store is not available: {cure}.",
    ),
    "keys.limit_below_uses": (
        "该密钥已分配 {uses} 次使用，限额不能低于此数。",
        "The key has been given out for {uses} uses already; a limit cannot be lower.",
    ),
    "keys.limit_malformed": (
        "使用次数限额须是不小于 1 的整数。",
        "A limit of uses is a whole number from 1 on.",
    ),
    "keys.limit_reached": (
        "该密钥已达到使用次数限额。请轮换密钥（trust keys rotate），或提高限额。",
        "The key has reached its limit of uses. Rotate it (trust keys rotate), or raise the limit.",
    ),
    "keys.next_root_missing": (
        "新的根密钥须由运维人员提供。请在每个进程的 TRUST_ROOT_SECRET_NEXT 中给出，重启后再执行一次。",
        "The operator has to bring the next root key, in TRUST_ROOT_SECRET_NEXT of every process. Then begin again.",
    ),
    "keys.request_not_of_key": (
        "要签名的数据不是该密钥的证书请求。请重新生成请求。",
        "What is to be signed is no request for a certificate of this key. Make the request anew.",
    ),
    "keys.root_mismatch": (
        "提供的根密钥不是本密钥库的。请核对根密钥文件或分片。",
        "The root key is not the one of this keystore. Check the file of the root key, or the shares.",
    ),
    "keys.sealed": (
        "密钥库尚未解封，暂不能签名。请由分片持有人解封（trust custody unseal）。",
        "The keystore is sealed, and nothing can be signed. The holders of its shares must unseal it.",
    ),
    "keys.shares_malformed": (
        "第 {place} 份分片有误：单词或校验不符。请逐词核对。",
        "Share number {place} is not a share: a word or its checksum is wrong. Compare it word by word.",
    ),
    "keys.shares_mixed": (
        "分片不属于同一次根密钥分割。请核对分片。",
        "The shares are not of one division of a root key. Check the shares.",
    ),
    "keys.shares_repeated": (
        "序号 {index} 的分片重复。请由另一位持有人提供分片。",
        "The share with number {index} is there twice. Ask another holder for one.",
    ),
    "keys.shares_too_few": (
        "分片不足：已有 {there} 份，需要 {needed} 份。",
        "There are {there} shares, and {needed} are needed.",
    ),
    "keys.signing_unavailable": (
        "签名暂时不可用：密钥未就绪或已停用。请稍后重试或联系安全管理员。",
        "Signing is not available: the key is not ready, or retired. Try later, or ask the security administrator.",
    ),
    "keys.threshold_impossible": (
        "不能这样分割：须分为 2 至 16 份，门限不小于 2 且不大于份数。",
        "A root key is divided into 2 to 16 shares, of which at least 2 and at most all are needed.",
    ),
    "keys.unknown": (
        "密钥库中没有该密钥。请核对密钥标识。",
        "The custody has no such key. Check the key's handle.",
    ),
    "keys.witnesses_too_few": (
        "销毁密钥须有两名见证人，且均不是操作人。",
        "The destruction of a key needs two witnesses, neither of them the one who acts.",
    ),
    "ledger.month_malformed": (
        "月份应写作 2026-10。请更正。",
        "A month is written 2026-10. Write it so.",
    ),
    "ledger.month_not_over": (
        "该月尚未结束，暂不能出具月报。请在次月办理，或先查询、导出用印记录。",
        "The month has not ended, and has no statement yet. Ask again next month, or search the ledger.",
    ),
    "ledger.month_too_long": (
        "该月用印记录超过月报上限 {allowed} 条。请导出用印记录。",
        "The month has more than the {allowed} lines that a statement holds. Export the ledger.",
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
        "证照数据不符合该类型的要求：{field}，{rule}。请更正后重试。",
        "The data breaks the type's schema: {field}, {rule}. Mend it and try again.",
    ),
    "licence.effective_day_invalid": (
        "生效日不能早于 {day}：不得早于发布当日，也不得早于前一版本的生效日。",
        "It cannot be in effect before {day}: not before it is published, nor before the version that it follows.",
    ),
    "licence.expired": (
        "证照 {licence} 有效期已届满，不能再变更、延续或换发。请办理新证。",
        "The validity of {licence} is over; nothing takes its place. Issue a new licence.",
    ),
    "licence.ground_unfit": (
        "依据“{ground}”不适用于 {event}，或尚未填写。请选择该事项的法定依据。",
        "The ground “{ground}” does not belong to {event}, or none is given. Choose one of that event's.",
    ),
    "licence.holder_name_differs": (
        "持证主体名称与登记信息不一致，请核对代码与名称。",
        "The holder is registered under another name. Check both the code and the name.",
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
    "licence.metadata_malformed": (
        "不是有效的证照元数据（{member}）。请确认文件完整，且符合 docs/licence-metadata.md 的格式。",
        "Not the metadata of a licence ({member}). Check that the file is whole and as docs/licence-metadata.md tells.",
    ),
    "licence.not_by_delegation": (
        "受托人只能签发新证照；{step} 须由持有相应职责的人员办理。",
        "A delegate issues new licences, and does nothing further: {step} is for who holds the duty.",
    ),
    "licence.number_taken": (
        "该证照编号已被 {licence} 使用。请核对编号，或先注销原证照。",
        "The number belongs to {licence}. Check it, or cancel the earlier licence first.",
    ),
    "licence.numbers_exhausted": (
        "按该类型的编号规则已无可用编号。请起草新版本，增加流水号位数。",
        "The form of the type's numbers has no further one. Draft a version whose running number has more digits.",
    ),
    "licence.particulars_invalid": (
        "证照类型信息不正确：{fault}。请对照 docs/licence-types.md 修改。",
        "The particulars of the type are wrong: {fault}. Correct them after docs/licence-types.md.",
    ),
    "licence.picture_missing": (
        "字段 {field} 所指的图片不存在、已过期清除或属于其他机构。请重新上传后再提交。",
        "The picture that {field} names is not there: forgotten since, or another authority's. Upload it again.",
    ),
    "licence.picture_refused": (
        "图片不符合要求（{rule}）。请提供完整的 JPEG 或 PNG，不超过 200 KB、200 万像素，短边不少于 120 像素。",
        "The picture is not kept ({rule}). Hand in JPEG or PNG: at most 200 KB, 2 million pixels, no side below 120.",
    ),
    "licence.picture_unfit": (
        "字段 {field} 的图片不符合要求（{rule}）。",
        "The picture of {field} is not as its field wants it ({rule}).",
    ),
    "licence.picture_unknown": (
        "没有这个图片，或者它已过期清除。",
        "There is no such picture, or it was forgotten since.",
    ),
    "licence.request_not_open": (
        "该复核申请当前为 {state}，不能再办理。如仍需要，请重新申请。",
        "The request for review is {state}. If it is still wanted, ask anew.",
    ),
    "licence.request_outdated": (
        "申请内容已与查看时不同（{field}）。请重新查看后再复核，或重新申请。",
        "The request is not what was looked at ({field}). Look at it again, or ask anew.",
    ),
    "licence.request_unknown": (
        "没有这个复核申请，或无权查看。请核对编号。",
        "There is no such request for review, or it is not yours to see. Check its identifier.",
    ),
    "licence.review_required": (
        "该证照类型规定此事项（{event}）须经另一人复核。请提交复核申请。",
        "The type wants another person to agree to this ({event}). Ask for a review.",
    ),
    "licence.scan_refused": (
        "扫描件不符合要求（{rule}）。请提供完整清晰的 PDF、PNG 或 JPEG。",
        "The scan cannot be kept ({rule}). Hand in a complete PDF, PNG or JPEG.",
    ),
    "licence.scan_taken": (
        "该扫描件已用于证照 {licence}。请上传本证照的扫描件。",
        "The licence {licence} was made from this scan already. Upload the scan of this one.",
    ),
    "licence.scan_unknown": (
        "没有这份纸质证照扫描件，或因久未使用已清除。请先上传。",
        "There is no such scan of a paper licence, or it was forgotten since. Upload it first.",
    ),
    "licence.schema_invalid": (
        "数据模式有误：{fault}。请对照 docs/licence-types.md 修改。",
        "The schema is wrong: {fault}. Correct it after docs/licence-types.md.",
    ),
    "licence.status_list_malformed": (
        "不是证照状态列表，或版本不受支持。请重新下载。",
        "The file is not a status list of a version that is known. Fetch it again.",
    ),
    "licence.status_list_untrusted": (
        "证照状态列表不是由信任列表中的密钥签名的。请先更新信任列表，再重新下载。",
        "The status list is not signed by a key that the trust list names for it. Renew the trust list first.",
    ),
    "licence.successor_unfit": (
        "新版本与证照 {licence} 的 {field} 不一致。变更持证主体、类型或发证机关请办理新证。",
        "The new edition differs from {licence} in its {field}. For another holder, type or authority issue a new one.",
    ),
    "licence.template_broken": (
        "模板 {template} 无法生成证照。请联系系统管理员。",
        "The template {template} cannot render the licence. Ask the system administrator.",
    ),
    "licence.template_malformed": (
        "模板包有误：{file} {fault}。请按模板编写说明检查文件后重新上传。",
        "The template bundle is wrong: {file} {fault}. Check its files by the guide to templates and upload it again.",
    ),
    "licence.template_refused": (
        "模板未通过发布前检查 {check}：{place}。请修改模板后重试。",
        "The template fails the check {check} before publication: {place}. Mend the template and try again.",
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
    "licence.type_file_malformed": (
        "不是有效的证照类型文件（{fault}）。请使用本系统导出的文件。",
        "Not an exported licence type ({fault}). Use a file that a service like this has exported.",
    ),
    "licence.type_not_published": (
        "证照类型 {type} 当前为 {state}，不能制证。经复核、发布并到生效日后方可办理。",
        "The type {type} is {state}; nothing is issued under it. It has to be reviewed, published and in effect.",
    ),
    "licence.type_unknown": (
        "没有这个证照类型。请核对编号或类型代码。",
        "There is no such licence type. Check its identifier or type code.",
    ),
    "licence.type_version_changed": (
        "证照类型的第 {version} 版已生效，而该行按先前版本校验，未签发。请按新版本重新提交。",
        "Version {version} of the type is in effect, and the row was checked by another. Ask for it anew.",
    ),
    "licence.type_version_unknown": (
        "该证照类型没有这个版本。请核对版本号。",
        "The licence type has no version of that number. Check it.",
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
        "当前状态为“{state}”，不能进行“{event}”。请刷新后查看最新状态。",
        "As it stands ({state}) this step is not possible: {event}. Look at the present state again.",
    ),
    "lifecycle.four_eyes_required": (
        "“{event}”与前一步不得由同一人办理。请由另一名经办人操作。",
        "Who took the step before cannot take this one too: {event}. Another person must.",
    ),
    "live_code.expired": (
        "亮证码已过期。请持证人重新出示。",
        "The code has expired. Ask the holder to show a new one.",
    ),
    "live_code.not_possible": (
        "该证照当前不能证明持证人的资格（{state}），不能亮证。请向颁发机构了解原因。",
        "The licence proves nothing now ({state}) and cannot be shown. Ask the authority that issued it.",
    ),
    "live_code.unknown": (
        "没有这个亮证码。请核对后重新扫描，或请持证人重新出示。",
        "There is no such code. Scan it again, or ask the holder to show a new one.",
    ),
    "live_code.used": (
        "该亮证码已被查验过一次，不能再用。如非本次查验，请持证人重新出示。",
        "The code has been checked once and answers no more. Ask the holder to show a new one.",
    ),
    "login.form_forged": (
        "页面已经过期，或不是在这个浏览器里打开的。请重新打开页面再试。",
        "The page has expired, or was not opened in this browser. Open it again and retry.",
    ),
    "login.form_incomplete": (
        "表单中的 {field} 缺失或过长。请回到上一页重新填写。",
        "{field} of the form is missing or too long. Go back and fill it in again.",
    ),
    "mandate.beyond": (
        "转委托超出所受委托的范围（{field}）。请缩小范围后重试。",
        "More is given on than was received ({field}). Narrow it and try again.",
    ),
    "mandate.invalid": (
        "授权委托的内容不合规（{field}）。请核对后重试。",
        "The delegation gives nothing, or what it cannot give ({field}). Check it and try again.",
    ),
    "mandate.not_in_force": (
        "授权委托 {mandate} 目前不在效力中：其本身、上级委托或其中一方已失效。请联系委托人。",
        "Delegation {mandate} does not hold now: it, one above it, or one of its parties has ended. Ask who gave it.",
    ),
    "mandate.not_yours": (
        "您无权以该主体的名义授权或撤销。请由法定代表人或有相应职责的人员办理。",
        "You may not give or end this in that name. Ask the legal representative, or who has the duty.",
    ),
    "mandate.too_few_uses": (
        "没有一项授权委托的剩余次数足够：需要一次性占用 {needs} 次。",
        "No delegation has as many uses left as this needs at once: {needs}.",
    ),
    "mandate.unknown": (
        "没有该编号的授权委托，或与您无关。请核对编号。",
        "There is no such delegation, or none that concerns you. Check the identifier.",
    ),
    "ofd.limit_exceeded": (
        "OFD 文件超出限制：{limit} 上限为 {allowed}。",
        "The OFD file exceeds a limit: {limit}, at most {allowed}.",
    ),
    "ofd.malformed": (
        "不是有效的 OFD 文件，或文件已损坏：{part}。请用原软件重新导出。",
        "Not an OFD file, or a broken one: {part}. Export it again from the program that made it.",
    ),
    "openid.access_token_refused": (
        "访问令牌无效、已过期或已撤销。请重新获取。",
        "The access token is none, has expired or was revoked. Get another one.",
    ),
    "openid.authorization_refused": (
        "登录请求不能受理（{error}）：{fault}。请联系业务系统。",
        "The login cannot be granted ({error}): {fault}. Tell the business system.",
    ),
    "openid.client_refused": (
        "业务系统没有按登记的方式证明身份，或没有登记该能力。请核对接入参数。",
        "The business system has not proven itself as it is registered to, or may not do this. Check its registration.",
    ),
    "openid.consent_unknown": (
        "没有这条登录授权，或已经撤回。",
        "There is no such consent, or it was taken back.",
    ),
    "openid.grant_refused": (
        "授权码或刷新令牌无效（{fault}）。请重新登录。",
        "The code or refresh token does not hold ({fault}). Log in again.",
    ),
    "openid.key_not_next": (
        "该密钥不是下一把密钥，或已接替签名。请查看当前密钥后重新申请。",
        "This key is not the one that comes next, or has taken over meanwhile. Look at the keys and propose anew.",
    ),
    "openid.key_not_published": (
        "该密钥不在已公布的密钥之列，可能已被撤下。请查看当前密钥。",
        "This key is not among those that are published; it may have been let go of already. Look at the keys.",
    ),
    "openid.key_too_young": (
        "下一把密钥公布的时间还不够，请在 {seconds} 秒后重试。",
        "The next key has not been published for long enough. Try again in {seconds} seconds.",
    ),
    "openid.metadata_malformed": (
        "接入参数 {field} 不符合要求：{fault}。",
        "{field} of the registration is not as it must be: {fault}.",
    ),
    "openid.not_registered": (
        "该业务系统没有接入统一登录。",
        "The business system is not registered for sign-on.",
    ),
    "openid.redirect_unknown": (
        "业务系统没有接入统一登录，或返回地址没有登记。请联系业务系统，不要继续。",
        "The business system is not registered for sign-on, or not with this address. Go no further, and tell it.",
    ),
    "openid.request_unknown": (
        "这次登录已经结束或过期。请回到业务系统重新开始。",
        "This login is finished or has expired. Begin again at the business system.",
    ),
    "openid.token_request_refused": (
        "请求不符合协议（{error}）：{fault}。",
        "The request is not as the protocol wants it ({error}): {fault}.",
    ),
    "outbox.carrier_unavailable": (
        "上级平台暂未应答（{fault}），通知将自动重新上报。请检查网络、地址与平台证书。",
        "The platform above gave no answer that counts ({fault}); it is asked again. Check network and settings.",
    ),
    "outbox.overtaken": (
        "同一印章的后续通知已经上报，本通知内容已过时，不能再上报。请搁置并写明理由。",
        "A later notice of the same seal was delivered: this one tells of something past. Set it aside with a reason.",
    ),
    "outbox.refused": (
        "上级平台拒收该通知：{answer}。请更正后重新上报，或搁置并写明理由。",
        "The platform above refuses the notice: {answer}. Mend the cause and try again, or set it aside with a reason.",
    ),
    "outbox.settled": (
        "通知当前为 {state}，或正在上报，不能作此决定。请稍后查看最新状态。",
        "The notice is {state}, or on its way: nothing can be decided about it now. Look at it again later.",
    ),
    "outbox.unknown": (
        "没有这条通知。请核对编号。",
        "There is no such notice. Check its identifier.",
    ),
    "page.unknown": (
        "没有这个页面。请核对网址；若从二维码而来，请重新扫描证照上的二维码。",
        "There is no such page. Check the address; if a QR code led here, scan the one on the licence again.",
    ),
    "pdf.dynamic_content": (
        "文件含有会改变所见内容的成分（{what}），不能盖章。请打印成普通 PDF 后再试。",
        "The file holds what can change what it shows ({what}), so it cannot be sealed. Print it to a plain PDF.",
    ),
    "pdf.encrypted": (
        "文件有密码保护。盖章请先解除保护；查验请填写文件的密码。",
        "The file is protected by a password. To stamp it, remove the protection; to verify it, give its password.",
    ),
    "pdf.keyword_not_found": (
        "指定页面上没有足够的该关键字（找到 {found} 处）。请核对文字；扫描件没有文字，请改用坐标。",
        "The word does not stand so often on these pages ({found} found). Scanned pages hold no text; name a point.",
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
    "pdf.marks_overlap": (
        "第 {page} 页上的两处印章会重叠。请移动其中一处。",
        "Two appearances of the seal would overlap on page {page}. Move one of them.",
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
    "pdf.polyglot": (
        "文件同时是另一种格式，或夹带了不属于 PDF 的内容（{other}）。请重新导出为单纯的 PDF。",
        "The file is more than a PDF: {other}. Export it anew as a PDF and nothing else.",
    ),
    "pdf.release_refused": (
        "盖章后的文件未通过出件自检（{rule}），已拒绝发出。请联系运维人员。",
        "The finished file did not pass our own check before release ({rule}) and was held back. Ask the operator.",
    ),
    "pdf.signature_too_large": (
        "签名值超出预留空间（{allowed} 字节）。请联系运维人员。",
        "The signature does not fit into the {allowed} octets kept for it. Ask the operator.",
    ),
    "pdf.signed_before": (
        "文件已有签名，每个签名只能加盖一处印章。请逐处分别盖章。",
        "The file is signed already, so that each signature shows one seal. Stamp one place at a time.",
    ),
    "pdf.too_few_pages": (
        "骑缝章至少需要两页，所选只有 {pages} 页。请扩大页码范围。",
        "A seal across edges needs two pages at least; {pages} chosen. Name more pages.",
    ),
    "pdf.too_many_marks": (
        "一个文件上的印章不能超过 {allowed} 处。请减少位置或页数。",
        "A document bears at most {allowed} appearances of the seal. Name fewer places or pages.",
    ),
    "policy.malformed": (
        "验证策略第 {place} 项有误：应为 {expected}。请对照 docs/policy.md 修改。",
        "The validation policy is not understood at “{place}”: expected {expected}. See docs/policy.md.",
    ),
    "proofing.answer_refused": (
        "核验服务的应答不成立（{fault}），本次核验不计。请重新发起；多次出现请联系运维人员。",
        "The provider's answer does not hold ({fault}) and counts for nothing. Begin anew, or tell the operator.",
    ),
    "proofing.closed": (
        "该核验已结束（{state}），不能继续。请重新发起。",
        "This proofing has ended ({state}). Begin a new one.",
    ),
    "proofing.evidence_malformed": (
        "核验材料应写明种类及其 SM3 摘要（64 位小写十六进制），最多 20 份。",
        "Name evidence by its kind and its SM3 digest in 64 lower-case hexadecimal digits, 20 pieces at most.",
    ),
    "proofing.insufficient": (
        "所查验的内容达不到所需的认证等级。请按要求补充查验（见 docs/proofing.md）。",
        "What was looked at does not reach the level that is needed. See what each level takes in docs/proofing.md.",
    ),
    "proofing.no_provider": (
        "本实例没有接入在线核验服务。请到窗口办理。",
        "No provider of proofing is connected to this instance. Come to a counter.",
    ),
    "proofing.officers_missing": (
        "柜台核验须由两名工作人员办理，本人及业务系统不算。请由另一名工作人员确认。",
        "A check at the counter takes two officers, not the person, nor a business system. Let another one confirm.",
    ),
    "proofing.phone_malformed": (
        "信息比对需要 5 至 15 位的手机号，其他核验方式不填手机号。",
        "The comparison of records takes a telephone number of 5 to 15 digits; other ways take none.",
    ),
    "proofing.provider_unavailable": (
        "核验服务暂时没有应答，您的认证等级不变。请在 {seconds} 秒后重试。",
        "The provider of proofing does not answer, and nothing has changed. Try again in {seconds} seconds.",
    ),
    "proofing.too_many": (
        "一天内发起的核验过多。请在 {seconds} 秒后再试，或到窗口办理。",
        "Too many proofings within a day. Try again in {seconds} seconds, or come to a counter.",
    ),
    "proofing.unknown": (
        "没有这项核验，或它不属于您。",
        "There is no such proofing, or it is not yours.",
    ),
    "proposal.not_agreed": (
        "没有对应的已同意申请，或已执行、已过期。",
        "Nobody agreed to this, or it was carried out already, or it is over.",
    ),
    "proposal.not_open": (
        "该事项已不在待审批状态（{state}）。",
        "The proposal does not wait for a decision any more ({state}).",
    ),
    "proposal.open": (
        "同一对象已有待审批事项 {proposal}；请先处理。",
        "A proposal about the same thing waits already ({proposal}); decide on it first.",
    ),
    "proposal.outdated": (
        "所同意的内容与待审批事项不符；请重新查看后再决定。",
        "What was agreed to is not what is proposed; look at it again.",
    ),
    "proposal.proposer_may_not": (
        "提请人已不再担任可以提请此事的职责。请不予同意，由在职人员重新提请。",
        "Whoever proposed this does not hold the duty for it any more. Refuse it; somebody who does proposes it anew.",
    ),
    "proposal.unknown": (
        "没有这个待批事项，或与您无关。",
        "There is no such proposal, or none that concerns you.",
    ),
    "protection.unavailable": (
        "受保护的数据无法解密：密钥不在或记录被改动。请联系安全管理员。",
        "Protected data cannot be read: the key is missing, or the record was changed. Ask the security administrator.",
    ),
    "provisioning.account_changed": (
        "账号在读取之后已被修改。请重新读取后再提交。",
        "The account was changed since it was read. Read it again, then send the change.",
    ),
    "provisioning.account_malformed": (
        "账号信息有误：{field}。请修改后重新发送。",
        "The account is wrong at {field}. Mend it and send it again.",
    ),
    "provisioning.account_taken": (
        "该账号名称已存在，或此人在该平台已有另一账号。请先查询。",
        "There is an account with this name, or another one of this person. Look for it first.",
    ),
    "provisioning.account_unknown": (
        "该平台没有同步过这个账号，或已删除。请检查标识。",
        "The platform has told of no such account, or took it back. Check the identifier.",
    ),
    "provisioning.document_fixed": (
        "账号的证件不能更改。证件变更请由登记员在本平台办理。",
        "The document of an account does not change. A registrar changes documents here.",
    ),
    "provisioning.filter_malformed": (
        "不支持的过滤条件。请使用 id、userName 或 externalId，eq，以及引号中的值。",
        "The filter is not served. Use id, userName or externalId, eq, and a value in quotes.",
    ),
    "provisioning.patch_malformed": (
        "不支持的修改操作：{field}。请使用 add、replace、remove 和具名属性。",
        "The operation is not served, at {field}. Use add, replace or remove on a named attribute.",
    ),
    "reason.missing": (
        "请填写理由（2 至 500 字）。",
        "Give a reason, in 2 to 500 characters.",
    ),
    "reason.names_somebody": (
        "理由中不要写公民身份号码：理由将永久保存，不能删除。请改写办件编号。",
        "Leave citizens' numbers out of the reason, which is kept for good. Name the matter by its own number.",
    ),
    "recovery.not_ready": (
        "现在不能领取激活码：状态为 {state}，还须等待 {seconds} 秒。",
        "There is no code now: the recovery is {state}, and waits for another {seconds} seconds.",
    ),
    "recovery.unknown": (
        "没有这项找回，或凭据不对。请重新申请。",
        "There is no such recovery, or the secret is wrong. Ask for a new one.",
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
    "request.quota_exceeded": (
        "超过本系统的配额；请在 {seconds} 秒后重试。",
        "The quota of this business system is used up; try again in {seconds} seconds.",
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
    "seal.approval_not_open": (
        "用印审批当前为 {state}，不能使用或处理。",
        "The approval is {state}: it cannot be decided or used.",
    ),
    "seal.approval_required": (
        "授权 {authorisation} 要求用印前审批。请先申请并取得同意。",
        "The authorisation {authorisation} wants an approval before each stamping. Ask for one first.",
    ),
    "seal.approval_unfit": (
        "该审批不适用于此次用印：{field} 与获批的不同。",
        "The approval is not for this stamping: {field} is not what was approved.",
    ),
    "seal.approval_unknown": (
        "没有这条用印审批。请核对编号。",
        "There is no such request for approval. Check its identifier.",
    ),
    "seal.authorisation_beyond": (
        "转授超出本单位所获授权：{field}。",
        "This goes beyond what the organisation is permitted itself: check {field}.",
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
    "seal.bearer_missing": (
        "个人名章须写明本人，其他印章（{kind}）不填。请修改 bearer 后重试。",
        "A personal-name seal has a bearer, and no other seal has one; this one is of kind {kind}. Mend bearer.",
    ),
    "seal.bearer_not_of_owner": (
        "{bearer} 既不是该机构的法定代表人，也未在该机构承担职责。请改为有关系的人员。",
        "{bearer} neither represents this organisation nor has a duty for it. Name somebody who does.",
    ),
    "seal.certificate_awaited": (
        "等待第三方电子认证服务机构签发证书（请求 {request}）。导入证书后请再次制作。",
        "A licensed authority has yet to answer the request {request}. Make the seal again once that is imported.",
    ),
    "seal.design_not_of_owner": (
        "章面名称与登记名称不一致。请使用所有者（个人名章为本人）的登记名称。",
        "The image would show another name than the registered one. Use the name of the owner, or of the bearer.",
    ),
    "seal.emblem_malformed": (
        "徽的图形文件不可用：{fault}。请提供由填充轮廓组成的 SVG 文件，不含描边、位图、文字和 evenodd 规则。",
        (
            "The emblem cannot be cut: {fault}. Provide an SVG file of filled outlines, without strokes, pictures, "
            "text or the evenodd rule."
        ),
    ),
    "seal.evidence_missing": (
        "缺少所需材料：{kind}。请先上传，再在申请中列出其编号。",
        "A document of kind {kind} is needed. Upload it, and name its identifier in the request.",
    ),
    "seal.evidence_spent": (
        "材料 {evidence} 已用于其他步骤。请重新上传。",
        "The document {evidence} belongs to another step already. Upload it again.",
    ),
    "seal.evidence_too_large": (
        "材料为空，或超过 {allowed} 字节。请压缩或拆分后重传。",
        "The document is empty, or has more than {allowed} octets. Make it smaller, or divide it.",
    ),
    "seal.evidence_type_refused": (
        "文件内容（{found}）与所称类型（{claimed}）不符，或不是可接收的类型。请上传完整的 PDF、OFD、PNG 或 JPEG 文件。",
        "The content is {found}, said to be {claimed}, or of no kind that is kept. Upload a whole PDF, OFD, PNG, JPEG.",
    ),
    "seal.evidence_unknown": (
        "没有这份材料、不属于该机构，或因久未使用已清除。请核对编号，或重新上传。",
        "There is no such document of this organisation, or it was forgotten since. Check its name, or upload it.",
    ),
    "seal.expired": (
        "印章 {seal} 已于 {valid_until} 到期。请重新制作。",
        "The seal {seal} expired at {valid_until}. It must be made anew.",
    ),
    "seal.ground_not_allowed": (
        "步骤 {event} 不能以 {ground} 为由。请另选事由。",
        "The step {event} cannot have the ground {ground}. Choose another one.",
    ),
    "seal.image_against_rank": (
        "该级别（{rank}）印章的规格为直径 {sizes} mm，中央图案为 {centres}（国发〔1999〕25号）。请更正规格或级别。",
        (
            "Seals of owners of this rank ({rank}) measure {sizes} mm and bear in their centre: {centres}. Mend the "
            "size, the centre or the rank."
        ),
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
    "seal.image_part_unwanted": (
        "该形状（{shape}）的印章没有“{field}”这一项。请去掉该项或更换形状。",
        "A seal of this shape ({shape}) has no place for {field}. Leave it out, or choose another shape.",
    ),
    "seal.image_picture_missing": (
        "章面所引用的图片不存在，或不是经上传检查后保存的图片，或尺寸与上传时不同。请先上传图片，再按返回的摘要和尺寸引用。",
        (
            "The picture that the design names is not there, is not one that an upload kept, or was uploaded in "
            "another size. Upload it, and name it by the digest and size of the answer."
        ),
    ),
    "seal.image_resolution_out_of_range": (
        "分辨率 {dpi} 不合要求：应在 {coarsest} 至 {finest} dpi 之间。",
        "A resolution of {dpi} is out of range: {coarsest} to {finest} dpi.",
    ),
    "seal.image_row_length": (
        "横排文字为 {length} 字：不得超过 {longest} 字。",
        "The row below the star has {length} characters: at most {longest}.",
    ),
    "seal.image_size_not_offered": (
        "该形状（{shape}）的印章没有 {diameter_mm} mm 的规格，可选：{offered}。",
        "Seals of this shape ({shape}) do not come in {diameter_mm} mm. Choose one of: {offered}.",
    ),
    "seal.kind_not_entitled": (
        "该类机构（{organisation_class}）不能申请此类印章（{kind}）。请改选印章类型。",
        "An organisation of class {organisation_class} has no seals of kind {kind}. Choose another kind.",
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
    "seal.not_replaceable": (
        "印章 {seal} 处于 {state} 状态，不能换发。只有启用过的印章可以换发，否则请新申请。",
        "Seal {seal} is {state} and is not replaced. Only a seal that was in use is; else apply for a new one.",
    ),
    "seal.own_work_refused": (
        "制成的文件未通过自检（{check}），未予放行。请联系运维人员。",
        "What was made did not pass our own verification ({check}) and is not released. Ask the operator.",
    ),
    "seal.picture_aspect": (
        "图片像素为 {width}×{height}，与 {width_mm}×{height_mm} mm 的比例不符，印章会变形。请裁剪图片或更正尺寸。",
        (
            "The picture has {width} × {height} pixels, which are not in proportion to {width_mm} × {height_mm} mm. "
            "Crop it, or mend the size."
        ),
    ),
    "seal.picture_colour": (
        "图片中有千分之 {other} 的印迹不是印泥红色，上限为千分之 {allowed}。请去除其他颜色后重新上传。",
        (
            "{other} thousandths of the ink have another colour than the red of seals; {allowed} are allowed. Take "
            "the other colours out, and upload again."
        ),
    ),
    "seal.picture_empty": (
        "图片中印迹占千分之 {ink}，应在千分之 {least} 至 {most} 之间。请检查图片是否为空白、全部涂满或印迹过淡。",
        (
            "Ink covers {ink} thousandths of the picture; {least} to {most} are allowed. See whether it is blank, "
            "filled, or too faint."
        ),
    ),
    "seal.picture_format": (
        "印章图片应为 PNG 文件，收到的是 {found}。请另存为带透明背景的 PNG 后上传。",
        (
            "The picture of a seal is a PNG file; this one is {found}. Save it as a PNG with a transparent ground, "
            "and upload that."
        ),
    ),
    "seal.picture_malformed": (
        "PNG 文件不完整或不合规（{fault}）。请用图像软件重新导出单帧 PNG。",
        (
            "The PNG file is damaged or not well-formed ({fault}). Export it anew from an image program, as a single "
            "picture."
        ),
    ),
    "seal.picture_margins": (
        "印迹只及图片宽的千分之 {width}、高的千分之 {height}，至少应为千分之 {least}。请裁去四周空白。",
        (
            "The ink reaches across {width} thousandths of the width and {height} of the height; at least {least} "
            "are needed, or the seal is shown too small. Crop the margins."
        ),
    ),
    "seal.picture_opaque": (
        "图片背景不透明。请上传背景透明的 PNG；白底图片可选择“白底转透明”（ground=white）。",
        (
            "The ground of the picture is not transparent. Upload a PNG with a transparent ground, or ask for a "
            "white one to be made transparent (ground=white)."
        ),
    ),
    "seal.picture_pixels": (
        "图片为 {width}×{height} 像素，每边上限为 {allowed}。请缩小图片，300 至 600 dpi 即可。",
        (
            "The picture has {width} × {height} pixels; each side may have {allowed}. Make it smaller: 300 to 600 "
            "dots per inch will do."
        ),
    ),
    "seal.picture_resolution": (
        "按所填尺寸，图片分辨率为 {dpi} dpi，应在 {coarsest} 至 {finest} dpi 之间。请提供合适的图片或更正尺寸。",
        (
            "At this size the picture has {dpi} dots per inch; {coarsest} to {finest} are allowed. Provide another "
            "picture, or mend the size."
        ),
    ),
    "seal.picture_too_large": (
        "图片文件为 {octets} 字节，上限为 {allowed} 字节。请压缩或降低分辨率。",
        "The file has {octets} octets; {allowed} are allowed. Compress it, or lower its resolution.",
    ),
    "seal.replacement_under_way": (
        "已有印章 {seal} 正在换发中。请先办结或撤回。",
        "Seal {seal} is to replace it already. Let that come to its end first, or withdraw it.",
    ),
    "seal.stamp_spent": (
        "该次用印已经完成。请重新发起。",
        "This stamp was redeemed already. Begin a new one.",
    ),
    "seal.stamping_request_invalid": (
        "待签内容不合要求：第 {number} 项的 {field}。",
        "What is to be signed is not right: {field} of item {number}.",
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
    "sharing.consent_missing": (
        "没有该证照，或持证主体未授权本系统用于此用途。请由持证主体授权后再试。",
        "There is no such licence, or its holder has not agreed to this use. Ask the holder for consent.",
    ),
    "sharing.consent_unknown": (
        "没有这份用证授权。请核对编号。",
        "There is no such consent. Check its identifier.",
    ),
    "sharing.copies_not_set_up": (
        "本实例尚未配置加注件用章。请运维人员设置 TRUST_SHARING_SEAL 与 TRUST_SHARING_SYSTEM。",
        "No seal is set up for annotated copies. The operator sets TRUST_SHARING_SEAL and TRUST_SHARING_SYSTEM.",
    ),
    "sharing.copy_unknown": (
        "没有这份加注件，或者它已到期、其依据已终止。请重新申请。",
        "There is no such copy, or it has expired, or what it stood on has ended. Ask for a new one.",
    ),
    "sharing.download_unknown": (
        "下载地址无效：不存在、已到期、已用完，或其依据已终止。请重新申请地址。",
        "The address leads nowhere: never given, expired, used up, or its ground has ended. Ask for a new one.",
    ),
    "sharing.field_not_granted": (
        "共享授权不包含数据项 {field}。请只请求授权范围内的数据项。",
        "The grant does not name the field {field}. Ask for fields that it names.",
    ),
    "sharing.grant_unknown": (
        "没有这份共享授权，或者它不在有效期内。请核对编号。",
        "There is no such grant, or it is not in force. Check its identifier.",
    ),
    "sharing.invalid": (
        "{field}：{rule}。请改正后重试。",
        "{field}: {rule}. Mend it and try again.",
    ),
    "sharing.licence_not_in_force": (
        "证照当前状态为 {state} 或已到期，不能提供其文件。请向颁发机构了解情况。",
        "The licence is {state} now or has expired: no file of it is handed out. Ask its issuer.",
    ),
    "sharing.not_granted": (
        "没有有效的共享授权允许本系统就该类证照、以此用途作此调用。请向颁发机构申请。",
        "No grant in force lets this client make this call for this type and purpose. Ask the issuer for one.",
    ),
    "sharing.not_the_holder": (
        "您不是该持证主体，也没有代表它的权限。请以持证人本人、法定代表人或持证经办人的身份登录。",
        "You do not speak for this holder. Log in as the holder, its legal representative, or who was appointed.",
    ),
    "sharing.terms_changed": (
        "授权书内容与您阅读的版本不一致。请重新阅读后再确认。",
        "The words differ from those that were read. Read them again and confirm.",
    ),
    "sharing.tries_exhausted": (
        "对该证照的核验错误次数过多，{hours} 小时内不再受理。请核对数据来源。",
        "Too many wrong values were asked about this licence; wait {hours} hours. Check where the values come from.",
    ),
    "stamping.acting_malformed": (
        "经办信息不合规：须为登记的编号与用途。请核对授权编号与用途。",
        "Who acts is not told in identifiers and a purpose. Check the authorisation and the purpose.",
    ),
    "stamping.order_contradictory": (
        "签章要求不合规：{field}，{rule}。请更正后重试。",
        "The stamping cannot be as asked: {field}, {rule}. Correct it and try again.",
    ),
    "stamping.place_malformed": (
        "签章位置不合规：{field}，{rule}。请更正后重试。",
        "The place is not right: {field}, {rule}. Correct it and try again.",
    ),
    "status_list.numbers_exhausted": (
        "状态列表的编号已用完，不能再启用新的证照类型。请联系运维人员扩建实例。",
        "Every number of a status list is taken: no further type can be used. Ask the operator for another instance.",
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
    "text.private_use_character": (
        "字段 {field} 含有专用区（自造字）字符 {code_point}，别处显示会不同。请改用标准字符：{instead}。",
        "{field} has the private character {code_point}, which differs elsewhere. Use the standard one: {instead}.",
    ),
    "time_stamping.clock_untrusted": (
        "本机时钟不可信（{reason}），暂不签发时间戳。请校准时钟；若当前时间正确，运行 trust time confirm。",
        "The clock cannot be trusted ({reason}). Set it right; if it is right now, run trust time confirm.",
    ),
    "time_stamping.rejected": (
        "时间戳机构拒绝了请求（{failure}）。请检查请求，或稍后重试。",
        "The time-stamp authority rejected the request ({failure}). Check the request, or try again later.",
    ),
    "time_stamping.request_refused": (
        "时间戳请求不被接受（{failure}）。请按 RFC 3161 改正请求。",
        "The request for a time-stamp is refused ({failure}). Mend it as RFC 3161 says.",
    ),
    "time_stamping.response_malformed": (
        "数据不是有效的时间戳应答。请检查时间戳机构的地址。",
        "Not an answer to a request for a time-stamp. Check the address of the authority.",
    ),
    "time_stamping.unavailable": (
        "时间戳服务暂时不可用。请稍后重试。",
        "The time-stamp authority is not available now. Try again later.",
    ),
    "time_stamping.untrusted": (
        "时间戳机构的应答不可信：{reason}。请联系运维人员核对时间戳机构及其证书。",
        "The time-stamp authority's answer does not hold: {reason}. Ask the operator to check the authority.",
    ),
    "trust_list.malformed": (
        "数据不是本系统的信任列表，或版本不受支持。请重新下载。",
        "Not a trust list of a version that is known. Download it again.",
    ),
    "trust_list.rolled_back": (
        "信任列表的序号 {sequence} 早于已见过的 {remembered}。请下载最新的列表；若仍如此，可能有人提供旧列表。",
        "The trust list has number {sequence}, but {remembered} was seen: somebody offers an old one. Get the newest.",
    ),
    "trust_list.untrusted": (
        "信任列表的签名不可信：{reason}。请核对预置的信任锚。",
        "The signature on the trust list does not hold: {reason}. Check the anchor that is pinned.",
    ),
    "verification.moment_in_future": (
        "查验时刻不能晚于现在。请填写现在或过去的时刻。",
        "A verification is as of now or of a past moment. Give a moment that is not in the future.",
    ),
    "verification.record_malformed": (
        "这不是查验记录，或者记录已损坏（{place}）。请使用查验时生成的原始记录文件。",
        "Not a verification record, or a damaged one ({place}). Use the record as it was written.",
    ),
    "verification.record_mismatch": (
        "查验记录说的不是这个文件（{part}）。请提供当时查验的同一个文件。",
        "The record is about another file ({part}). Give the very file that was verified then.",
    ),
    "verification.too_many": (
        "一次最多查验 {allowed} 项。请分几次提交。",
        "At most {allowed} questions are answered at once. Ask in several requests.",
    ),
    "verification_job.interrupted": (
        "多次尝试判定该文件都中断了。请稍后再试；若仍如此，请联系运维人员查看日志。",
        "Every attempt to judge the file broke off. Try again later; if it happens again, tell the operator.",
    ),
    "verification_job.no_report": (
        "该任务没有报告（当前状态：{state}）：文件尚未判定，或无法判定。",
        "There is no report on this job (it is {state}): the file was not judged yet, or could not be.",
    ),
    "verification_job.queue_full": (
        "等待验证的文件太多，请在 {seconds} 秒后再试。",
        "Too many files wait to be verified. Try again in {seconds} seconds.",
    ),
    "verification_job.unknown": (
        "没有这个验证任务，或其保存期限已过、内容已清除。请重新提交文件。",
        "There is no such verification job, or its time is over and it was erased. Send the file again.",
    ),
    "worker.busy": (
        "等待处理的文件太多。请在 {seconds} 秒后重试。",
        "Too many files wait to be read. Try again in {seconds} seconds.",
    ),
    "worker.exhausted": (
        "文件过于复杂，读取时超出了限度（{limit}）。请用制作它的程序重新导出后再试。",
        "The file took more than any document may ({limit}). Export it anew from the program that made it.",
    ),
    "worker.unavailable": (
        "读取文件的进程暂时无法启动。请稍后重试，或联系运维人员。",
        "No process can be started to read the file. Try again later, or tell the operator.",
    ),
}

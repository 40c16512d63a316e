"""Everything that the public pages say, in Chinese and in English, in one table.

It is longer than a module should be because it is one table: whoever mends the wording finds all of it here. The
reader is somebody at a counter with a phone, so that a sentence says what it means for the paper in their hands. What
experts want to know besides keeps the names of the checks.

Keys that are built elsewhere: `situation.<Situation>.lead` and `.next.<1, 2, …>`, one for each thing to do;
`check.<name>` with `.failed` or `.undecided` or both, and one key for each value of the enumerations.
"""

import itertools
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["WORDS", "Language", "has_words", "phrase", "preferred", "say", "say_all"]


class Language(StrEnum):
    """The languages of the pages."""

    CHINESE = "zh"
    ENGLISH = "en"

    @property
    def other(self) -> "Language":
        """The language that the switch leads to."""
        return Language.ENGLISH if self is Language.CHINESE else Language.CHINESE

    @property
    def tag(self) -> str:
        """The language tag for HTML."""
        return "zh-CN" if self is Language.CHINESE else "en"


MAX_HEADER: Final = 256
"""Characters of an Accept-Language header that are read."""


def preferred(accepted: str) -> Language:
    """Return the language that an Accept-Language header prefers (RFC 9110, 12.5.4), or Chinese."""
    best, weight = Language.CHINESE, 0.0
    for part in accepted[:MAX_HEADER].lower().split(","):
        tag, *parameters = (one.strip() for one in part.split(";"))
        primary = tag.split("-")[0]
        if primary in set(Language):
            asked = next((quality(one) for one in parameters if one.startswith("q=")), 1.0)
            if asked > weight:
                best, weight = Language(primary), asked
    return best


def quality(parameter: str) -> float:
    """Return the weight of a language; one that is none counts as refused."""
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def say(language: Language, key: str, **details: str | int) -> str:
    """Return the words of `key` in `language`."""
    return phrase(language, key).format(**details)


def phrase(language: Language, key: str) -> str:
    """Return the words of `key` with the places for what they tell of still open: scripts fill them."""
    chinese, english = WORDS[key]
    return chinese if language is Language.CHINESE else english


def say_all(language: Language, key: str) -> tuple[str, ...]:
    """Return the words of `key`.1, `key`.2 and so on, as far as there are any."""
    numbered = (f"{key}.{number}" for number in itertools.count(1))
    return tuple(say(language, one) for one in itertools.takewhile(has_words, numbered))


def has_words(key: str) -> bool:
    """Tell whether the table has `key`."""
    return key in WORDS


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # --- around every page
    "site.name": ("信印", "Xinyin"),
    "site.service": ("公众查验", "Public verification"),
    "site.hotline": ("政务服务便民热线：{number}", "Government service line: {number}"),
    "site.skip": ("跳到正文", "Skip to the content"),
    "site.switch": ("English", "中文"),
    "site.home": ("公众查验首页", "Start page of public verification"),
    "site.type": ("大字", "Larger"),
    "site.footer": (
        "查验结果只说明查验那一刻的情况，之后可能变化。",
        "A result tells how things stand at the moment of the check; they may change afterwards.",
    ),
    # --- sign-on
    "login.title": ("登录", "Log in"),
    "login.service": ("统一身份认证", "Unified sign-on"),
    "login.footer": (
        "请确认浏览器地址栏中的网址。工作人员不会向您索要口令或动态口令。",
        "Check the address in your browser. No official will ever ask for your password or code.",
    ),
    "login.for": ("登录到", "Log in to"),
    "login.username": ("用户名", "Username"),
    "login.password": ("口令", "Password"),
    "login.code": ("动态口令", "One-time code"),
    "login.code.hint": ("6 位数字；没有绑定可不填", "6 digits; leave empty if you have none"),
    "login.submit": ("登录", "Log in"),
    "login.upper": ("用省统一身份登录", "Log in with the provincial account"),
    "login.keys": ("其他方式", "Other ways"),
    "login.passkey": ("用通行密钥登录", "Use a passkey"),
    "login.passkey.none": (
        "没有用成通行密钥。请重试，或改用其他方式。",
        "No passkey was used. Try again, or another way.",
    ),
    "login.passkey.script": ("使用通行密钥需要启用脚本。", "Passkeys need scripts to be enabled."),
    "login.certificate": ("用数字证书登录", "Use a certificate"),
    "login.caution": (
        "公用电脑上用完请退出登录。",
        "On a shared computer, log out when you are done.",
    ),
    "login.wrong": (
        "用户名、口令或验证没有通过。请核对后重试。",
        "The username, the password or the proof does not hold. Check and try again.",
    ),
    "login.activate": ("第一次登录？用激活码启用账户", "First time here? Use your activation code"),
    "activate.title": ("启用账户", "Activate your account"),
    "activate.lead": (
        "输入安全管理员交给您的激活码，自己设定用户名和口令。激活码只能用一次。",
        "Enter the code that the security administrator gave you, and choose username and password. It works once.",
    ),
    "activate.code": ("激活码", "Activation code"),
    "activate.username.hint": ("小写字母、数字和 . _ -", "lower-case letters, digits and . _ -"),
    "activate.password.hint": ("建议用一句只有您自己知道的话", "a sentence that only you know is best"),
    "activate.again": ("再次输入口令", "Password once more"),
    "activate.submit": ("启用", "Activate"),
    "activate.done": ("账户已启用，请登录。", "Your account is active. Log in now."),
    "activate.differ": (
        "两次输入的口令不一致。请重新输入。",
        "The two passwords are not the same. Enter them again.",
    ),
    "activate.wrong": (
        "激活码不对、已经用过，或者已过期。请核对，或向安全管理员领取新的。",
        "The code is wrong, was used, or has expired. Check it, or ask the security administrator for another.",
    ),
    "login_problem.title": ("没有登录成功", "The login did not succeed"),
    "step_up.title": ("需要进一步验证", "One more proof"),
    "step_up.lead": (
        "这项业务要求认证等级 L{level}。请再出示一种凭据。",
        "This service asks for level L{level}. Show one more factor.",
    ),
    "step_up.submit": ("提交", "Continue"),
    "certificate.title": ("用数字证书登录", "Log in with a certificate"),
    "certificate.lead": (
        "用证书的私钥对下面的文字签名，再把证书和签名贴到这里。五分钟内有效，只能用一次。",
        "Sign the text below with your certificate's key, then paste certificate and signature. Five minutes, once.",
    ),
    "certificate.text": ("待签名文字", "Text to sign"),
    "certificate.text.hint": (
        "UTF-8，每行以换行结束，包括最后一行",
        "UTF-8; every line ends with a line feed, the last one too",
    ),
    "certificate.certificate": ("证书", "Certificate"),
    "certificate.signature": ("签名（DER）", "Signature (DER)"),
    "certificate.back": ("返回其他登录方式", "Back to other ways"),
    "agree.title": ("确认登录", "Confirm"),
    "agree.eyebrow": ("请确认登录到", "Log in to"),
    "agree.lead": ("确认后将前往 {host}。", "You will go to {host}."),
    "agree.told": ("对方将得知", "It will learn"),
    "agree.third": ("将代您访问", "Will act for you at"),
    "agree.third_told": ("，该系统也将得知是谁在访问。", ", which learns who is acting, too."),
    "agree.whom": ("以谁的身份办理", "On whose behalf"),
    "agree.self": ("本人", "Myself"),
    "agree.yes": ("同意并继续", "Agree and continue"),
    "agree.no": ("不同意", "Do not agree"),
    "agree.caution": (
        "同意会被记住，您随时可以在“我的登录”中撤回。",
        "Your consent is remembered; take it back at any time under “My sign-on”.",
    ),
    "notice.new_device": ("您的账号在一台新设备上登录。", "Somebody logged in to your account on a new device."),
    "notice.session_strayed": (
        "您的登录会话在另一台设备上出现，已被结束。如非本人操作，请修改口令。",
        "A session of yours turned up on another device and was ended. If that was not you, change your password.",
    ),
    "notice.password_changed": ("您的口令已修改。", "Your password was changed."),
    "notice.authenticator_added": ("您的账号新增了登录凭据。", "A way to log in was added to your account."),
    "notice.authenticator_removed": ("您的账号移除了登录凭据。", "A way to log in was removed from your account."),
    "notice.account_reopened": ("您的账号已重新开通。", "Your account was opened anew."),
    "notice.recovery_waiting": (
        "有人正在找回您的账号。如非本人操作，请登录制止。",
        "Somebody is recovering your account. If that is not you, log in and stop it.",
    ),
    "notice.recovery_stopped": ("账号找回已被制止。", "The recovery of your account was stopped."),
    "notice.recovery_done": (
        "您的账号已找回，原来关联的平台账号须重新关联。",
        "Your account was recovered. Accounts at other platforms have to be linked anew.",
    ),
    "notice.proofing_done": ("您的实名核验等级已更新。", "The level of your proofing has changed."),
    "notice.delegation_offered": (
        "您收到一份授权委托，请登录查看。",
        "Somebody offers you a delegation. Log in.",
    ),
    "notice.delegation_accepted": ("您给出的授权委托已被接受。", "A delegation that you gave was accepted."),
    "notice.delegation_ended": ("一份与您有关的授权委托已终止。", "A delegation that concerns you has ended."),
    "notice.licence_used": (
        "您同意使用的证照刚被使用，请登录查看记录。",
        "A licence was used by your consent: log in to see by whom.",
    ),
    "scope.openid.title": ("登录状态", "That you are logged in"),
    "scope.openid.text": (
        "一个只对该系统有效的编号，以及认证等级和方式",
        "A number that means nothing elsewhere, the level and how you logged in",
    ),
    "scope.profile.title": ("姓名（脱敏）", "Your name, masked"),
    "scope.profile.text": ("例如 **明", "All but its last character is hidden"),
    "scope.identity.title": ("真实姓名和证件号码（脱敏）", "Your real name, and your number masked"),
    "scope.identity.text": (
        "姓名全文；证件号码只显示首尾几位",
        "The whole name; of the number only its beginning and end",
    ),
    "scope.organisation.title": ("所代表的组织", "For whom you act"),
    "scope.organisation.text": (
        "您所选组织的名称、统一社会信用代码和您的身份",
        "Name and credit code of the organisation that you choose, and as what you act",
    ),
    "scope.offline_access.title": ("离开后继续访问", "Access after you have gone"),
    "scope.offline_access.text": (
        "您退出后最长 90 天内仍可更新上述信息",
        "It may refresh what it knows for up to 90 days",
    ),
    "standing.legal_representative": ("法定代表人", "Legal representative"),
    "standing.appointed": ("经办人", "Appointed agent"),
    "standing.delegated": ("受托人", "Delegate"),
    "standing.person": ("本人", "In person"),
    "logout.title": ("退出登录", "Log out"),
    "logout.lead": (
        "退出后，通过本次登录进入的各业务系统也会一并退出。",
        "Every service that you entered with this login is logged out as well.",
    ),
    "logout.asked": (
        "“{client}”请求退出登录。各业务系统会一并退出。",
        "“{client}” asks to log you out. Every other service is logged out as well.",
    ),
    "logout.yes": ("退出登录", "Log out"),
    "logout.no": ("取消", "Cancel"),
    "logout.over.title": ("已退出登录", "You are logged out"),
    "logout.over.lead": (
        "各业务系统正在收到通知。在公用电脑上请再关闭浏览器。",
        "The services are being told. On a shared computer, close the browser too.",
    ),
    "logout.again": ("重新登录", "Log in again"),
    "account.title": ("我的登录", "My sign-on"),
    "account.person": ("姓名", "Name"),
    "account.level": ("本次认证等级", "Level of this login"),
    "account.level.0": ("L0 未核验", "L0 nothing proven"),
    "account.level.1": ("L1 一级", "L1 basic"),
    "account.level.2": ("L2 二级", "L2 substantial"),
    "account.level.3": ("L3 三级", "L3 high"),
    "account.console": ("进入控制台", "Go to the console"),
    "account.consents": ("已同意的业务系统", "Services that you agreed to"),
    "account.withdraw": ("撤回", "Take back"),
    "account.withdraw.hint": (
        "撤回后，该系统手中的令牌立即失效；下次登录会重新询问您。",
        "Its tokens end at once, and you are asked again at the next login.",
    ),
    "account.none": ("还没有。", "None yet."),
    # --- start page
    "start.title": ("查验证照和文件", "Verify a licence or a document"),
    "start.lead": (
        "证照真不真，现在有没有效；文件是谁盖的章，有没有被改动。几秒钟就能知道。",
        "Is a licence genuine, and in force now? Who sealed a document, and was it altered? Know in seconds.",
    ),
    "start.scan.title": ("扫描证照上的二维码", "Scan the QR code of a licence"),
    "start.scan.open": ("打开相机扫码", "Scan with the camera"),
    "start.scan.stays": (
        "相机画面只在您的设备上识别，不上传。",
        "What the camera sees is read on your device and never sent.",
    ),
    "start.scan.other": ("用手机自带的相机也可以", "Your phone's own camera does as well"),
    "start.scan.1": (
        "打开手机相机，或任何能扫码的应用。",
        "Open your phone's camera, or any app that reads QR codes.",
    ),
    "start.scan.2": (
        "对准二维码，纸上的、屏幕上的都可以。",
        "Point it at the code, on paper or on a screen.",
    ),
    "start.scan.3": (
        "打开扫出的链接，就能看到结果。",
        "Open the link that appears: it shows the result.",
    ),
    "start.scan.caution": (
        "看一眼地址栏：结果页的网址应当与本页属于同一个网站。",
        "Look at the address bar: the result must come from the same website as this page.",
    ),
    "start.scan.device": (
        "不想让服务器知道您查的是哪一本？只在本机查验。",
        "Nobody is to know which licence you check? Check on this device alone.",
    ),
    "start.code.title": ("输入或粘贴", "Type or paste"),
    "start.code.label": ("二维码中的链接，或证照标识", "The link in the QR code, or a licence identifier"),
    "start.code.submit": ("查验", "Check"),
    "start.file.title": ("查验文件", "Check a file"),
    "start.file.label": ("选择文件", "Choose a file"),
    "start.file.hint": (
        "PDF、OFD、电子印章（.esl）或电子签章数据（.ses），不超过 {megabytes} MB。",
        "PDF, OFD, an electronic seal (.esl) or seal signature data (.ses), at most {megabytes} MB.",
    ),
    "start.file.has_password": ("文件有密码？", "Does the file have a password?"),
    "start.file.password": ("文件密码", "Password of the file"),
    "start.file.password_hint": ("只用来打开这一次，不保存。", "It opens the file this once, and is not kept."),
    "start.file.submit": ("开始查验", "Check the file"),
    "start.file.drop": (
        "也可以把文件拖到这里，或者直接粘贴。二维码的照片也行。",
        "Or drop it here, or paste it. A photo of a QR code does as well.",
    ),
    "start.file.here_first": (
        "先在您的设备上检查，不上传；要不要发送给服务器，由您决定。",
        "It is checked on your device first and not sent; whether to send it is up to you.",
    ),
    "start.file.nothing_kept": (
        "不用登录。发送给服务器的文件只用于这一次查验，查完即弃，不保存、不转发。",
        "No login. A file that you send is used for this one check, then discarded: not kept, not passed on.",
    ),
    "start.outcomes.title": ("结果怎么看", "How to read the result"),
    "start.outcomes.passed": (
        "真实、完整，现在有效。",
        "Genuine, complete, and good now.",
    ),
    "start.outcomes.failed": (
        "伪造、被改动，或者已经失效。不要采信。",
        "Forged, altered, or no longer good. Do not accept it.",
    ),
    "start.outcomes.indeterminate": (
        "凭现有材料下不了结论。不等于是假的，也不能当作真的。",
        "What is at hand does not decide it. Not proved false, but not to be taken as genuine either.",
    ),
    # --- result page
    "result.eyebrow": ("查验结果", "Result of the check"),
    "result.checked_at": ("查验时间", "Checked at"),
    "result.zone": ("北京时间", "China Standard Time"),
    "result.registered": ("登记信息", "On record"),
    "result.masked": (
        "为保护个人信息，部分文字以 * 隐去。",
        "Some characters are hidden by * to protect personal data.",
    ),
    "result.marks": ("印章与签名", "Seals and signatures"),
    "result.reasons": ("原因", "Why"),
    "result.remarks": ("请注意", "Please note"),
    "result.next": ("接下来怎么做", "What to do next"),
    "result.again": ("再查一个", "Check another one"),
    "result.experts": ("供专业人员：逐项检查结果", "For experts: every check"),
    "result.file": ("文件", "The file"),
    "result.registry_checks": ("向登记系统核对的结果", "What the registry says"),
    "result.claim_checks": ("对二维码的检查", "Checks on the QR code"),
    "result.whole": (
        "您持有这份证照的原件，所以信息完整显示。",
        "You hold the licence itself; therefore nothing on it is hidden.",
    ),
    "result.bare": (
        "仅凭证照标识，不显示持证主体和证照编号。",
        "An identifier alone does not show whose licence it is, nor its number.",
    ),
    "result.identifier_checks": ("对证照标识的检查", "Checks on the identifier"),
    "result.no_checks": ("没有可以检查的签名。", "There was no signature to check."),
    "outcome.passed": ("有效", "Valid"),
    "outcome.failed": ("无效", "Not valid"),
    "outcome.indeterminate": ("无法确定", "Cannot be determined"),
    "check.passed": ("通过", "Passed"),
    "check.failed": ("未通过", "Failed"),
    "check.indeterminate": ("无法确定", "Undetermined"),
    "check.remark": ("{what}（字段 {field}）", "{what} (field {field})"),
    # --- a licence
    "licence.holder": ("持证主体", "Holder"),
    "licence.issuer": ("颁发机构", "Issuing authority"),
    "licence.seal": ("加盖印章", "Seal on it"),
    "licence.number": ("证照编号", "Number"),
    "licence.identifier": ("证照标识", "Licence identifier"),
    "licence.issued_on": ("颁发日期", "Issued on"),
    "licence.valid_until": ("有效期至", "Valid until"),
    "licence.no_end": ("长期", "No end date"),
    "copy.user": ("加注使用方", "Copied for"),
    "copy.cause": ("加注用途", "Purpose of the copy"),
    "copy.valid_until": ("加注件有效期至", "Copy valid until"),
    "copy.identifier": ("加注编号", "Identifier of the copy"),
    "licence.paper": ("由纸质证照数字化", "Made from a paper licence"),
    "licence.edition": ("证照版本", "Edition"),
    "licence.newest": ("现行版本", "Newest edition"),
    "licence.newest_is": ("第 {edition} 版，{word}", "Edition {edition}, {word}"),
    "licence.state": ("登记状态", "State on record"),
    "state.prepared": ("制作中", "Being made"),
    "state.prepared.meaning": ("证照还没有签发，不能使用。", "The licence is not issued yet and proves nothing."),
    "state.in_force": ("有效", "In force"),
    "state.in_force.meaning": (
        "在有效期内，没有被暂扣、吊销或注销。",
        "Within its period, not suspended, revoked or cancelled.",
    ),
    "state.suspended": ("暂扣", "Suspended"),
    "state.suspended.meaning": (
        "证照被暂时扣押或冻结，发还之前不能使用。",
        "The licence is withheld for a time, and proves nothing until it is given back.",
    ),
    "state.superseded": ("已被取代", "Superseded"),
    "state.superseded.meaning": (
        "证照经变更、延续、换发或更正，已由新版本取代。",
        "A new edition has taken its place: after a change, a renewal, a replacement or a correction.",
    ),
    "state.withdrawn": ("撤销", "Withdrawn"),
    "state.withdrawn.meaning": (
        "颁发机构已依法撤销或撤回这项许可，证照不能再使用。",
        "The issuing authority has taken back what it had granted; the licence proves nothing any more.",
    ),
    "state.revoked": ("吊销", "Revoked"),
    "state.revoked.meaning": (
        "持证主体受到处罚，证照已被吊销，不能再使用。",
        "The issuing authority has taken the licence away for good, as a penalty.",
    ),
    "state.cancelled": ("注销", "Cancelled"),
    "state.cancelled.meaning": (
        "证照已经注销，例如因持证主体申请或终止。",
        "The licence has been ended, for example at the holder's wish.",
    ),
    "state.void": ("作废", "Void"),
    "state.void.meaning": ("证照没有制成，编号作废。", "The licence was never finished; its number is void."),
    "state.expired": ("已过期", "Expired"),
    "state.expired.meaning": ("有效期已过，不能再使用。", "Its period is over, and it proves nothing any more."),
    # --- a seal of ours
    "seal.state": ("印章现状", "The seal now"),
    "seal.code": ("印章编码", "Seal code"),
    "seal.stamped_at": ("用印登记时间", "Stamping on record"),
    "seal_state.applied": ("已申请", "Applied for"),
    "seal_state.applied.meaning": ("印章还没有制成。", "The seal has not been made yet."),
    "seal_state.returned": ("退回补正", "Returned"),
    "seal_state.returned.meaning": ("印章还没有制成。", "The seal has not been made yet."),
    "seal_state.withdrawn": ("申请已撤回", "Application withdrawn"),
    "seal_state.withdrawn.meaning": ("印章没有制成。", "The seal was never made."),
    "seal_state.rejected": ("已驳回", "Rejected"),
    "seal_state.rejected.meaning": ("印章没有制成。", "The seal was never made."),
    "seal_state.approved": ("审核通过", "Approved"),
    "seal_state.approved.meaning": ("印章还没有制成。", "The seal has not been made yet."),
    "seal_state.made": ("已制作", "Made"),
    "seal_state.made.meaning": ("印章还没有启用。", "The seal is not in use yet."),
    "seal_state.filed": ("已备案", "Filed"),
    "seal_state.filed.meaning": ("印章还没有启用。", "The seal is not in use yet."),
    "seal_state.issued": ("已发放", "Issued"),
    "seal_state.issued.meaning": ("印章还没有启用。", "The seal is not in use yet."),
    "seal_state.active": ("使用中", "In use"),
    "seal_state.active.meaning": ("印章正常使用。", "The seal is in normal use."),
    "seal_state.suspended": ("停用", "Suspended"),
    "seal_state.suspended.meaning": (
        "印章现已停用或挂失；停用前盖的章不因此失效。",
        "The seal is stopped or reported lost; what it stamped before is not touched by that.",
    ),
    "seal_state.resuming": ("停用，恢复待批", "Suspended, resumption asked for"),
    "seal_state.resuming.meaning": (
        "印章现已停用；停用前盖的章不因此失效。",
        "The seal is stopped; what it stamped before is not touched by that.",
    ),
    "seal_state.cancelled": ("已注销", "Cancelled"),
    "seal_state.cancelled.meaning": (
        "印章现已注销；注销前盖的章不因此失效。",
        "The seal has been ended; what it stamped before is not touched by that.",
    ),
    "seal_state.cancelling": ("停用，注销待批", "Stopped, to be ended"),
    "seal_state.cancelling.meaning": (
        "印章现已停用；停用前盖的章不因此失效。",
        "The seal is stopped; what it stamped before is not touched by that.",
    ),
    "seal_state.superseded": ("已换发", "Replaced"),
    "seal_state.superseded.meaning": (
        "印章现已由新章接替；此前盖的章不因此失效。",
        "Another seal has taken its place; what it stamped before is not touched by that.",
    ),
    "seal_state.invalidated": ("无效", "Invalid"),
    "seal_state.invalidated.meaning": (
        "印章系违规制作，自始无效。",
        "The seal was made unlawfully and never was valid.",
    ),
    "seal_state.destroying": ("已终止，待销毁", "Ended, to be destroyed"),
    "seal_state.destroying.meaning": (
        "印章现已终止；终止前盖的章不因此失效。",
        "The seal has been ended; what it stamped before is not touched by that.",
    ),
    "seal_state.destroyed": ("已销毁", "Destroyed"),
    "seal_state.destroyed.meaning": (
        "印章的密钥已经销毁；终止前盖的章不因此失效。",
        "The keys of the seal are gone; what it stamped before its end is not touched by that.",
    ),
    "seal_state.never_valid": ("自始无效", "Never valid"),
    "seal_state.never_valid.meaning": (
        "印章系违规制作，用它盖的章都无效。",
        "The seal was made unlawfully; nothing that was stamped with it is valid.",
    ),
    "seal_state.not_in_use": ("盖章时尚未启用", "Not in use when stamped"),
    "seal_state.not_in_use.meaning": (
        "盖章时所有者还没有接收启用这枚印章。",
        "Its owner had not accepted the seal when this was stamped.",
    ),
    "seal_state.stopped": ("盖章时已停用", "Stopped when stamped"),
    "seal_state.stopped.meaning": (
        "盖章时印章已经停用或终止。",
        "The seal was stopped or had ended when this was stamped.",
    ),
    "seal_state.needs_proof": ("已失控，时间无证明", "In other hands, time not proven"),
    "seal_state.needs_proof.meaning": (
        "印章后来落入他人之手，没有证据表明这次用印在此之前。",
        "The seal came into other hands later, and nothing proves that this was stamped before.",
    ),
    "seal_state.unrecorded": ("无用印记录", "Not recorded"),
    "seal_state.unrecorded.meaning": (
        "用印登记里没有这次用印。",
        "The ledger of the seal has no line for this stamping.",
    ),
    "seal_state.disputed": ("已挂失，用印有争议", "Reported lost, stamping disputed"),
    "seal_state.disputed.meaning": (
        "这次用印发生在所有者声明的丢失时间之后，可能不是所有者所为。",
        "This stamping came after the moment at which the owner says the seal was lost; it may not be the owner's.",
    ),
    # --- signatures
    "kind.cms": ("电子签名", "Electronic signature"),
    "kind.electronic_seal": ("电子印章", "Electronic seal"),
    "kind.seal_signature": ("电子签章", "Seal signature"),
    "kind.time_stamp": ("时间戳", "Time-stamp"),
    "signature.nameless": ("（没有可读的名称）", "(no readable name)"),
    "signature.signer": ("签名者", "Signer"),
    "signature.signed_at": ("时间", "Time"),
    "signature.proven": ("由时间戳证明", "proven by a time-stamp"),
    "signature.claimed": ("签名者自己标明，没有时间戳证明", "as the signer claims, not proven by a time-stamp"),
    "signature.number": ("{kind} {number}", "{kind} {number}"),
    "signature.field": ("签名域", "Field"),
    "signature.algorithm": ("密码算法", "Algorithm"),
    "signature.serial": ("证书序列号", "Serial number"),
    "signature.path": ("证书链", "Certification path"),
    "signature.path_hint": ("从签名者到信任锚", "from the signer to the trust anchor"),
    "signature.period": ("{start} 至 {end}", "{start} to {end}"),
    "signature.claimed_time": ("标明的时间", "Claimed time"),
    "signature.proven_time": ("证明的时间", "Proven time"),
    "signature.coverage": ("覆盖范围", "Coverage"),
    "signature.changes": ("其后的改动", "Changes afterwards"),
    "signature.seal_name": ("印章名称", "Name of the seal"),
    "signature.seal_version": ("印章标准", "Standard of the seal"),
    "signature.vendor": ("制章系统", "Made with"),
    "signature.actor": ("经办标识", "Who acted"),
    "signature.authorisation": ("用印授权", "Authorisation"),
    "signature.purpose": ("用途", "Purpose"),
    "signature.level": ("经办会话的保障等级", "Assurance level of the session"),
    "signature.document_kind": ("文件种类", "Kind of document"),
    "signature.operation": ("用印方式", "Operation"),
    "signature.delegations": ("授权链", "Delegations"),
    "signature.valid_from": ("印章有效期始", "Seal valid from"),
    "signature.valid_until": ("印章有效期止", "Seal valid until"),
    "signature.checks": ("检查项", "Checks"),
    "seal_version.1": ("GM/T 0031-2014", "GM/T 0031-2014"),
    "seal_version.4": ("GB/T 38540-2020", "GB/T 38540-2020"),
    "seal_version.5": ("GM/T 0031-2025", "GM/T 0031-2025"),
    "algorithm.sm2": ("SM2（国密）", "SM2"),
    "coverage.file": ("整个文件", "The whole file"),
    "coverage.revision": ("签名时的整个文件，其后有追加", "All of the file as it was; something was added since"),
    "coverage.less": ("不是整个文件", "Less than the file"),
    "changes.none": ("没有", "None"),
    "changes.validation_data": ("只追加了验证材料", "Validation data only"),
    "changes.form_filling": ("填写了表单或追加了签名", "Form filling or further signatures"),
    "changes.annotations": ("添加了批注", "Annotations"),
    "changes.forbidden": ("不允许的改动", "Changes that are not permitted"),
    "signature.revision": ("签名所在的修订", "Signed revision"),
    "signature.revision_of": ("第 {number} 次，共 {count} 次", "{number} of {count}"),
    "signature.maker_path": ("制章者证书链", "Path of the seal's maker"),
    "signature.maker_path_hint": ("从制章者到信任锚", "from the maker to the trust anchor"),
    "signature.revocations": ("证书吊销情况", "Revocation"),
    "change.passed": ("允许", "Permitted"),
    "change.failed": ("不允许", "Not permitted"),
    "change.time_stamp": ("第 {revision} 次修订：文档时间戳", "Revision {revision}: a time-stamp over the document"),
    "change.validation_data": ("第 {revision} 次修订：验证材料", "Revision {revision}: validation data"),
    "change.metadata": ("第 {revision} 次修订：元数据", "Revision {revision}: metadata"),
    "change.signature": ("第 {revision} 次修订：签名", "Revision {revision}: a signature"),
    "change.form_field": ("第 {revision} 次修订：表单域", "Revision {revision}: a form field"),
    "change.empty_signature_field": (
        "第 {revision} 次修订：空的签名域",
        "Revision {revision}: an empty place for a signature",
    ),
    "change.signed_field": (
        "第 {revision} 次修订：已有签名的签名域",
        "Revision {revision}: the field of an earlier signature",
    ),
    "change.annotation": ("第 {revision} 次修订：批注", "Revision {revision}: an annotation"),
    "change.page": ("第 {revision} 次修订：页面", "Revision {revision}: a page"),
    "change.document": ("第 {revision} 次修订：整份文档的设置", "Revision {revision}: the document as a whole"),
    "change.object": ("第 {revision} 次修订：文档中的对象", "Revision {revision}: an object of the document"),
    "change.appended": ("文件末尾之后的多余字节", "Octets after the end of the file"),
    "proof.signature": ("签名的时间戳", "Time-stamp over the signature"),
    "proof.document": ("文档的时间戳", "Time-stamp over the document"),
    "proof.seal": ("印章的时间戳", "Time-stamp over the seal"),
    "proof.record": ("登记系统自己的记录（不是时间戳）", "The registry's own record, no time-stamp"),
    "proof.time": ("证明的时间", "Time"),
    "proof.until": ("单独有效至（届时须续加时间戳）", "Proves it by itself until"),
    "proof.authority": ("时间戳机构", "Authority"),
    "proof.policy": ("时间戳策略", "Policy"),
    "revocation.made_at": ("签发于", "Made at"),
    "revocation.good": ("未被吊销", "Not revoked"),
    "revocation.revoked": ("已于 {since} 吊销", "Revoked on {since}"),
    "revocation.list": (
        "据 {made} 的吊销列表，当时已签发 {hours} 小时",
        "By the revocation list of {made}, {hours} hours old at the moment that is judged",
    ),
    "revocation.response": (
        "据 {made} 的在线应答（OCSP），当时已签发 {hours} 小时",
        "By the responder's answer (OCSP) of {made}, {hours} hours old at the moment that is judged",
    ),
    "seal.then_state": ("盖章时的印章状态", "The seal when it stamped"),
    # --- the file
    "file.kind": ("文件类型", "Kind of file"),
    "file.pages": ("页数", "Pages"),
    "file.size": ("大小", "Size"),
    "file.bytes": ("{size} 字节", "{size} bytes"),
    "file.fingerprint": ("文件指纹（SM3）", "Fingerprint (SM3)"),
    "file_kind.pdf": ("PDF 文件", "PDF document"),
    "file_kind.ofd": ("OFD 文件", "OFD document"),
    "file_kind.seal": ("电子印章", "Electronic seal"),
    "file_kind.seal_signature": ("电子签章数据", "Seal signature data"),
    "file_kind.cms": ("签名消息", "Signed message"),
    "file_kind.unknown": ("不认识的文件", "Unknown kind of file"),
    "remark.form_filling": (
        "最后一个签名之后，文件里又填写过表单内容。签名者允许这样做，但所填内容不受签名保护。",
        "After the last signature form fields were filled in. The signer permits it, but no signature protects them.",
    ),
    "remark.time_stamp_awaited": (
        "签署时时间戳服务中断，时间戳将随后补加，届时请下载新文件；签署时间暂由本平台证明。",
        "No time-stamp authority answered when it was signed; one follows. Until then we alone vouch for the time.",
    ),
    "remark.annotations": (
        "最后一个签名之后，文件里又添加过批注。签名者允许这样做，但批注不受签名保护。",
        "After the last signature annotations were added. The signer permits it, but no signature protects them.",
    ),
    # --- situations: what it comes to, and what to do
    "situation.claim_in_force.lead": (
        "这本证照登记在册，现在有效。",
        "This licence is on record and in force now.",
    ),
    "situation.claim_in_force.next.1": (
        "把页面上的名称、编号、日期与手中的证照逐项核对。",
        "Compare name, number and dates on this page with the licence in your hands.",
    ),
    "situation.claim_in_force.next.2": (
        "有一项对不上，证照就可能是伪造的，不要采信。",
        "If one of them differs, the licence may be forged: do not accept it.",
    ),
    "situation.claim_malformed.lead": (
        "这不是本平台证照的二维码。",
        "This is not the QR code of a licence of this service.",
    ),
    "situation.claim_malformed.next.1": (
        "链接可能不完整：请重新扫描证照上的二维码。",
        "The link may be incomplete: scan the code on the licence again.",
    ),
    "situation.claim_malformed.next.2": (
        "结果不变的话，不要凭这个二维码采信证照，请向颁发机构核实。",
        "If the result stays, do not rely on this code, and ask the issuing authority.",
    ),
    "situation.claim_forged.lead": (
        "二维码不是本平台签发的，证照可能是伪造的。",
        "The QR code was not signed by this service. The licence may be forged.",
    ),
    "situation.claim_forged.next.1": (
        "不要采信这本证照。",
        "Do not accept this licence.",
    ),
    "situation.claim_forged.next.2": (
        "请向证照上写明的颁发机构核实，或者向政务服务便民热线反映。",
        "Ask the issuing authority that it names, or report it to the government service line.",
    ),
    "situation.claim_unknown.lead": (
        "登记中查不到这本证照。",
        "There is no such licence on record.",
    ),
    "situation.claim_unknown.next.1": (
        "不要采信这本证照。",
        "Do not accept this licence.",
    ),
    "situation.claim_unknown.next.2": (
        "请向证照上写明的颁发机构核实。",
        "Ask the issuing authority that it names.",
    ),
    "situation.identifier_alone.lead": (
        "登记中有这本证照。但只有标识，不能证明您看到的证照是真的。",
        "There is such a licence on record. Its identifier alone does not prove that the one before you is genuine.",
    ),
    "situation.identifier_alone.next.1": (
        "请扫描证照上的二维码，或查验证照文件。",
        "Scan the QR code on the licence, or check the file.",
    ),
    "situation.identifier_alone.next.2": (
        "任何人都可以抄写标识：不要只凭标识采信证照。",
        "Anybody can copy an identifier: do not accept a licence by it alone.",
    ),
    "situation.identifier_malformed.lead": (
        "这不是证照标识，也不是证照二维码。",
        "This is neither a licence identifier nor the QR code of a licence.",
    ),
    "situation.identifier_malformed.next.1": (
        "请核对有没有抄错，或者直接扫描证照上的二维码。",
        "See whether it was copied rightly, or scan the QR code on the licence.",
    ),
    "situation.identifier_unknown.lead": (
        "本平台登记中查不到这个证照标识。",
        "This service has no licence with that identifier on record.",
    ),
    "situation.identifier_unknown.next.1": (
        "请核对有没有抄错；它也可能由别的平台签发。",
        "See whether it was copied rightly; another service may have issued it.",
    ),
    "situation.identifier_unknown.next.2": (
        "请扫描证照上的二维码，或向证照上写明的颁发机构核实。",
        "Scan the QR code on the licence, or ask the issuing authority that it names.",
    ),
    "situation.licence_suspended.lead": (
        "证照确曾签发，但已被暂扣，现在不能使用。",
        "The licence was issued, but it is suspended and proves nothing now.",
    ),
    "situation.licence_suspended.next.1": (
        "暂扣期间，不能凭这本证照办理。",
        "Do not accept it while it is suspended.",
    ),
    "situation.licence_suspended.next.2": (
        "证照发还之后再查，结果会变为有效。",
        "Once it has been given back, a new check will say so.",
    ),
    "situation.licence_superseded.lead": (
        "证照确曾签发，但已由新版本取代，不再有效。",
        "The licence was issued, but a new edition has taken its place.",
    ),
    "situation.licence_superseded.next.1": (
        "不能凭这个旧版本办理。",
        "Do not accept this old edition.",
    ),
    "situation.licence_superseded.next.2": (
        "请持证主体出示现行版本的证照。",
        "Ask the holder for the newest edition.",
    ),
    "situation.licence_withdrawn.lead": (
        "证照确曾签发，但已被撤销，不再有效。",
        "The licence was issued, but what it granted has been withdrawn.",
    ),
    "situation.licence_withdrawn.next.1": (
        "不能凭这本证照办理。",
        "Do not accept it.",
    ),
    "situation.licence_withdrawn.next.2": (
        "如有疑问，请向颁发机构核实。",
        "If in doubt, ask the issuing authority.",
    ),
    "situation.licence_revoked.lead": (
        "证照确曾签发，但已被吊销，不再有效。",
        "The licence was issued, but it has been revoked.",
    ),
    "situation.licence_revoked.next.1": (
        "不能凭这本证照办理。",
        "Do not accept it.",
    ),
    "situation.licence_revoked.next.2": (
        "如有疑问，请向颁发机构核实。",
        "If in doubt, ask the issuing authority.",
    ),
    "situation.licence_cancelled.lead": (
        "证照确曾签发，但已经注销，不再有效。",
        "The licence was issued, but it has been cancelled.",
    ),
    "situation.licence_cancelled.next.1": (
        "不能凭这本证照办理。",
        "Do not accept it.",
    ),
    "situation.licence_cancelled.next.2": (
        "持证主体如已换发新证，请其出示新的证照。",
        "If the holder was given a new licence instead, ask for that one.",
    ),
    "situation.licence_expired.lead": (
        "证照确曾签发，但有效期已过。",
        "The licence was issued, but its period is over.",
    ),
    "situation.licence_expired.next.1": (
        "不能凭这本证照办理。",
        "Do not accept it.",
    ),
    "situation.licence_expired.next.2": (
        "请持证主体办理延续或换发后，出示新的证照。",
        "Ask the holder to have it renewed, and for the new licence.",
    ),
    "situation.licence_not_issued.lead": (
        "证照没有签发，不能使用。",
        "The licence was never issued.",
    ),
    "situation.licence_not_issued.next.1": (
        "不要采信这本证照。",
        "Do not accept it.",
    ),
    "situation.licence_not_issued.next.2": (
        "请向颁发机构核实。",
        "Ask the issuing authority.",
    ),
    "situation.licence_file_in_force.lead": (
        "盖章和签名有效，证照登记在册，现在有效。",
        "Seal and signature hold, and the licence is on record and in force now.",
    ),
    "situation.licence_file_in_force.next.1": (
        "这个电子文件可以采信。",
        "This electronic file can be relied on.",
    ),
    "situation.licence_file_in_force.next.2": (
        "打印件和截图不带签名：需要再次核实时，请查验电子文件，或扫描上面的二维码。",
        "A printout or screenshot carries no signature: check the file itself again, or scan the QR code on it.",
    ),
    "situation.copy_in_force.lead": (
        "这是一份加注件（复制件），盖章和签名有效；原证照登记在册，现在有效。",
        "This is an annotated copy. Its seal and signature hold, and the original is on record and in force now.",
    ),
    "situation.copy_in_force.next.1": (
        "只在加注的使用方、用途和有效期内采信；移作他用无效。",
        "Rely on it only for the user, the purpose and the period that stand on it.",
    ),
    "situation.copy_in_force.next.2": (
        "需要原件时，请向持证主体索取，或由业务系统经共享接口获取。",
        "Where the original is needed, ask the holder, or let a business system fetch it.",
    ),
    "situation.copy_code_in_force.lead": (
        "这是一份加注件（复制件），不是证照原件；在有效期内，原证照登记在册，现在有效。",
        "This is an annotated copy, not the licence itself. Its period is not over, and the original is in force now.",
    ),
    "situation.copy_code_in_force.next.1": (
        "与纸面上加注的使用方、用途和有效期逐项核对；只在其范围内采信，移作他用无效。",
        "Compare user, purpose and period with what the copy says, and rely on it for nothing else.",
    ),
    "situation.copy_code_in_force.next.2": (
        "二维码可以被翻拍：证照内容以加注件的电子文件，或查询到的原证照为准。",
        "A code can be photographed: what the licence says is proven by the file of the copy, or by the original.",
    ),
    "situation.copy_unknown.lead": (
        "二维码由本平台签发，但没有登记这份加注件。",
        "The code was signed here, but this annotated copy is not on record.",
    ),
    "situation.copy_unknown.next.1": (
        "不要采信。请索取加注件的电子文件再查验。",
        "Do not rely on it. Ask for the file of the copy and check that.",
    ),
    "situation.copy_expired.lead": (
        "这是一份加注件（复制件），其有效期已过，不能再使用。",
        "This is an annotated copy whose period is over: it can be relied on no more.",
    ),
    "situation.copy_expired.next.1": (
        "请重新获取加注件。原证照的当前状态见下。",
        "Get a new copy. How the original stands now is told below.",
    ),
    "situation.file_valid.lead": (
        "文件上的印章和签名有效，签署之后没有被改动。",
        "The seals and signatures of the file hold, and it was not altered since.",
    ),
    "situation.file_valid.next.1": (
        "看清楚是谁盖的章、签的名：是不是应当签发这份文件的单位。",
        "Look who sealed or signed it, and whether that is who should have.",
    ),
    "situation.file_valid_added.lead": (
        "文件上的印章和签名有效，之后只有签名者允许的增补。",
        "The seals and signatures of the file hold; since then only what they permit was added.",
    ),
    "situation.file_valid_added.next.1": (
        "看清楚是谁盖的章、签的名：是不是应当签发这份文件的单位。",
        "Look who sealed or signed it, and whether that is who should have.",
    ),
    "situation.file_valid_added.next.2": (
        "增补的内容不受签名保护，请另行核实。",
        "No signature protects what was added: have that confirmed in another way.",
    ),
    "situation.seal_valid.lead": (
        "这枚电子印章真实有效。",
        "This electronic seal is genuine and valid.",
    ),
    "situation.seal_valid.next.1": (
        "这里查验的是印章本身。盖了章的文件，请另行上传查验。",
        "This is about the seal itself. Send a document that it stamped to have that checked.",
    ),
    "situation.file_unknown_kind.lead": (
        "这不是可以查验的文件。",
        "This is not a kind of file that can be checked.",
    ),
    "situation.file_unknown_kind.next.1": (
        "可以查验 PDF、OFD、电子印章（.esl）和电子签章数据（.ses）。",
        "PDF, OFD, electronic seals (.esl) and seal signature data (.ses) can be checked.",
    ),
    "situation.file_unknown_kind.next.2": (
        "照片、截图和扫描件不带签名：请用手机扫描证照上的二维码，或索要原始的电子文件。",
        "Photos and scans carry no signature: scan the QR code of the licence, or ask for the original file.",
    ),
    "situation.file_unreadable.lead": (
        "文件已经损坏，读不出来。",
        "The file is broken and cannot be read.",
    ),
    "situation.file_unreadable.next.1": (
        "请对方重新发送原始文件，不要经过转换或另存。",
        "Ask for the original file to be sent again, not converted and not saved anew.",
    ),
    "situation.no_signature.lead": (
        "文件上没有电子印章，也没有电子签名。",
        "The file bears no electronic seal and no electronic signature.",
    ),
    "situation.no_signature.next.1": (
        "扫描、截图、另存为，都会丢掉签名：请索要原始的电子文件。",
        "Scanning, screenshots and saving anew lose the signatures: ask for the original file.",
    ),
    "situation.no_signature.next.2": (
        "文件上印有二维码的，可以用手机扫描查验。",
        "If a QR code is printed on it, scan that with a phone.",
    ),
    "situation.file_altered.lead": (
        "文件内容与盖章、签名时的不一致。",
        "The file is not what was sealed or signed.",
    ),
    "situation.file_altered.next.1": (
        "不要采信这个文件。",
        "Do not accept this file.",
    ),
    "situation.file_altered.next.2": (
        "请对方提供未经改动的原件，或向盖章单位核实。",
        "Ask for the unaltered original, or ask whoever sealed it.",
    ),
    "situation.signature_wrong.lead": (
        "文件上的签名对不上，可能是伪造的。",
        "A signature of the file does not hold. The file may be forged.",
    ),
    "situation.signature_wrong.next.1": (
        "不要采信这个文件。",
        "Do not accept this file.",
    ),
    "situation.signature_wrong.next.2": (
        "请向盖章、签名的单位核实，或者向政务服务便民热线反映。",
        "Ask whoever should have sealed or signed it, or report it to the government service line.",
    ),
    "situation.failed.lead": (
        "查验没有通过。",
        "The check failed.",
    ),
    "situation.failed.next.1": (
        "不要采信。",
        "Do not accept it.",
    ),
    "situation.failed.next.2": (
        "请向颁发机构，或盖章、签名的单位核实。",
        "Ask the issuing authority, or whoever sealed or signed it.",
    ),
    "situation.unknown_authority.lead": (
        "签名完整，但签发机构不在本平台的信任范围内。",
        "The signature is intact, but its issuer is not among those that this service trusts.",
    ),
    "situation.unknown_authority.next.1": (
        "本平台不能确认签名者是谁。这不等于文件是假的。",
        "This service cannot confirm who signed. That does not mean that the file is false.",
    ),
    "situation.unknown_authority.next.2": (
        "请到签发这份文件的机构或平台查验。",
        "Have it checked by the body or service that issued it.",
    ),
    "situation.document_missing.lead": (
        "缺少盖章或签名的原文件，不能比对内容。",
        "The document that was sealed or signed is not at hand, so that nothing can be compared.",
    ),
    "situation.document_missing.next.1": (
        "请上传盖了章的 PDF 或 OFD 文件。",
        "Send the PDF or OFD document that bears the seal.",
    ),
    "situation.seal_disputed.lead": (
        "签章完整，但印章已经挂失，这次用印有争议。",
        "The seal signature is intact, but the seal was reported lost, and this stamping is disputed.",
    ),
    "situation.seal_disputed.next.1": (
        "请联系用印单位，确认这份文件是不是它盖的章。",
        "Ask the owner of the seal whether it stamped this document.",
    ),
    "situation.seal_disputed.next.2": (
        "得到确认之前，不要采信。",
        "Do not accept it before that is confirmed.",
    ),
    "situation.seal_needs_proof.lead": (
        "签章完整，但印章后来失控，不能证明这次用印在此之前。",
        "The seal signature is intact, but the seal came into other hands, and nothing proves this is from before.",
    ),
    "situation.seal_needs_proof.next.1": (
        "请向用印单位核实，或要求提供带时间戳的文件。",
        "Ask the owner of the seal, or ask for a document with a time-stamp.",
    ),
    "situation.seal_never_valid.lead": (
        "印章系违规制作，已标识为无效，用它盖的章都无效。",
        "The seal was made unlawfully and declared invalid; nothing that was stamped with it is valid.",
    ),
    "situation.seal_never_valid.next.1": (
        "不要采信，请向印章的制发部门反映。",
        "Do not accept it, and tell the department that issues seals.",
    ),
    "situation.seal_stopped.lead": (
        "签章完整，但盖章时印章不在使用中。",
        "The seal signature is intact, but the seal was not in use when it was stamped.",
    ),
    "situation.seal_stopped.next.1": (
        "不要采信，请联系用印单位。",
        "Do not accept it, and ask the owner of the seal.",
    ),
    "situation.seal_unrecorded.lead": (
        "签章完整，印章也是本平台的，但用印登记里没有这次用印。",
        "The seal signature is intact and the seal is one of ours, but its ledger has no line for this stamping.",
    ),
    "situation.seal_unrecorded.next.1": (
        "请联系用印单位，确认这份文件是不是它盖的章。",
        "Ask the owner of the seal whether it stamped this document.",
    ),
    "situation.try_later.lead": (
        "现在不能确认签名者的证书是否已被撤销。",
        "It cannot be told now whether the signer's certificate was revoked.",
    ),
    "situation.try_later.next.1": (
        "请稍后再查；仍然如此的话，请向盖章、签名的单位核实。",
        "Check again later; if it stays so, ask whoever sealed or signed it.",
    ),
    "situation.undecided.lead": (
        "有的情况现在无法确认。",
        "Something cannot be confirmed now.",
    ),
    "situation.undecided.next.1": (
        "这不等于是假的，也不能当作真的。",
        "That does not mean that it is false, nor that it is genuine.",
    ),
    "situation.undecided.next.2": (
        "必要时，向颁发机构，或盖章、签名的单位核实。",
        "Where it matters, ask the issuing authority, or whoever sealed or signed it.",
    ),
    # --- checks: what each looks at, and what it means when it does not pass
    "check.certificate.path": ("签发机构是否可信", "Trust in the issuer"),
    "check.certificate.path.failed": (
        "证书链不成立：签发关系有误，或用了不安全的算法。",
        "The certification path is broken: somebody on it did not or may not issue, or the algorithm is weak.",
    ),
    "check.certificate.path.undecided": (
        "签发机构不在本平台的信任范围内，不能确认签名者是谁。",
        "The issuer is not among those that this service trusts, so that the signer cannot be confirmed.",
    ),
    "check.certificate.validity": ("证书有效期", "Validity of the certificates"),
    "check.certificate.validity.failed": (
        "盖章或签名时，证书不在有效期内。",
        "A certificate was not valid at the time of sealing or signing.",
    ),
    "check.certificate.validity.undecided": (
        "证书现已过期，又没有时间戳证明签名是在有效期内完成的。",
        "A certificate has expired, and no time-stamp proves that it was used before.",
    ),
    "check.certificate.key_usage": ("证书用途", "Purpose of the certificate"),
    "check.certificate.key_usage.failed": (
        "证书不是用于这一类签名的。",
        "The certificate is not meant for signatures of this kind.",
    ),
    "check.certificate.revocation": ("证书是否被撤销", "Revocation of the certificate"),
    "check.certificate.revocation.failed": (
        "盖章或签名时，证书已被撤销。",
        "The certificate had been revoked at the time of sealing or signing.",
    ),
    "check.certificate.revocation.undecided": (
        "不能确认盖章或签名时证书是否已被撤销。",
        "It cannot be told whether the certificate had been revoked at the time of sealing or signing.",
    ),
    "check.time_stamp.format": ("时间戳的格式", "Form of the time-stamp"),
    "check.time_stamp.format.failed": ("时间戳读不出来。", "The time-stamp cannot be read."),
    "check.time_stamp.imprint": ("时间戳证明的内容", "What the time-stamp is about"),
    "check.time_stamp.imprint.failed": (
        "时间戳与它应当证明的内容不符。",
        "The time-stamp was made over something else.",
    ),
    "check.time_stamp.time": ("时间戳的时间", "Time of the time-stamp"),
    "check.time_stamp.time.failed": ("时间戳标明的时间还没有到。", "The time-stamp states a moment in the future."),
    "check.trust_list.next_update": ("信任列表的新旧", "Freshness of the trust list"),
    "check.trust_list.next_update.failed": ("信任列表已过更新期限。", "A newer trust list is due."),
    "check.signature.value": ("签名值", "Signature value"),
    "check.signature.value.failed": (
        "签名对不上：内容被改动过，或不是证书持有者签的。",
        "The signature does not hold: something was altered, or the certificate's holder did not sign.",
    ),
    "check.signature.signing_certificate": ("签名指明的证书", "Certificate named by the signature"),
    "check.signature.signing_certificate.failed": (
        "签名指明的证书与所附的证书不是同一份。",
        "The signature names another certificate than the one beside it.",
    ),
    "check.signature.message_digest": ("签名的内容", "What was signed"),
    "check.signature.message_digest.failed": (
        "内容与签名时的不一致：被改动过，或签名是从别处移来的。",
        "The content is not what was signed: it was altered, or the signature was moved here.",
    ),
    "check.signature.message_digest.undecided": (
        "缺少签名的原文件，不能比对内容。",
        "What was signed is not at hand and cannot be compared.",
    ),
    "check.signature.content_type": ("内容类型", "Type of the content"),
    "check.signature.content_type.failed": (
        "签名写明的内容类型与实际不符。",
        "The content is not of the type that was signed.",
    ),
    "check.signature.carried_seal": ("同一签名域中的签章", "Seal signature in the same field"),
    "check.signature.carried_seal.failed": (
        "签名时附带的签章已被取走或替换。",
        "The seal signature that the signer saw beside his own was taken out or exchanged.",
    ),
    "check.signature.time_stamp": ("签名的时间戳", "Time-stamp of the signature"),
    "check.signature.time_stamp.failed": ("签名上的时间戳无效。", "The signature's time-stamp does not hold."),
    "check.signature.time_stamp.undecided": (
        "签名上的时间戳不能确认。",
        "The signature's time-stamp cannot be confirmed.",
    ),
    "check.delegation.chain": ("授权链", "Chain of delegations"),
    "check.delegation.chain.failed": (
        "授权链不完整，或下级委托超出上级委托的范围。",
        "The chain of delegations is broken, or one of them gives more than the one above it.",
    ),
    "check.delegation.registered": ("授权登记", "Delegations on record"),
    "check.delegation.registered.failed": (
        "授权书与登记不符。",
        "A delegation in the signature is not the one on record.",
    ),
    "check.delegation.signer": ("授权书的签名", "Signatures on the delegations"),
    "check.delegation.signer.failed": (
        "授权书的签名无效，或签名者无权出具授权书。",
        "A delegation is not signed, or not by who may sign delegations.",
    ),
    "check.delegation.signer.undecided": (
        "授权书签名者的证书不能确认。",
        "The certificate of who signed the delegations cannot be confirmed.",
    ),
    "check.delegation.use": ("授权范围", "What was delegated"),
    "check.delegation.use.failed": (
        "本次用印超出授权范围，或经办人不是被授权人。",
        "This use is not what was delegated, or who acted is not who was authorised.",
    ),
    "check.delegation.time": ("授权期限", "Time of the delegations"),
    "check.delegation.time.failed": (
        "本次用印不在授权期限内。",
        "This use lies outside of the time of the delegations.",
    ),
    "check.cms.format": ("签名的格式", "Form of the signature"),
    "check.cms.format.failed": ("签名数据读不出来。", "The signature cannot be read."),
    "check.pdf.coverage": ("签名覆盖的范围", "What the signature covers"),
    "check.pdf.coverage.failed": (
        "签名没有覆盖整个文件，覆盖不到的部分谁都可以改动。",
        "The signature does not cover the whole file; anybody can change the rest.",
    ),
    "check.pdf.changes": ("签名之后的改动", "Changes after the signature"),
    "check.pdf.changes.failed": (
        "签名之后，文件被作了不允许的改动。",
        "The file was changed after the signature in ways that are not permitted.",
    ),
    "check.seal.format": ("印章的格式", "Form of the seal"),
    "check.seal.format.failed": ("印章数据读不出来。", "The seal cannot be read."),
    "check.seal.extensions": ("印章的扩展项", "Extensions of the seal"),
    "check.seal.extensions.failed": (
        "印章里有标为关键、却不认识的扩展项。",
        "The seal has extensions that are critical and not understood.",
    ),
    "check.seal.maker_certificate": ("制章者的证书", "Certificate of the seal's maker"),
    "check.seal.maker_certificate.failed": (
        "制章者的证书读不出来。",
        "The certificate of the seal's maker cannot be read.",
    ),
    "check.seal.signature_value": ("制章者的签名", "Signature of the seal's maker"),
    "check.seal.signature_value.failed": (
        "制章者的签名对不上，印章可能是伪造的。",
        "The signature of the seal's maker does not hold; the seal may be forged.",
    ),
    "check.seal.made_in_validity": ("制章的时间", "When the seal was made"),
    "check.seal.made_in_validity.failed": (
        "印章标明的制作时间，不在制章者证书的有效期内。",
        "The seal says it was made outside the validity of its maker's certificate.",
    ),
    "check.seal.time_stamp": ("印章的时间戳", "Time-stamp of the seal"),
    "check.seal.time_stamp.failed": ("印章上的时间戳无效。", "The seal's time-stamp does not hold."),
    "check.seal.time_stamp.undecided": ("印章上的时间戳不能确认。", "The seal's time-stamp cannot be confirmed."),
    "check.seal.time_stamp_order": ("制章时间的先后", "Order of the seal's times"),
    "check.seal.time_stamp_order.failed": (
        "印章的时间戳早于它标明的制作时间。",
        "The seal's time-stamp is older than the making that it states.",
    ),
    "check.seal.validity": ("印章有效期", "Validity of the seal"),
    "check.seal.validity.failed": ("印章不在有效期内。", "The seal is not within its period of validity."),
    "check.seal.validity.undecided": (
        "印章现已过期，又没有时间戳证明是在有效期内盖的章。",
        "The seal has expired, and no time-stamp proves that it was used before.",
    ),
    "check.seal.undisputed": ("用印有无争议", "Whether the stamping is disputed"),
    "check.seal.undisputed.undecided": (
        "印章已经挂失，而这次用印在声明的丢失时间之后。",
        "The seal was reported lost, and this stamping came after the moment of the loss.",
    ),
    "check.seal.recorded": ("用印有无登记", "Whether the stamping is recorded"),
    "check.seal.recorded.undecided": (
        "印章是本平台的，但用印登记里没有这次用印。",
        "The seal is one of ours, and its ledger has no line for this stamping.",
    ),
    "check.registry.recorded": ("登记系统自何时留有本文件", "Since when the registry has had this file on record"),
    "check.registry.recorded.undecided": (
        "登记系统没有留存本文件的记录。",
        "The registry has no record of this file.",
    ),
    "check.seal.lawful": ("印章是否合法制作", "Whether the seal was made lawfully"),
    "check.seal.lawful.failed": (
        "印章系违规制作，已标识为无效。",
        "The seal was made unlawfully and declared invalid.",
    ),
    "check.seal.accepted": ("盖章时印章是否已启用", "Whether the seal was in use already"),
    "check.seal.accepted.failed": (
        "盖章时所有者还没有接收启用这枚印章。",
        "Its owner had not accepted the seal when this was stamped.",
    ),
    "check.seal.in_use": ("盖章时印章是否停用", "Whether the seal was stopped"),
    "check.seal.in_use.failed": (
        "盖章时印章已经停用或终止。",
        "The seal was stopped or had ended when this was stamped.",
    ),
    "check.seal.time_proven": ("用印时间有无证明", "Whether the time of the stamping is proven"),
    "check.seal.time_proven.undecided": (
        "印章后来失控，没有证据表明这次用印在此之前。",
        "The seal came into other hands, and nothing proves that this was stamped before.",
    ),
    "check.seal_signature.format": ("签章的格式", "Form of the seal signature"),
    "check.seal_signature.format.failed": ("签章数据读不出来。", "The seal signature cannot be read."),
    "check.seal_signature.extensions": ("签章的扩展项", "Extensions of the seal signature"),
    "check.seal_signature.extensions.failed": (
        "签章里有标为关键、却不认识的扩展项。",
        "The seal signature has extensions that are critical and not understood.",
    ),
    "check.seal_signature.value": ("签章值", "Value of the seal signature"),
    "check.seal_signature.value.failed": (
        "签章对不上：被改动过，或不是证书持有者盖的。",
        "The seal signature does not hold: something was altered, or the certificate's holder did not stamp.",
    ),
    "check.seal_signature.signer_listed": ("签章者是否有权用印", "Whether the seal names the signer"),
    "check.seal_signature.signer_listed.failed": (
        "印章里没有列明这个签章者，印章可能被冒用。",
        "The seal does not name this signer; it may have been misused.",
    ),
    "check.seal_signature.time_stamp": ("签章的时间戳", "Time-stamp of the seal signature"),
    "check.seal_signature.time_stamp.failed": (
        "签章上的时间戳无效。",
        "The seal signature's time-stamp does not hold.",
    ),
    "check.seal_signature.time_stamp.undecided": (
        "签章上的时间戳不能确认。",
        "The seal signature's time-stamp cannot be confirmed.",
    ),
    "check.seal_signature.time_order": ("签章时间的先后", "Order of the signature's times"),
    "check.seal_signature.time_order.failed": (
        "时间戳早于签章标明的时间。",
        "The time-stamp is older than the time that the seal signature claims.",
    ),
    "check.seal_signature.signing_time": ("签章的时间", "Time of the seal signature"),
    "check.seal_signature.signing_time.failed": (
        "签章标明的时间不合理：还没有到，或不在证书的有效期内。",
        "The time of the seal signature lies in the future, or outside the validity of the certificate.",
    ),
    "check.seal_signature.signing_time.undecided": (
        "签章没有标明时间。",
        "The seal signature tells no time.",
    ),
    "check.seal_signature.data_hash": ("盖章的内容", "What was sealed"),
    "check.seal_signature.data_hash.failed": (
        "内容与盖章时的不一致：被改动过，或印章是从别的文件移来的。",
        "The content is not what was sealed: it was altered, or the seal was moved here from another file.",
    ),
    "check.seal_signature.data_hash.undecided": (
        "缺少盖章的原文件，不能比对内容。",
        "What was sealed is not at hand and cannot be compared.",
    ),
    "result.ofd.signature_broken": (
        "签名的文件缺失，或读不出来。",
        "The files of the signature are missing or cannot be read.",
    ),
    "result.ofd.file_altered": (
        "签名所列的文件缺失，或被改动过。",
        "A file that the signature lists is missing or was altered.",
    ),
    "result.ofd.nothing_protected": ("签名没有列出任何文件。", "The signature lists no file."),
    "result.ofd.hash_unsupported": (
        "文件的杂凑算法不可接受。",
        "The hash of the files is by an algorithm that is not accepted.",
    ),
    "result.ofd.file_unprotected": ("有文件不受签名保护。", "A file is not protected by the signature."),
    "result.ofd.seal_file_missing": (
        "缺少签名所指的印章文件。",
        "The seal's file that the signature names is missing.",
    ),
    "result.ofd.seal_file_differs": (
        "印章文件与签章值里的印章不同。",
        "The seal's file is not the seal in the signature value.",
    ),
    "result.ofd.made_for_other_place": (
        "签章值是为别处的签名文件做的。",
        "The value was made for the signature file of another place.",
    ),
    "result.ofd.files_differ_from_list": (
        "文件与防夹带清单不符。",
        "The files are not those of the signed list.",
    ),
    "result.ofd.contents_unprotected": (
        "防夹带清单只保护文件名，不保护内容。",
        "The signed list protects the names of files, not what they hold.",
    ),
    "result.ofd.digest_differs": (
        "签名数据里的杂凑值与签名文件不符。",
        "The hash in the message is not that of the signature file.",
    ),
    "result.seal.format_invalid": ("印章数据的格式不对。", "The seal is not in its form."),
    "result.seal.extension_not_understood": (
        "印章有不认识的关键扩展项。",
        "The seal has a critical extension that is not understood.",
    ),
    "result.seal.maker_certificate_unreadable": ("制章者证书读不出来。", "The maker's certificate cannot be read."),
    "result.seal.value_invalid": ("制章者的签名值不对。", "The maker's signature value does not hold."),
    "result.seal.algorithm_unsupported": (
        "制章者的签名算法不可接受。",
        "The maker's signature is by an algorithm that is not accepted.",
    ),
    "result.seal.maker_untrusted": (
        "制章者证书的证书链不成立。",
        "The chain of the maker's certificate does not hold.",
    ),
    "result.seal.maker_authority_unknown": (
        "不认识签发制章者证书的机构。",
        "The authority behind the maker's certificate is not known.",
    ),
    "result.seal.maker_expired": ("制章者证书已过期。", "The maker's certificate has expired."),
    "result.seal.maker_not_yet_valid": ("制章者证书尚未生效。", "The maker's certificate is not valid yet."),
    "result.seal.maker_may_not_make_seals": (
        "制章者证书的密钥用法不允许制章。",
        "The maker's certificate is not for making seals.",
    ),
    "result.seal.maker_revoked": ("制章者证书已被吊销。", "The maker's certificate was revoked."),
    "result.seal.maker_status_unknown": (
        "查不到制章者证书的吊销情况。",
        "Whether the maker's certificate was revoked is not known.",
    ),
    "result.seal.made_outside_maker_validity": (
        "制章时间不在制章者证书的有效期内。",
        "The seal was made outside the validity of its maker's certificate.",
    ),
    "result.seal.time_stamp_invalid": ("印章的时间戳无效。", "The seal's time-stamp does not hold."),
    "result.seal.time_stamp_unconfirmed": ("印章的时间戳不能确认。", "The seal's time-stamp cannot be confirmed."),
    "result.seal.time_stamp_before_making": (
        "印章的时间戳早于制章时间。",
        "The seal's time-stamp is older than its making.",
    ),
    "result.seal.validity_not_begun": ("印章尚未生效。", "The seal is not valid yet."),
    "result.seal.validity_ended": ("印章已过有效期。", "The seal's validity has ended."),
    "result.seal_signature.format_invalid": ("签章数据的格式不对。", "The seal signature is not in its form."),
    "result.seal_signature.extension_not_understood": (
        "签章有不认识的关键扩展项。",
        "The seal signature has a critical extension that is not understood.",
    ),
    "result.seal_signature.value_invalid": ("签章值不对。", "The signature value does not hold."),
    "result.seal_signature.algorithm_unsupported": (
        "签章的签名算法不可接受。",
        "The seal signature is by an algorithm that is not accepted.",
    ),
    "result.seal.signer_not_listed": ("印章没有列明这个签章者。", "The seal does not name this signer."),
    "result.seal_signature.signer_untrusted": (
        "签章者证书的证书链不成立。",
        "The chain of the signer's certificate does not hold.",
    ),
    "result.seal_signature.signer_authority_unknown": (
        "不认识签发签章者证书的机构。",
        "The authority behind the signer's certificate is not known.",
    ),
    "result.seal_signature.signer_expired": ("签章者证书已过期。", "The signer's certificate has expired."),
    "result.seal_signature.signer_not_yet_valid": (
        "签章者证书尚未生效。",
        "The signer's certificate is not valid yet.",
    ),
    "result.seal_signature.signer_may_not_seal": (
        "签章者证书的密钥用法不允许签章。",
        "The signer's certificate is not for sealing.",
    ),
    "result.seal_signature.signer_revoked": ("签章者证书已被吊销。", "The signer's certificate was revoked."),
    "result.seal_signature.signer_status_unknown": (
        "查不到签章者证书的吊销情况。",
        "Whether the signer's certificate was revoked is not known.",
    ),
    "result.seal_signature.time_stamp_invalid": ("签章的时间戳无效。", "The signature's time-stamp does not hold."),
    "result.seal_signature.time_stamp_unconfirmed": (
        "签章的时间戳不能确认。",
        "The signature's time-stamp cannot be confirmed.",
    ),
    "result.seal_signature.time_stamp_before_signing": (
        "时间戳早于签章时间。",
        "The time-stamp is older than the signing.",
    ),
    "result.seal_signature.time_missing": ("签章没有标明时间。", "The seal signature tells no time."),
    "result.seal_signature.time_in_future": ("签章时间还没有到。", "The signing time lies in the future."),
    "result.seal_signature.time_outside_certificate": (
        "签章时间不在签章者证书的有效期内。",
        "The signing time lies outside the validity of the signer's certificate.",
    ),
    "result.seal_signature.hash_differs": ("原文与签章时的不一致。", "The document is not the one that was sealed."),
    "result.seal_signature.document_missing": ("没有原文，不能比对。", "The document is not at hand."),
    "result.seal.maker_expired_since": (
        "制章者证书在制章之后过期，印章仍然有效。",
        "The maker's certificate has expired since the making; the seal stands.",
    ),
    "result.seal.maker_revoked_since": (
        "制章者证书在制章之后被吊销，印章仍然有效。",
        "The maker's certificate was revoked after the making; the seal stands.",
    ),
    "result.seal.time_stamp_lapsed": (
        "印章的时间戳已不能证明制章时间：时间戳机构的证书、算法已终止或密钥存疑，又无其他证明。",
        "The seal's time-stamp no longer proves its making: its authority has ended, or is in doubt.",
    ),
    "result.seal_signature.time_stamp_lapsed": (
        "时间戳已不能证明签章时间：时间戳机构的证书、算法已终止或密钥存疑，又无后续时间戳。",
        "The time-stamp no longer proves the time: its authority has ended or is in doubt, and none covers it.",
    ),
    "result.signature.time_stamp_lapsed": (
        "时间戳已不能证明签名时间：时间戳机构的证书、算法已终止或密钥存疑，又无后续时间戳。",
        "The time-stamp no longer proves the time: its authority has ended or is in doubt, and none covers it.",
    ),
    "deviation.string_type": ("字符串类型与标准不同", "another string type than the standard says"),
    "deviation.time_type": ("时间类型与标准不同", "another type of time than the standard says"),
    "deviation.time_form": ("时间不是 YYYYMMDDhhmmssZ 的写法", "a time that is not written as YYYYMMDDhhmmssZ"),
    "deviation.time_stamp_tag": ("时间戳的标签不是 [0] EXPLICIT", "a time-stamp that is not tagged [0] EXPLICIT"),
    "deviation.extensions_tag": (
        "扩展项的标签与标准不同",
        "extensions that are tagged otherwise than the standard says",
    ),
    "deviation.critical_false": ("写出了应当省略的缺省值（非关键）", "a default (not critical) that is written out"),
    "deviation.certificate_type": ("证书写成了 IA5String", "a certificate that is an IA5String"),
    "deviation.digest_name": ("杂凑算法的名称不是 SM3", "another name for the hash than SM3"),
    "deviation.picture_type": ("图像类型不是标准所列的大写名称", "a type of picture that the standard does not list"),
    "deviation.identifier_form": ("印章标识不是 14 位印章编码", "an identifier that is not a seal code of 14 digits"),
    "deviation.version_of_shape": ("版本号与结构不符", "a version that does not fit the structure"),
    "deviation.versions_differ": ("签章与印章的版本号不同", "other versions in the signature than in its seal"),
    "deviation.value_form": ("签名值写成了 r‖s，不是 DER", "a signature value as r ‖ s instead of DER"),
    "deviation.property_map": ("原文属性写成了属性表", "a map of properties in place of one property"),
    "deviation.time_text": ("时间信息是一段文字", "a time that is written as text"),
    "deviation.time_token": (
        "时间信息是一个时间戳，只算声明",
        "a time-stamp for the signing time, which counts as a claim",
    ),
    "deviation.time_none": ("时间信息里没有时间", "no time where the signing time belongs"),
    "check.file.format": ("文件格式", "Form of the file"),
    "check.file.format.failed": (
        "文件读不出来：格式不认识，或者已经损坏。",
        "The file cannot be read: its form is unknown, or it is broken.",
    ),
    "check.file.signatures": ("有没有签名", "Whether there is a signature"),
    "check.file.signatures.undecided": ("文件里没有签名。", "There is no signature in the file."),
    "check.ofd.format": ("OFD 签名的结构", "Structure of the OFD signature"),
    "check.ofd.format.failed": ("OFD 文件里的签名已经损坏。", "A signature in the OFD file is broken."),
    "check.ofd.listed_files": ("防夹带清单", "Signed list of files"),
    "check.ofd.listed_files.failed": (
        "文件与签名的清单不符：有文件被夹带进来，或者不见了。",
        "The files are not those of the signed list: one was smuggled in, or is gone.",
    ),
    "check.ofd.listed_files.undecided": (
        "清单只列文件名，没有别的签名保护文件的内容。",
        "The list has names alone, and no other signature protects what the files hold.",
    ),
    "check.ofd.references": ("受保护的内容", "Protected parts"),
    "check.ofd.references.failed": (
        "受签名保护的内容被改动或缺失，或用了不安全的算法。",
        "A part that the signature protects was altered or is missing, or the algorithm is weak.",
    ),
    "check.ofd.unprotected_files": ("不受保护的内容", "Unprotected parts"),
    "check.ofd.unprotected_files.undecided": (
        "文件里有不受签名保护的内容，可能是后来加进去的。",
        "The file has parts that the signature does not protect; they may have been added later.",
    ),
    "check.ofd.seal_file": ("显示的印章", "The seal that is shown"),
    "check.ofd.seal_file.failed": (
        "文件里显示的印章，与签名所用的不是同一枚。",
        "The seal that the file shows is not the one that was used.",
    ),
    "check.ofd.seal_file.undecided": ("文件里缺少印章。", "The seal is missing from the file."),
    "check.ofd.property_info": ("签章所属的文件", "What the seal signature belongs to"),
    "check.ofd.property_info.failed": (
        "签章不是为这里做的，可能是移来的。",
        "The seal signature was not made for this place; it may have been moved here.",
    ),
    "check.ofd.signed_digest": ("签名的摘要", "Signed digest"),
    "check.ofd.signed_digest.failed": (
        "内容与签名时的不一致，被改动过。",
        "The content is not what was signed; it was altered.",
    ),
    "check.claim.format": ("二维码的格式", "Form of the QR code"),
    "check.claim.format.failed": (
        "链接里的内容不是证照二维码，或者不完整。",
        "What the link holds is not the QR code of a licence, or it is incomplete.",
    ),
    "check.claim.signature": ("二维码的签名", "Signature of the QR code"),
    "check.claim.signature.failed": (
        "二维码上没有本平台的签名，或内容被改动过。",
        "The QR code is not signed by this service, or it was altered.",
    ),
    "check.claim.signature.undecided": (
        "签名密钥已被吊销，登记簿里也没有这个二维码，无法证明它不是冒签的。",
        "The key that signed was revoked, and the registry holds no such code: whoever stole the key may have made it.",
    ),
    "check.copy.known": ("加注件已登记", "The annotated copy is on record"),
    "check.copy.known.failed": ("没有登记这份加注件。", "This annotated copy is not on record."),
    "check.copy.validity": ("加注件有效期", "Period of the annotated copy"),
    "check.copy.validity.failed": ("加注件的有效期已过。", "The copy's period is over."),
    "check.licence.known": ("证照是否登记在册", "Whether the licence is on record"),
    "check.licence.known.failed": (
        "二维码由本平台签发，但登记中没有对应的证照。",
        "This service signed the QR code, but has no such licence on record.",
    ),
    "check.licence.known.undecided": (
        "登记中没有这本证照，可能由别的平台签发。",
        "There is no such licence on record here; another service may have issued it.",
    ),
    "check.identifier.format": ("证照标识的格式", "Form of the identifier"),
    "check.identifier.format.failed": (
        "这不是证照标识（GB/T 36904），或者抄错了。",
        "This is no licence identifier (GB/T 36904), or it was copied wrongly.",
    ),
    "check.identifier.document": ("有没有出示证照", "Whether the licence was shown"),
    "check.identifier.document.undecided": (
        "只有标识，没有出示证照：标识谁都可以抄写。",
        "Only the identifier was given, and no licence shown: anybody can copy that.",
    ),
    "check.licence.state": ("证照的登记状态", "State of the licence on record"),
    "check.licence.state.failed": (
        "登记显示，这本证照现在不能使用。",
        "The record says that the licence proves nothing now.",
    ),
    "check.licence.validity": ("证照有效期", "Validity of the licence"),
    "check.licence.validity.failed": ("证照的有效期已过。", "The licence's period is over."),
    # --- checked on the device itself
    "device.title": ("本机查验二维码", "Check a QR code on this device"),
    "device.eyebrow": ("本机查验结果", "Result of the check on this device"),
    "device.lead": (
        "查验在您的设备上完成，二维码的内容不会发送给任何人。没有网络时也能用。",
        "The check is made on your device: nobody is told what you check. It works without a network.",
    ),
    "device.no_script": (
        "本页需要脚本。不用脚本时，请用手机相机扫描二维码，由服务器给出结果。",
        "This page needs scripts. Without them scan the code with your camera: the server answers.",
    ),
    "device.label": ("二维码中的链接", "The link in the QR code"),
    "device.submit": ("查验", "Check"),
    "device.says": ("二维码中的内容", "What the QR code says"),
    "device.issuer": ("颁发机构代码", "Code of the issuing authority"),
    "device.compare": (
        "请与证照上印刷的内容核对。二维码不含持证人信息。",
        "Compare this with what is printed. The code says nothing about the holder.",
    ),
    "device.age": ("查验所依据的资料", "What this was checked by"),
    "device.age.trust_list": ("信任列表签发于", "Trust list issued"),
    "device.age.status_list": ("状态列表签发于", "Status list issued"),
    "device.age.fetched": ("最近一次联网更新", "Last had from the service"),
    "device.age.none": ("设备上没有", "Not on this device"),
    "device.age.unknown": ("没有记录", "Not recorded"),
    "device.age.old": (
        "注意：本机资料是{ago}的，之后证照可能已被吊销或暂扣。请尽快联网再查一次。",
        "Mind: what this device knows is from {ago}. The licence may have ended since. Check again with a network.",
    ),
    "device.busy": ("正在查验…", "Checking…"),
    "device.scan": ("打开相机扫码", "Scan with the camera"),
    "device.registry": ("联网查询登记信息", "Ask the registry"),
    "device.registry_hint": (
        "联网查询时，服务器会知道您查的是哪一本证照。",
        "If you ask the registry, the server learns which licence you check.",
    ),
    "device.agrees": (
        "您的设备也独立验证了二维码的签名，结果一致。",
        "Your device has verified the signature of the QR code by itself as well: it holds.",
    ),
    "device.no_lists": (
        "设备上还没有信任列表。请联网打开本页一次。",
        "There is no trust list on this device yet. Open this page once with a network.",
    ),
    "device.lead.passed": (
        "二维码由颁发机构签发，未被改动；按状态列表，证照有效。",
        "The code is genuine and unaltered; by the status list the licence is in force.",
    ),
    "device.lead.failed": (
        "不要采信这本证照。原因见下。",
        "Do not rely on this licence. See why below.",
    ),
    "device.lead.indeterminate": (
        "仅凭设备上的资料还不能下结论。原因见下；联网后再查一次。",
        "What is on this device does not settle it. See why below, and check again with a network.",
    ),
    "device.reason.claim.format.FORMAT_FAILURE": (
        "链接里的内容不是证照二维码，或者不完整。",
        "What the link holds is not the QR code of a licence, or it is incomplete.",
    ),
    "device.reason.claim.signature.SIG_CRYPTO_FAILURE": (
        "签名不对：内容被改动过，或是伪造的。",
        "The signature is wrong: the content was altered, or forged.",
    ),
    "device.reason.claim.signature.NO_CERTIFICATE_CHAIN_FOUND": (
        "信任列表里没有这把签名密钥：可能是伪造的，或信任列表太旧。",
        "The trust list does not know the key: it may be a forgery, or the list is too old.",
    ),
    "device.reason.claim.signature.REVOKED_NO_POE": (
        "签名密钥已被吊销，无法证明二维码在此之前签发。",
        "The key was revoked, and nothing proves that the code is older.",
    ),
    "device.reason.trust_list.next_update.TRY_LATER": (
        "信任列表已过期，应有更新的。",
        "The trust list is out of date: there should be a newer one.",
    ),
    "device.reason.licence.state.REVOKED": (
        "状态列表显示，证照已失效或被暂扣。",
        "The status list says that the licence has ended or is suspended.",
    ),
    "device.reason.licence.state.SIG_CONSTRAINTS_FAILURE": (
        "状态列表里还没有这本证照。",
        "The status list knows no such licence yet.",
    ),
    "device.reason.licence.state.TRY_LATER": (
        "设备上没有合用的状态列表，不知道证照现在是否有效。",
        "There is no current status list on this device: whether the licence still stands is not known.",
    ),
    "device.reason.licence.validity.EXPIRED": ("证照的有效期已过。", "The licence's period is over."),
    # --- the camera
    "scan.title": ("扫描二维码", "Scan a QR code"),
    "scan.lead": (
        "把二维码放进框里，纸上的、屏幕上的都可以。",
        "Hold the code inside the frame, on paper or on a screen.",
    ),
    "scan.view": ("相机画面", "What the camera sees"),
    "scan.start": ("打开相机", "Turn the camera on"),
    "scan.stop": ("关闭相机", "Turn the camera off"),
    "scan.torch": ("手电筒", "Torch"),
    "scan.only_here": ("只在本机查验，不联网查询登记信息", "Check on this device alone; do not ask the registry"),
    "scan.photo": ("从照片中识别", "Read the code on a photo"),
    "scan.photo_label": ("选择二维码的照片", "Choose a photo of the code"),
    "scan.no_script": (
        "本页扫码需要脚本。请用手机自带的相机扫描二维码，打开扫出的链接就能看到结果。",
        "Scanning here needs scripts. Scan the code with your phone's camera, and open the link that appears.",
    ),
    "camera.off": ("相机已关闭。", "The camera is off."),
    "camera.starting": (
        "正在打开相机。浏览器询问时，请选择“允许”。",
        "Turning the camera on. Allow it if you are asked.",
    ),
    "camera.on": ("请对准二维码。", "Point the camera at the code."),
    "camera.denied": (
        "浏览器没有允许使用相机。请在浏览器的网站设置里允许相机，再点“打开相机”；也可以选择照片，或粘贴链接。",
        "The browser does not allow the camera. Allow it in the settings for this site; or choose a photo, or paste.",
    ),
    "camera.none": (
        "没有找到相机。可以选择二维码的照片，或粘贴链接。",
        "There is no camera. Choose a photo of the code, or paste the link.",
    ),
    "camera.busy": (
        "相机打不开，可能正被别的程序使用。请关掉那个程序再试。",
        "The camera does not start; another program may be using it. Close that program and try again.",
    ),
    "camera.insecure": (
        "当前网址不是安全连接（https），浏览器不允许使用相机。请改用 https 网址，或选择照片、粘贴链接。",
        "Browsers allow no camera without https. Use the https address, or choose a photo, or paste the link.",
    ),
    "camera.unsupported": (
        "这个浏览器不能使用相机。可以选择照片、粘贴链接，或用手机自带的相机扫码。",
        "This browser cannot use the camera. Choose a photo, paste the link, or scan with your phone's own camera.",
    ),
    "camera.reader": (
        "识别程序没有装载成功。请联网后刷新本页，或粘贴链接。",
        "The reader of QR codes could not be loaded. Reload this page with a network, or paste the link.",
    ),
    "code.found": ("已识别，正在打开结果…", "Read. Opening the answer…"),
    "code.claim_of": (
        "二维码的链接指向 {host}，不是本网站。不会打开它，改由本网站查验…",
        "The code leads to {host}, which is another website. That is not opened; it is checked here instead…",
    ),
    "code.elsewhere": (
        "这不是本平台证照的二维码：它指向 {host}。请勿当作查验结果。",
        "This is no licence's code of this service: it leads to {host}. Do not take that for an answer.",
    ),
    "code.other": (
        "这不是本平台证照的二维码。请确认扫的是证照上的查验码，并且拍全、没有遮挡。",
        "This is no licence's code of this service. Make sure that it is the verification code, whole and clear.",
    ),
    "code.reading": ("正在识别照片…", "Reading the photo…"),
    "code.none_on_photo": (
        "照片上没有识别到二维码。请靠近些、拍清楚，再试一次。",
        "No QR code could be read on the photo. Go nearer, hold still, and try again.",
    ),
    # --- a file that the device judges
    "files.eyebrow": ("本机查验结果：完整性与签名", "Result on this device: integrity and signatures"),
    "files.word.passed": ("签名有效", "Signature valid"),
    "files.lead.passed": (
        "文件完整，签名由可信机构签发。现在是否仍然有效，本机不知道，请发送给服务器做完整查验。",
        "Unaltered, and signed under a trusted authority. Whether it still stands, only the full check can tell.",
    ),
    "files.lead.failed": (
        "文件被改动过，或者签名不对。不要采信。",
        "The file was altered, or a signature in it is wrong. Do not rely on it.",
    ),
    "files.lead.indeterminate": (
        "仅在本机还下不了结论。请发送给服务器做完整查验。",
        "This device alone cannot decide it. Send the file for the full check.",
    ),
    "files.lead.unknown": (
        "本机不认识这种文件。请发送给服务器查验，或者换一个文件。",
        "This device does not know this kind of file. Send it for the full check, or choose another.",
    ),
    "files.needs": ("只有服务器才能回答的", "What only the server can answer"),
    "files.need.registry": (
        "证照和印章在登记系统中现在的状态：是否被吊销、注销、挂失。",
        "How the licence and the seal stand in the registry now: whether they were revoked, ended or reported lost.",
    ),
    "files.need.revocation": ("签名者的证书是否已被吊销。", "Whether the signer's certificate was revoked."),
    "files.need.structure": ("文件结构是否被人做过手脚。", "Whether the structure of the file was tampered with."),
    "files.need.changes": ("签名之后追加的内容是否允许。", "Whether what was added after the signature is permitted."),
    "files.need.algorithm": ("本机浏览器不支持的签名算法。", "A signature algorithm that this browser does not know."),
    "files.need.trust_list": (
        "签名者属于哪家机构：设备上没有信任列表。",
        "Whose authority it is: there is no trust list here.",
    ),
    "files.need.document": ("签章所对应的原文。", "The document that the seal signature belongs to."),
    "files.need.ofd": ("OFD 文件中的签章。", "The seals in an OFD file."),
    "files.need.password": (
        "文件有密码。请填写密码，再点“开始查验”。",
        "The file has a password. Enter it, then check the file.",
    ),
    "files.need.policy": (
        "本平台另有验证规则（算法期限、吊销信息的时效等），本机未应用。",
        "This service has further rules (ends of algorithms, age of revocation information), not applied here.",
    ),
    "files.need.size": ("文件太大，本机查不了。", "The file is too large to be checked here."),
    "files.send": ("发送给服务器做完整查验", "Send for the full check"),
    "files.report": ("发送并下载查验报告（PDF）", "Send, and keep the report (PDF)"),
    "files.report_hint": (
        "报告由服务签名，写明每一项检查，可以存档；内附重新验证所需的材料。",
        "The report is signed by the service and tells every check, for your files; it can be verified again later.",
    ),
    "files.sent": (
        "会把整个文件（{name}，{size}）发送给 {host}，只用于这一次查验，查完即弃。",
        "The whole file ({name}, {size}) is sent to {host}, used for this one check, then discarded.",
    ),
    "files.sending": ("正在发送…", "Sending…"),
    "files.offline": ("现在没有网络，不能发送。", "There is no network; nothing was sent."),
    "files.checking": ("正在本机查验，文件没有上传…", "Checking on this device; nothing is sent…"),
    "files.not_here": (
        "本机查验没有成功。可以直接发送给服务器查验。",
        "It could not be checked on this device. You can send it for the full check.",
    ),
    "files.name": ("文件名", "Name"),
    "files.kilobytes": ("{size} KB", "{size} KB"),
    "files.megabytes": ("{size} MB", "{size} MB"),
    # --- what can be done with an answer
    "action.print": ("打印", "Print"),
    "action.share": ("分享", "Share"),
    "action.copied": ("已复制，可以粘贴给别人。", "Copied: paste it wherever you like."),
    "action.not_copied": ("没有复制成功。", "It could not be copied."),
    "action.text": ("{word} {name}（{at} 查验）", "{word} {name} (checked {at})"),
    # --- the code on a holder's phone
    "live.eyebrow": ("亮证", "Shown by its holder"),
    "live.title": ("查验持证人出示的亮证码", "Check the code that a holder shows"),
    "live.lead": (
        "亮证码只能查验一次。请在持证人面前点按下面的按钮。",
        "The code answers once. Press the button while the holder is with you.",
    ),
    "live.submit": ("现在查验", "Check now"),
    "live.told": (
        "持证人会看到亮证码已被查验，以及查验时间。",
        "The holder will see that the code was checked, and when.",
    ),
    "live.shown": ("持证人出示的证照", "Shown by its holder"),
    "live.photo": ("持证人照片", "Picture of the holder"),
    "live.purpose": ("出示用途", "Shown for"),
    "live.once": (
        "这是亮证码唯一一次回答；刷新本页不会再次显示。",
        "The code has answered this once; reloading does not show it again.",
    ),
    "live.lead.passed": (
        "证照有效。请核对持证人与下列信息是否一致。",
        "The licence is in force. Compare the holder with what follows.",
    ),
    "live.lead.failed": ("证照现在不能使用，原因见下。", "The licence proves nothing now; see below."),
    # --- problems
    "problem.eyebrow": ("没有结果", "No result"),
    "problem.title": ("这次没有查成", "This could not be checked"),
    "problem.request": ("请求编号", "Number of the request"),
    "problem.back": ("回到查验首页", "Back to the start page"),
    "problem.open_with_password": (
        "知道密码的，请重新选择文件，并填写密码。",
        "If you know the password, choose the file again and enter it.",
    ),
    "problem.failed": (
        "服务出了故障，已有记录。请稍后再试；仍然不行的话，请凭请求编号联系运维人员。",
        "The service failed; this was recorded. Try again later, or give the operator the number of the request.",
    ),
    "problem.file": (
        "没有收到文件，或者文件是空的。请选择文件后再查验。",
        "No file arrived, or an empty one. Choose a file first.",
    ),
    "problem.password": ("文件密码太长，不能超过 256 个字符。", "The password is too long: at most 256 characters."),
}

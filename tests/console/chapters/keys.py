"""Keys and certificates, and the set-up of the instance, in the hands of the administrators."""

from tests.console.harness import Desk

__all__ = ["PARTS", "look_at_keys", "propose_rotation", "replace_sign_on_key", "rotate_sign_on_key"]

PARTS = {
    "服务密钥": "时间戳（国密）",
    "登录令牌密钥": "待接替",
    "签发机构": "撤销列表",
    "密钥保管": "已解封，可以签名",
    "仪式与变更记录": "下载仪式记录",
}
"""What each part of the page shows."""


def look_at_keys(desk: Desk) -> None:
    """Look at every part of the page, and let each be judged."""
    desk.open("/console/keys")
    for place, (part, shown) in enumerate(PARTS.items()):
        desk.click(part)
        desk.see(shown)
        desk.judged(f"keys-{place}-zh")


def propose_rotation(desk: Desk, *, reason: str) -> None:
    """Propose a new key for the role that is first in the list."""
    desk.open("/console/keys")
    desk.click("提议轮换")
    desk.see("旧密钥在过渡期内仍可签名")
    desk.fill("理由", reason)
    desk.judged("keys-rotation-zh")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("我提出的密钥变更")


def rotate_sign_on_key(desk: Desk, *, reason: str) -> None:
    """Propose that the next key of sign-on takes over, of the algorithm that is first in the list."""
    desk.open("/console/keys?part=sign_on")
    desk.click("提议轮换")
    desk.see("一天内仍可验证")
    desk.fill("理由", reason)
    desk.judged("keys-sign-on-rotation-zh")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("我提出的密钥变更", "轮换单点登录密钥")


def replace_sign_on_key(desk: Desk, *, reason: str) -> None:
    """Withdraw the key of sign-on that signs, of the algorithm that is first in the list."""
    desk.open("/console/keys?part=sign_on")
    desk.click("css:main tbody tr:has(.el-tag--success) .el-button--danger")
    desk.see("由您一人执行，理由记入审计")
    desk.fill("理由", reason)
    desk.judged("keys-sign-on-replacement-zh")
    desk.click("css:.el-dialog__footer .el-button--danger")
    desk.see("已撤下")

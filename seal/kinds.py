"""Kinds of seals 印章类型, with the number that each has in a seal's property information."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["TYPE_NUMBERS", "SealKind"]


class SealKind(StrEnum):
    """What a seal is for."""

    STATUTORY_NAME = "statutory_name"  # 法定名称章
    FINANCE = "finance"  # 财务专用章
    INVOICE = "invoice"  # 发票专用章
    CONTRACT = "contract"  # 合同专用章
    BUSINESS = "business"  # 业务专用章，电子证照专用章属之
    BRANCH = "branch"  # 内设机构、分支机构章
    PERSONAL_NAME = "personal_name"  # 个人名章


TYPE_NUMBERS: Final[Mapping[SealKind, int]] = {
    SealKind.PERSONAL_NAME: 0,
    SealKind.STATUTORY_NAME: 1,
    SealKind.FINANCE: 2,
    SealKind.INVOICE: 3,
    SealKind.CONTRACT: 4,
    SealKind.BUSINESS: 6,
    SealKind.BRANCH: 99,
}
"""SES_ESPropertyInfo.type: a list that a vendor ascribes to the State Council's office, and that real seals fit.

As a rule of a standard it could not be confirmed (docs/divergences.md)."""

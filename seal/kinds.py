"""Kinds of seals 印章类型, with the number that each has in a seal's property information, and who has which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from identity.credit_code import CreditCode

__all__ = ["ENTITLED", "TYPE_NUMBERS", "OrganisationClass", "SealKind", "class_of"]


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


class OrganisationClass(StrEnum):
    """What an organisation is by the first two characters of its credit code (GB 32100-2015, table 1)."""

    ORGAN = "organ"  # 机关
    INSTITUTION = "institution"  # 事业单位
    MASS_ORGANISATION = "mass_organisation"  # 群众团体
    SOCIAL_ORGANISATION = "social_organisation"  # 社会组织
    ENTERPRISE = "enterprise"  # 企业
    SOLE_TRADER = "sole_trader"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    OTHER = "other"  # 其他


PREFIXES: Final[Mapping[str, OrganisationClass]] = {
    "11": OrganisationClass.ORGAN,
    "12": OrganisationClass.INSTITUTION,
    "13": OrganisationClass.MASS_ORGANISATION,
    "51": OrganisationClass.SOCIAL_ORGANISATION,
    "52": OrganisationClass.SOCIAL_ORGANISATION,
    "53": OrganisationClass.SOCIAL_ORGANISATION,
    "59": OrganisationClass.SOCIAL_ORGANISATION,
    "91": OrganisationClass.ENTERPRISE,
    "92": OrganisationClass.SOLE_TRADER,
    "93": OrganisationClass.COOPERATIVE,
}
ALL: Final = frozenset(SealKind)

ENTITLED: Final[Mapping[OrganisationClass, frozenset[SealKind]]] = {
    OrganisationClass.ORGAN: ALL - {SealKind.INVOICE},
    OrganisationClass.INSTITUTION: ALL,
    OrganisationClass.MASS_ORGANISATION: ALL,
    OrganisationClass.SOCIAL_ORGANISATION: ALL,
    OrganisationClass.ENTERPRISE: ALL,
    OrganisationClass.SOLE_TRADER: ALL - {SealKind.BRANCH},
    OrganisationClass.COOPERATIVE: ALL,
    OrganisationClass.OTHER: ALL,
}
"""Which kinds an organisation of each class has. Organs issue fiscal bills and no invoices; a sole trader has no inner
bodies. 国办发〔2025〕33号 could not be read on this (docs/divergences.md)."""


def class_of(code: CreditCode) -> OrganisationClass:
    """Return what an organisation is by its credit code; what is not known by its prefix is another one."""
    return PREFIXES.get(code.value[:2], OrganisationClass.OTHER)

"""The elements of a licence's metadata 元数据 (GB/T 36903-2018): their short names, and what those mean in English.

The text of the standard was not at hand. The short names are those that real licences carry as their custom data, the
English ones those of sharing interfaces. UNCONFIRMED (docs/divergences.md): the spelling of dates and levels, codes of
holders beside the two that are known, and how a licence without an end is spelt.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from licence.types.particulars import AuthorityLevel

__all__ = ["ENGLISH", "LEVELS", "LONG_TERM", "NAMES", "OPTIONAL", "HolderCodeType"]

ENGLISH: Final = {
    "ZZMC": "certificateTypeName",
    "ZZLXDM": "certificateTypeCode",
    "ZZBH": "certificateNumber",
    "ZZBS": "certificateIdentifier",
    "ZZBFJG": "certificateIssuingAuthorityName",
    "ZZBFJGDM": "certificateIssuingAuthorityCode",
    "ZZBFJGJB": "certificateIssuingAuthorityLevel",
    "ZZBFRQ": "certificateIssuedDate",
    "CZZT": "certificateHolderName",
    "CZZTDM": "certificateHolderCode",
    "CZZTDMLX": "certificateHolderTypeName",
    "CZZTDMLXDM": "certificateHolderTypeCode",
    "ZZYXQQSRQ": "certificateEffectiveDate",
    "ZZYXQJZRQ": "certificateExpiringDate",
    "ZZQZR": "certificateSealer",
    "ZZQZMC": "certificateSealName",
    "CJSJ": "certificateCreationTime",
    "YZZBFRQ": "paperCertificateIssuedDate",
}
"""Short names in the order in which they are written. The last one is ours: when the paper licence was issued that an
electronic one was made from; what was never on paper lacks it."""

NAMES: Final = tuple(ENGLISH)
OPTIONAL: Final = frozenset({"YZZBFRQ"})
LONG_TERM: Final = date(9999, 12, 31)
"""How a licence without an end 长期 is spelt."""

LEVELS: Final = {
    AuthorityLevel.NATIONAL: "国家级",
    AuthorityLevel.PROVINCE: "省级",
    AuthorityLevel.CITY: "地市级",
    AuthorityLevel.COUNTY: "区县级",
    AuthorityLevel.TOWNSHIP: "乡镇级",
    AuthorityLevel.OTHER: "其他",
}


class HolderCodeType(StrEnum):
    """What kind of code a holder has 持证主体代码类型."""

    CREDIT_CODE = "001"
    CITIZEN_NUMBER = "111"
    TRAVEL_PERMIT_TAIWAN = "511"
    TRAVEL_PERMIT_HONG_KONG_MACAO = "516"
    OTHER_DOCUMENT = "999"
    """These three are UNCONFIRMED: public programs have them so (docs/divergences.md)."""

    @property
    def label(self) -> str:
        """How it is called."""
        return LABELS[self]


LABELS: Final[Mapping[HolderCodeType, str]] = {
    HolderCodeType.CREDIT_CODE: "统一社会信用代码",
    HolderCodeType.CITIZEN_NUMBER: "公民身份号码",
    HolderCodeType.TRAVEL_PERMIT_TAIWAN: "台湾居民来往大陆通行证号码",
    HolderCodeType.TRAVEL_PERMIT_HONG_KONG_MACAO: "港澳居民来往内地通行证号码",
    HolderCodeType.OTHER_DOCUMENT: "其他自然人有效证件代码",
}

"""Sizes and centres of official seals by their owners' rank (国发（1999）25号)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seal.image.errors import ImageAgainstRank

__all__ = ["RANKS", "Centre", "OwnerRank", "RankRule", "require_rank"]


class Centre(StrEnum):
    """What stands in the centre of a seal."""

    STAR = "star"
    EMBLEM = "emblem"
    """The emblem that the operator provides; no emblem of the state ships with the house."""

    EMPTY = "empty"


class OwnerRank(StrEnum):
    """What the owner of a seal is among the organs of the state."""

    STATE_COUNCIL = "state_council"  # 国务院
    PROVINCE = "province"  # 省、自治区、直辖市人民政府，国务院办公厅和各部委
    ORGAN = "organ"  # 国务院直属机构、办事机构、事业单位，正部级
    VICE_ORGAN = "vice_organ"  # 同上，副部级
    COORDINATING = "coordinating"  # 国务院议事协调机构、临时机构
    NATIONAL_BUREAU = "national_bureau"  # 国务院部委管理的国家局
    NATIONAL_UNIT = "national_unit"  # 冠“中华人民共和国”或“国家”的内设机构，对外业务机构
    CITY_OR_COUNTY = "city_or_county"  # 自治州、市、县、市辖区人民政府
    REGIONAL_OFFICE = "regional_office"  # 地区行政公署
    TOWNSHIP = "township"  # 乡、镇人民政府
    EMBASSY = "embassy"  # 驻外使领馆
    OTHER = "other"  # 内设机构、企业、事业单位、社会团体


@dataclass(frozen=True, kw_only=True)
class RankRule:
    """What a rank asks of its seal; diameters in millimetres."""

    smallest: int
    largest: int
    centres: tuple[Centre, ...]


RANKS: Final[Mapping[OwnerRank, RankRule]] = {
    OwnerRank.STATE_COUNCIL: RankRule(smallest=60, largest=60, centres=(Centre.EMBLEM,)),
    OwnerRank.PROVINCE: RankRule(smallest=50, largest=50, centres=(Centre.EMBLEM,)),
    OwnerRank.ORGAN: RankRule(smallest=50, largest=50, centres=(Centre.EMBLEM, Centre.STAR)),
    OwnerRank.VICE_ORGAN: RankRule(smallest=45, largest=45, centres=(Centre.EMBLEM, Centre.STAR)),
    OwnerRank.COORDINATING: RankRule(smallest=50, largest=50, centres=(Centre.STAR,)),
    OwnerRank.NATIONAL_BUREAU: RankRule(smallest=45, largest=45, centres=(Centre.EMBLEM,)),
    OwnerRank.NATIONAL_UNIT: RankRule(smallest=42, largest=42, centres=(Centre.EMBLEM,)),
    OwnerRank.CITY_OR_COUNTY: RankRule(smallest=45, largest=45, centres=(Centre.EMBLEM,)),
    OwnerRank.REGIONAL_OFFICE: RankRule(smallest=45, largest=45, centres=(Centre.STAR,)),
    OwnerRank.TOWNSHIP: RankRule(smallest=42, largest=42, centres=(Centre.STAR,)),
    OwnerRank.EMBASSY: RankRule(smallest=42, largest=42, centres=(Centre.EMBLEM,)),
    OwnerRank.OTHER: RankRule(smallest=30, largest=45, centres=(Centre.STAR,)),
}
"""The star of townships is common practice; the text that could be read does not say so (docs/divergences.md)."""


def require_rank(rank: OwnerRank, *, diameter_mm: int, centre: Centre) -> None:
    """Raise `ImageAgainstRank` where a round seal has another size or centre than its owner's rank asks for."""
    rule = RANKS[rank]
    if rule.smallest <= diameter_mm <= rule.largest and centre in rule.centres:
        return
    sizes = f"{rule.smallest}" if rule.smallest == rule.largest else f"{rule.smallest}–{rule.largest}"
    raise ImageAgainstRank(rank=rank.value, sizes=sizes, centres=", ".join(rule.centres))

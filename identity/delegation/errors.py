"""What can be wrong with mandates."""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound

__all__ = [
    "MandateBeyond",
    "MandateInvalid",
    "MandateNotInForce",
    "MandateNotYours",
    "MandateTooFewUses",
    "MandateUnknown",
]


class MandateUnknown(NotFound):
    """There is no such mandate, or none that concerns this actor."""

    code = "mandate.unknown"


class MandateInvalid(Invalid):
    """The mandate gives nothing, or what none can give. `field` names the member."""

    code = "mandate.invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class MandateBeyond(Conflict):
    """It is more than whoever gives it has received. `field` names the bound."""

    code = "mandate.beyond"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class MandateTooFewUses(Conflict):
    """No mandate by which this may be done has so many uses left as it `needs`, at once."""

    code = "mandate.too_few_uses"
    detail_names: ClassVar[tuple[str, ...]] = ("needs",)


class MandateNotYours(Denied):
    """The actor may not give this, or end it, in the name of the delegator."""

    code = "mandate.not_yours"


class MandateNotInForce(Conflict):
    """The mandate does not hold at this moment: itself, one above it, or a party to one of them."""

    code = "mandate.not_in_force"
    detail_names: ClassVar[tuple[str, ...]] = ("mandate",)

"""What a client gets to see of a licence: the fields that its grant names, masked where the grant says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from identity.subject import Organisation, Person, mask_organisation
from licence.records import Licence
from licence.sharing.entries import HOLDER_CODE, HOLDER_NAME, NUMBER, Disclosure, is_field
from licence.sharing.errors import FieldNotGranted, SharingInvalid
from licence.spelling import is_same
from licence.verification import Standing
from trust.crypto.sm3 import sm3
from trust.events import canonical

__all__ = ["DATA", "SharedLicence", "compare", "disclosed", "masked"]

SHOWN_PART: Final = 6
"""Of a value a sixth is shown at each end; of a short one the last character alone."""

MOST_SHOWN: Final = 4
MOST_ASKED: Final = 20
"""Fields that one call may ask about."""

DATA: Final = "data."
NO_PICTURES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class SharedLicence:
    """A licence as a client sees it. How it stands is told as of this moment."""

    identifier: str
    type_code: str
    type_name: str
    type_name_en: str
    """Empty where the type has no English name."""

    issuer: str
    state: str
    is_in_force: bool
    is_expired: bool
    issued_on: date
    first_day: date
    """First day of validity."""

    last_day: date | None
    fields: Mapping[str, Any] = field(repr=False)

    @property
    def digest(self) -> str:
        """SM3 of what is handed out, for the record of the call."""
        plain = {
            **{name: value for name, value in vars(self).items() if name != "fields"},
            "issued_on": self.issued_on.isoformat(),
            "first_day": self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "fields": dict(self.fields),
        }
        return sm3(canonical(plain)).hex()


def values_of(licence: Licence, holder: Person | Organisation) -> dict[str, Any]:
    """Return every value of a licence by the name that grants know it by."""
    name = holder.name if isinstance(holder, Organisation) else holder.name.value
    own = {NUMBER: licence.number, HOLDER_NAME: name, HOLDER_CODE: holder.code}
    return own | {f"{DATA}{name}": value for name, value in licence.data.items()}


def disclosed(
    standing: Standing,
    holder: Person | Organisation,
    fields: Mapping[str, Disclosure],
    *,
    names: frozenset[str] | None = None,
    pictures: Mapping[str, str] = NO_PICTURES,
) -> SharedLicence:
    """Return a licence as a client sees it whose grant names `fields`; `names` are those that it asked for.

    `pictures` are shown in place of what names them in the data.

    Raise `FieldNotGranted` for a name that the grant does not have. None: all that the grant has.
    """
    require_granted(sorted(names or ()), fields)
    licence = standing.licence
    known = values_of(licence, holder) | {f"{DATA}{name}": picture for name, picture in pictures.items()}
    shown = {
        name: known[name] if one is Disclosure.WHOLE else hidden(name, known[name], holder)
        for name, one in fields.items()
        if name in known and (names is None or name in names)
    }
    return SharedLicence(
        identifier=licence.identifier,
        type_code=standing.type_code,
        type_name=standing.type_name,
        type_name_en=standing.type_name_en,
        issuer=standing.issuer,
        state=licence.state.value,
        is_in_force=standing.is_in_force,
        is_expired=standing.expired,
        issued_on=licence.issued_on,
        first_day=licence.valid_from,
        last_day=licence.last_day,
        fields=shown,
    )


def require_granted(names: Iterable[str], fields: Mapping[str, Disclosure]) -> None:
    """Return if a grant names all of these fields, else raise `FieldNotGranted` with the first that it does not.

    The audit trail keeps what a refusal tells: what a client wrote where a name should be is not repeated.
    """
    for name in names:
        if name not in fields:
            raise FieldNotGranted(field=name if is_field(name) else "")


def metadata_of(fields: Mapping[str, Disclosure]) -> frozenset[str]:
    """Return the names among `fields` that tell which licence it is, and nothing of its data."""
    return frozenset(name for name in fields if not name.startswith(DATA))


def hidden(name: str, value: Any, holder: Person | Organisation) -> Any:  # noqa: ANN401 - a value of JSON
    """Return a value so that who has it can recognise it, and nobody else learn it."""
    if name == HOLDER_NAME:
        return mask_organisation(holder.name) if isinstance(holder, Organisation) else holder.name.masked
    return masked(value)


def masked(value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    """Return a value with most of its characters hidden, and every value inside it likewise."""
    if isinstance(value, Mapping):
        return {name: masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    text = str(value)
    if len(text) <= 1:
        return "*" * len(text)
    shown = min(len(text) // SHOWN_PART, MOST_SHOWN)
    if shown == 0:
        return "*" * (len(text) - 1) + text[-1]
    return text[:shown] + "*" * (len(text) - 2 * shown) + text[-shown:]


def compare(
    licence: Licence, holder: Person | Organisation, fields: Mapping[str, Disclosure], values: Mapping[str, str]
) -> dict[str, bool]:
    """Return for each value that was asked about whether it is that of the licence.

    Raise `FieldNotGranted` for a field that the grant does not name, `SharingInvalid` for none, too many, or one that
    holds no text. What is written in other forms of the same characters is the same: full-width digits, blanks.
    """
    if not 1 <= len(values) <= MOST_ASKED:
        raise SharingInvalid(field="values", rule="length")
    require_granted(values, fields)
    known = values_of(licence, holder)
    for name in values:
        if not isinstance(known.get(name, ""), str):
            raise SharingInvalid(field=name, rule="text")
    return {name: is_same(known.get(name, ""), value) for name, value in values.items()}

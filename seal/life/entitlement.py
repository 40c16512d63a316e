"""Who may have which seal: the class of the owner, the person whose name it shows, the name that it may show."""

from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import Organisation, Person
from seal.errors import BearerMissing, BearerNotOfOwner, DesignNotOfOwner, KindNotEntitled
from seal.image.designs import SealDesign, Shape
from seal.kinds import ENTITLED, SealKind, class_of
from trust.store import Reading

__all__ = ["name_of", "require_bearer", "require_design", "require_entitled", "require_fitting"]


def require_entitled(owner: Organisation, kind: SealKind) -> None:
    """Return if an organisation of this class has seals of this kind, else raise `KindNotEntitled`."""
    found = class_of(owner.credit_code)
    if kind not in ENTITLED[found]:
        raise KindNotEntitled(kind=kind.value, organisation_class=found.value)


def require_bearer(
    identity: IdentityService, view: Reading, *, owner: Organisation, kind: SealKind, bearer: str | None
) -> Person | None:
    """Return the person whose name the seal shows, where it is a personal-name seal.

    That is the legal representative of the owner, or somebody with a duty for it. Raise `BearerMissing` where a person
    is missing or one too many, `SubjectUnknown`, `SubjectNotActive`, `BearerNotOfOwner`.
    """
    if (kind is SealKind.PERSONAL_NAME) is (bearer is None):
        raise BearerMissing(kind=kind.value)
    if bearer is None:
        return None
    person = identity.require_person(view, bearer)
    person.require(SubjectUse.ACT)
    if person.id != owner.legal_representative and not identity.acts_for(view, person.id, owner.id):
        raise BearerNotOfOwner(bearer=person.id)
    return person


def require_design(design: SealDesign, *, owner: Organisation, kind: SealKind, bearer: Person | None) -> None:
    """Return if a design names whom it must, else raise `DesignNotOfOwner`.

    A personal-name seal shows its bearer's name; that of a branch begins with its owner's and goes on with its own;
    any other shows its owner's registered name and nothing else on the rim.
    """
    if bearer is not None:
        fits = design.name == bearer.name.value and design.shape in (Shape.SQUARE, Shape.PICTURE)
    elif kind is SealKind.BRANCH:
        fits = design.name.startswith(" ".join(owner.name.split())) and design.shape is not Shape.SQUARE
    else:
        fits = design.name == " ".join(owner.name.split()) and design.shape is not Shape.SQUARE
    if not fits:
        raise DesignNotOfOwner


def require_fitting(
    identity: IdentityService,
    view: Reading,
    *,
    owner: Organisation,
    kind: SealKind,
    design: SealDesign,
    bearer: str | None,
) -> Person | None:
    """Return the person whose name a seal shows, where its owner may have the seal as it is designed.

    Asked when it is applied for, and again when it is made: owners and people are renamed, and leave. Raise what the
    three above raise.
    """
    require_entitled(owner, kind)
    person = require_bearer(identity, view, owner=owner, kind=kind, bearer=bearer)
    require_design(design, owner=owner, kind=kind, bearer=person)
    return person


def name_of(design: SealDesign, title: str) -> str:
    """Return the whole name of a seal: what it shows, and what it is called where a picture shows that."""
    match design.shape:
        case Shape.ROUND:
            return design.name + design.row
        case Shape.OVAL:
            return design.name + (design.second_row or design.row)
        case Shape.SQUARE:
            return design.name
        case Shape.PICTURE:
            return design.name + title

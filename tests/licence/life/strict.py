"""A type of licences whose steps want another person to agree, and whose licences want a time-stamp at once."""

from typing import Any, Final

from api.demo import cast
from identity import grant_repository
from licence.catalogue import DraftType
from licence.life.reviewing import ReviewService
from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.types.particulars import HolderCategory, Outage, SignatureRule, TypeParticulars
from tests.licence.builders import Desk
from trust.events import AuditEvent

__all__ = ["STRICT_TYPE", "order", "publish_strict_type", "reviews"]

STRICT_TYPE: Final = f"{cast.DEFINER}044"
WATCHED: Final = frozenset({LicenceEvent.RELEASE, LicenceEvent.RENEW, LicenceEvent.REVOKE})


def publish_strict_type(desk: Desk) -> None:
    """Publish the type."""
    particulars = TypeParticulars(
        code=STRICT_TYPE,
        name="食品经营许可证",
        holders=frozenset({HolderCategory.LEGAL_PERSON}),
        schema=cast.FOOD_SCHEMA,
        signature=SignatureRule(outage=Outage.REFUSE),
        four_eyes=WATCHED,
    )
    catalogue = desk.house.catalogue
    catalogue.draft(
        desk.officer, DraftType(issuer=desk.staff.organisation, template="food_permit", particulars=particulars)
    )
    catalogue.review(desk.staff.licence_reviewer, STRICT_TYPE)
    catalogue.publish(desk.officer, STRICT_TYPE)
    register_grants(desk)


def register_grants(desk: Desk) -> None:
    """Let the registry know the grants of the clerk and of the business system: what they ask for is done later."""
    house = desk.house
    with house.store.transaction() as tx:
        for one in (desk.clerk, desk.staff.client):
            for grant in sorted(one.grants - house.identity.repository.grants(tx, one.id), key=str):
                grant_repository.put(tx, one.id, grant, by="test", until=None)
        tx.record(AuditEvent(tag="test:grant:done", actor="test", subject="test"))


def order(desk: Desk, **changes: Any) -> IssueLicence:  # noqa: ANN401 - a command's fields
    """Return an order for a licence of the type."""
    return desk.command(type=STRICT_TYPE, **changes)


def reviews(desk: Desk) -> ReviewService:
    """Return the service that decides."""
    house = desk.house
    return ReviewService(store=house.store, identity=house.identity, licences=house.licences)

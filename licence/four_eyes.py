"""Four eyes 四眼原则: which steps of a type wait for another person, and proof that one has agreed to exactly this."""

from licence.errors import RequestNotOpen, RequestOutdated, ReviewRequired
from licence.lifecycle import LicenceEvent
from licence.request_repository import RequestRepository, RequestState
from licence.types.kind import LicenceType
from trust.store import Reading

__all__ = ["require_agreed"]


def require_agreed(
    requests: RequestRepository,
    view: Reading,
    kind: LicenceType,
    event: LicenceEvent,
    *,
    actor: str,
    review: str | None,
    digest: str,
) -> None:
    """Return if a step may be taken: nobody need agree to it, or somebody has agreed to exactly this.

    Raise `ReviewRequired`, `RequestOutdated` or `RequestNotOpen`.
    """
    if review is None:
        if event in kind.four_eyes:
            raise ReviewRequired(event=event.value)
        return
    found = requests.get(view, review)
    if found is None or found.requester != actor:
        raise ReviewRequired(event=event.value)
    if found.state is not RequestState.APPROVED:
        raise RequestNotOpen(state=found.state.value)
    if (found.digest, found.event) != (digest, event):
        raise RequestOutdated(field="digest")

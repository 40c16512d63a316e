"""Four eyes in the story: one security administrator proposes a duty, the other one agrees."""

from collections.abc import Mapping
from typing import Any

from api.demo.cast import Member
from api.demo.journal import Voice

__all__ = ["appoint"]


def appoint(first: Voice, second: Voice, member: Member, grant: Mapping[str, Any]) -> None:
    """Give somebody a duty: it is held once the other one has agreed to exactly this."""
    once = {"Idempotency-Key": f"story-duty-{member.role}"}
    proposal = first.json(
        f"提请授予 {member.name} 职责 {member.duty}", "POST", "/v1/duties", json=dict(grant), headers=once
    )
    path = f"/v1/proposals/{proposal['id']}/approval"
    second.ask(f"同意授予 {member.name} 职责", "POST", path, json={"digest": proposal["digest"]})

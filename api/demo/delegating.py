"""A step of the story: an agent stamps under a delegation that was given on, and the document carries the chain."""

import json
from datetime import datetime, timedelta
from typing import Any

from api.demo.evidence import place_for_seal
from api.demo.journal import StoryFailed, Voice
from trust.delegations import Chain

__all__ = ["stamp_under_a_delegation"]


def stamp_under_a_delegation(
    *,
    owner: Voice,
    between: tuple[Voice, str],
    agent: tuple[Voice, str],
    authority: str,
    seal: dict[str, Any],
    document: bytes,
    now: datetime,
) -> tuple[bytes, bytes]:
    """Return the stamped document, and the signed chain under which it was stamped.

    The owner lets one person stamp three notices within a week; that one lets another stamp one of them.
    """
    terms = {
        "matters": ["seal.stamp"],
        "seals": [seal["code"]],
        "purposes": ["document.stamp"],
        "document_kinds": ["notice"],
        "valid_until": (now + timedelta(days=7)).isoformat(),
    }
    first = given(owner, between, {**terms, "delegator": authority, "times": 3, "depth": 1}, key="story-delegation-1")
    voice, name = between
    within = {**terms, "delegator": name, "within": first, "times": 1}
    second = given(voice, agent, within, key="story-delegation-2")
    x, y = place_for_seal(document)
    places = [{"kind": "point", "page": 1, "x_mm": round(x, 1), "y_mm": round(y, 1)}]
    order = json.dumps({"places": places, "reason": "通知签发"}, ensure_ascii=False)
    who, _ = agent
    stamped = who.ask(
        "受托人用印",
        "POST",
        f"/v1/seals/{seal['id']}/stampings",
        data={"order": order, "purpose": "document.stamp", "document_kind": "notice"},
        files={"file": ("notice.pdf", document, "application/pdf")},
        headers={"Idempotency-Key": "story-delegated-stamp"},
    ).content
    chain = who.ask("取得已签名的授权链", "GET", f"/v1/delegations/{second}/chain").content
    if [one.delegation.id for one in Chain.read(chain).statements] != [first, second]:
        raise StoryFailed("the chain is not that of the delegations")
    return stamped, chain


def given(giver: Voice, receiver: tuple[Voice, str], terms: dict[str, Any], *, key: str) -> str:
    """Offer a delegation and have it accepted; return its identifier."""
    voice, name = receiver
    body = {**terms, "delegate": name}
    offered = giver.json("授权委托", "POST", "/v1/delegations", json=body, headers={"Idempotency-Key": key})
    accepted = voice.json("接受授权委托", "POST", f"/v1/delegations/{offered['id']}/acceptance")
    if accepted["state"] != "accepted":
        raise StoryFailed("the delegation is not in force")
    return str(accepted["id"])

"""Proofing in the story: two officers see a person again, who reads what is proven and which level each thing needs."""

from api.demo.journal import Voice

__all__ = ["prove_again"]

SEEN = {"sources": ["document_chip", "face_in_person"], "reason": "法定代表人到场，读取证件芯片，人证一致。"}


def prove_again(first: Voice, second: Voice, person: str) -> None:
    """One officer records a check at the counter, another one confirms it, and the first reads what is on record."""
    once = {"Idempotency-Key": "story-counter-check"}
    path = f"/v1/subjects/{person}/counter-checks"
    proposal = first.json("记录柜台核验", "POST", path, json=SEEN, headers=once)
    decision = f"/v1/proposals/{proposal['id']}/approval"
    second.ask("另一名登记员确认核验", "POST", decision, json={"digest": proposal["digest"]})
    first.ask("查看核验记录", "GET", f"/v1/subjects/{person}/proofings")
    first.ask("查看各项权限所需等级", "GET", "/v1/permissions")

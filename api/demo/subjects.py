"""A step of the story: a visitor is registered twice, by two documents; the two are merged, the name corrected."""

from typing import Any, Final

from api.demo.journal import StoryFailed, Voice

__all__ = ["CORRECTED", "PASSPORT", "PERMIT", "VISITOR", "merge_a_visitor"]

VISITOR: Final = "陈大文"
CORRECTED: Final = "陈大汶"
PERMIT: Final = {"kind": "travel_permit_hong_kong_macao", "number": "H10000011"}
PASSPORT: Final = {"kind": "passport", "number": "K12345678", "country": "HKG"}
GROUND: Final = {"effective_on": "2024-01-05", "evidence": "出入境管理局核对函〔2024〕第7号", "reason": "核对为同一人"}


def merge_a_visitor(first: Voice, second: Voice) -> str:
    """One registrar finds that two identifiers are one person, another agrees; the name is corrected likewise."""
    found = []
    for document in (PERMIT, PASSPORT):
        body = {"name": VISITOR, "document": document}
        person = first.json(f"以{TITLES[document['kind']]}登记来访者", "POST", "/v1/persons", json=body)["id"]
        second.ask("核验来访者", "POST", f"/v1/subjects/{person}/proofing")
        found.append(str(person))
    double, survivor = found
    path = f"/v1/subjects/{double}/merging"
    agree(first, second, "合并重复登记", path, {**GROUND, "survivor": survivor})
    path = f"/v1/subjects/{survivor}/name-changes"
    agree(first, second, "更正姓名", path, {**GROUND, "name": CORRECTED, "reason": "凭证件更正姓名"})
    path = f"/v1/subjects/{double}/disclosures"  # the identifier of before leads to the survivor
    asked = {"purpose": "correction", "fields": ["documents", "former_names"], "reference": "更正20240105-01"}
    shown = first.json("按目的查询（更正）", "POST", path, json=asked)["values"]
    if (len(shown["documents"]), shown["former_names"]) != (2, [VISITOR]):
        raise StoryFailed("the survivor has both documents and the name of before")
    return survivor


TITLES: Final = {"travel_permit_hong_kong_macao": "来往内地通行证", "passport": "护照"}


def agree(first: Voice, second: Voice, what: str, path: str, body: dict[str, Any]) -> None:
    """One proposes a change, and the other agrees to exactly that."""
    once = {"Idempotency-Key": f"story-{path}"}
    proposal = first.json(f"提请{what}", "POST", path, json=body, headers=once)
    told = {"digest": proposal["digest"]}
    second.ask(f"同意{what}", "POST", f"/v1/proposals/{proposal['id']}/approval", json=told)

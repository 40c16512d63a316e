"""SCIM 2.0 账号同步接口 (RFC 7644): a platform tells of its accounts, and sees those alone that it has told of.

There are users and no groups: duties and organisations are given here, by people, and are not taken from outside.
"""

import re
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.texts import Name, Text, is_text, texts_of
from api.scim import discovery
from api.scim.answers import PREFIX, SCIM, ScimResponse
from api.scim.patching import PATCH, patched
from api.scim.resource import PERSON, USER, etag_of, read_user, rendered, told_of
from api.wiring import Instance
from identity.duties import Actor
from identity.provisioning.errors import AccountChanged, AccountMalformed, FilterMalformed
from identity.provisioning.repository import ProvisioningRepository
from identity.provisioning.users import SyncedAccount, SyncedUser

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["账号同步 scim"], default_response_class=ScimResponse)
InstanceHere = Annotated[Instance, Depends(instance_of)]
Platform = Annotated[Actor, allow(Permission.SUBJECT_SYNC)]
AccountName = Annotated[Name, Path(examples=["sync_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
IfMatch = Annotated[str, Header(alias="If-Match", description="Version that was read", examples=['W/"3"'])]

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
FILTER: Final = re.compile(r'\s*(id|userName|externalId)\s+eq\s+"((?:[^"\\]|\\["\\])*)"\s*', re.IGNORECASE)
VERSION: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')
MAX_START: Final = (1 << 31) - 1
EXAMPLE: Final = {
    "schemas": [USER, PERSON],
    "externalId": "u-330199-000017",
    "userName": "wang.xiaoming",
    "name": {"formatted": "王小明"},
    "active": True,
    PERSON: {
        "level": 2,
        "documentKind": "resident_identity_card",
        "documentNumber": "11010519491231002X",
    },
}
CHANGE: Final = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
GIVEN: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {SCIM: {"example": EXAMPLE}}}}
MADE: Final[dict[int | str, dict[str, Any]]] = {201: {"content": {SCIM: {"example": EXAMPLE}}}}
REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": words, "content": {SCIM: {}}}
    for status, words in ((400, "Malformed"), (401, "No token"), (403, "No platform"), (404, "Unknown"), (409, "Taken"))
}
User = Annotated[dict[str, Any], Body(media_type=SCIM, examples=[EXAMPLE])]


def address_of(instance: Instance) -> str:
    """Return under which address the service stands."""
    return f"{instance.base.settings.public_url}{PREFIX}"


def version_of(text: str) -> int | None:
    """Return the version that If-Match names; none for a request without, and for any (`*`). Raise `AccountChanged`."""
    if text in {"", "*"}:
        return None
    found = VERSION.fullmatch(text.strip())
    if found is None:
        raise AccountChanged
    return int(found[1])


def answered(instance: Instance, account: SyncedAccount, *, status: int = 200) -> Response:
    """Return an account with its version and place."""
    resource = rendered(account, address=address_of(instance))
    headers = {"ETag": etag_of(account.version), "Location": resource["meta"]["location"]}
    return ScimResponse(resource, status_code=status, headers=headers)


def listed(resources: list[dict[str, Any]], *, total: int, start: int) -> Response:
    """Return a list (RFC 7644, 3.4.2)."""
    body = {"schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": len(resources)}
    return ScimResponse(body | {"Resources": resources})


@router.get("/ServiceProviderConfig", summary="What is served 服务能力", responses=GIVEN | REFUSED)
def configuration(instance: InstanceHere, _: Platform) -> Response:
    """Return what of the protocol is served (RFC 7643, 5)."""
    return ScimResponse(discovery.provider_configuration(address_of(instance)))


@router.get("/ResourceTypes", summary="Which resources there are 资源类型", responses=GIVEN | REFUSED)
def types(instance: InstanceHere, _: Platform) -> Response:
    """Return which resources there are: users, and no groups (RFC 7643, 6)."""
    found = discovery.resource_types(address_of(instance))
    return listed(found, total=len(found), start=1)


@router.get("/Schemas", summary="The schemas 模式", responses=GIVEN | REFUSED)
def all_schemas(instance: InstanceHere, _: Platform) -> Response:
    """Return the schemas with the attributes that count (RFC 7643, 7)."""
    found = discovery.schemas(address_of(instance))
    return listed(found, total=len(found), start=1)


@router.post("/Users", summary="Tell of an account 新增账号", status_code=201, responses=MADE | REFUSED)
def create(instance: InstanceHere, actor: Platform, body: User) -> Response:
    """Take an account: the person is found by document and name, or registered as far as the platform vouches."""
    federation = instance.federation
    made = federation.provisioning.create(federation.source_of(actor), read_user(checked(body)))
    return answered(instance, made, status=201)


@router.get("/Users", summary="Accounts that were told of 账号列表", responses=GIVEN | REFUSED)
def search(
    instance: InstanceHere,
    actor: Platform,
    wanted: Annotated[
        Text, Query(alias="filter", max_length=600, description='id, userName or externalId eq "…"')
    ] = "",
    start: Annotated[int, Query(alias="startIndex", le=MAX_START)] = 1,
    count: Annotated[int, Query(le=MAX_START)] = discovery.MOST,
) -> Response:
    """Return the accounts of this platform: all in pages, or the one that a filter names."""
    federation = instance.federation
    source, address = federation.source_of(actor), address_of(instance)
    start, count = max(start, 1), max(0, min(count, discovery.MOST))  # RFC 7644, 3.4.2.4
    if wanted:
        found = federation.provisioning.search(source, partial(lookup, filter_of(wanted), source.name))
        total = len(found)
        found = found[start - 1 :][:count]
    else:
        total, found = federation.provisioning.page(source, start=start - 1, count=count)
    return listed([rendered(one, address=address) for one in found], total=total, start=start)


def filter_of(text: str) -> tuple[str, str]:
    """Return the attribute of a filter in small letters, and the value. Raise `FilterMalformed`."""
    found = FILTER.fullmatch(text)
    if found is None:
        raise FilterMalformed
    return found[1].lower(), re.sub(r"\\(.)", r"\1", found[2])


def lookup(asked: tuple[str, str], source: str, repository: ProvisioningRepository, view: Any) -> SyncedAccount | None:  # noqa: ANN401 - a reading
    """Return the account that a filter names."""
    attribute, value = asked
    if attribute == "id":
        return repository.get(view, source, value)
    if attribute == "username":
        return repository.by_username(view, source, value)
    return repository.by_external_id(view, source, value) if value else None


@router.get("/Users/{account}", summary="An account 查看账号", responses=GIVEN | REFUSED)
def read(instance: InstanceHere, actor: Platform, account: AccountName) -> Response:
    """Return an account of this platform, with its version."""
    federation = instance.federation
    return answered(instance, federation.provisioning.find(federation.source_of(actor), account))


@router.put("/Users/{account}", summary="Tell of an account anew 替换账号", responses=GIVEN | REFUSED)
def replace(
    instance: InstanceHere, actor: Platform, account: AccountName, body: User, if_match: IfMatch = ""
) -> Response:
    """Take what is new of an account. The document does not change; a name is changed by a registrar here."""
    federation = instance.federation
    source, user = federation.source_of(actor), read_user(checked(body))
    made = federation.provisioning.replace(source, account, user, version=version_of(if_match))
    return answered(instance, made)


@router.patch("/Users/{account}", summary="Change an account 修改账号", responses=GIVEN | REFUSED)
def change(
    instance: InstanceHere,
    actor: Platform,
    account: AccountName,
    body: Annotated[dict[str, Any], Body(media_type=SCIM, examples=[CHANGE])],
    if_match: IfMatch = "",
) -> Response:
    """Change named attributes of an account, all of them or none (RFC 7644, 3.5.2)."""
    federation = instance.federation
    operations = checked(body)

    def changed(before: SyncedUser) -> SyncedUser:
        return read_user(patched(told_of(before), operations))

    source = federation.source_of(actor)
    made = federation.provisioning.change(source, account, changed, version=version_of(if_match))
    return answered(instance, made)


@router.delete("/Users/{account}", summary="Take an account back 删除账号", status_code=204, responses=REFUSED)
def remove(instance: InstanceHere, actor: Platform, account: AccountName, if_match: IfMatch = "") -> Response:
    """Take an account back: whom it has registered here is frozen; nobody is lost."""
    federation = instance.federation
    federation.provisioning.remove(federation.source_of(actor), account, version=version_of(if_match))
    return Response(status_code=204)


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body in which every text is one that a database can hold, else raise `AccountMalformed`."""
    if not all(is_text(text) for _, text in texts_of(body)):
        raise AccountMalformed(field="text")
    return body

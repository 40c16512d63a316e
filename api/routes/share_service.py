"""The sharing service in the envelope of GB/T 36906 as practised: the same services as the sharing interface beneath.

A call that is refused is answered with 200 and a status in its head; which tells of which error stands in one table.
"""

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from api.authn import admitted, allow, instance_of
from api.permissions import Permission
from api.problems import QuotaExceeded, TooManyRequests
from api.refusals import Refusals
from api.routes.sharing import count_address
from api.schemas.common import errors
from api.schemas.share_service import (
    CHECKED,
    HOLDER_TYPES,
    STATUSES,
    Answer,
    Envelope,
    Member,
    Method,
    Status,
    metadata,
    moment_of,
    remark,
)
from api.telling import words_of
from api.throttle import Throttle
from api.wiring import Instance
from identity.duties import Actor, Duty
from identity.errors import CredentialsWrong, DutyMissing
from licence.records import CHINA
from licence.sharing.asking import MOST_LICENCES, QueryHolder
from licence.sharing.disclosure import SharedLicence
from licence.sharing.entries import Copy
from licence.sharing.errors import ConsentMissing, CopyUnknown, LicenceNotInForce, SharingNotGranted
from licence.sharing.handing import AskForCopy
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.events import canonical
from trust.verdict import Outcome

__all__ = ["router"]

router = APIRouter(prefix="/share", tags=["共享服务接口 share service"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
COPY_DAYS: Final = 30
"""How long a copy is valid that this interface asks for: it tells no other end."""

MOST_ANEW: Final = 5
"""How often on one day the same copy is made anew, since what the one before stood on has ended."""

ADDRESS_LIFETIME: Final = timedelta(minutes=30)
TIMES: Final = "%Y-%m-%d %H:%M:%S"
PDF: Final = "pdf"
FORMS: Final = (PDF, "png")
"""Of an annotated copy. OFD is none: what were made of it would be another document, with none of its signatures."""

PICTURE_DPI: Final = 150


class MemberWrong(Exception):
    """A member of the envelope is missing or is not what it must be; the status tells which of the two."""

    def __init__(self, member: str, status: Status = Status.PARAMETER_MISSING) -> None:
        super().__init__(member)
        self.member, self.status = member, status


@dataclass(frozen=True, kw_only=True)
class Page:
    """What was found of a holder's licences, and after which of them there may be more; None where there is none."""

    found: list[dict[str, Any]]
    following: str | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call: who asks, what for, and the members of its data."""

    instance: Instance
    actor: Actor
    purpose: str
    data: Mapping[str, Any]

    def text(self, *members: Member) -> str:
        """Return the first of these members that is there, or raise `MemberWrong`."""
        for member in members:
            value = self.data.get(member)
            if isinstance(value, str) and value.strip():
                return value.strip()
        raise MemberWrong(members[0])

    @property
    def identifier(self) -> str:
        """The licence identifier."""
        return self.text(Member.IDENTIFIER, Member.IDENTIFIER_SHORT)

    def file(self) -> bytes:
        """Return the file in Base64."""
        try:
            return base64.b64decode(self.text(Member.FILE), validate=True)
        except ValueError:  # no Base64, or not even ASCII
            raise MemberWrong(Member.FILE) from None

    def holder(self) -> QueryHolder:
        """Return whose licences are asked for."""
        kind = HOLDER_TYPES.get(self.text(Member.HOLDER_TYPE))
        if kind is None:
            raise MemberWrong(Member.HOLDER_TYPE, Status.HOLDER_TYPE_WRONG)
        return QueryHolder(
            kind=kind,
            code=self.text(Member.HOLDER_CODE),
            type_code=self.text(Member.TYPE_CODE) if self.data.get(Member.TYPE_CODE) else None,
            before=self.text(Member.BEFORE) if self.data.get(Member.BEFORE) else None,
            limit=self.limit,
        )

    @property
    def limit(self) -> int:
        """How many licences of a holder are told of at once. Raise `MemberWrong`."""
        wanted = self.data.get(Member.LIMIT, MOST_LICENCES)
        if type(wanted) is not int or not 1 <= wanted <= MOST_LICENCES:
            raise MemberWrong(Member.LIMIT)
        return wanted

    def whole(self, shared: SharedLicence) -> dict[str, Any]:
        """Return a licence with its data."""
        asking = self.instance.sharing.asking
        return metadata(asking.data(self.actor, shared.identifier, purpose=self.purpose))

    def of_holder(self) -> tuple[SharedLicence, ...]:
        """Return the licences of the holder that is asked about."""
        return self.instance.sharing.asking.query(self.actor, self.holder(), purpose=self.purpose)

    def of_code(self) -> SharedLicence | None:
        """Return the licence of a QR code; None for a code that is not one of ours."""
        text = self.text(Member.QR)
        return self.instance.sharing.asking.decode(self.actor, text, purpose=self.purpose).licence

    def address(self, identifier: str, *, lifetime: timedelta = ADDRESS_LIFETIME, cause: str = "") -> str:
        """Return a temporary address of an original, which leads there once."""
        handing = self.instance.sharing.handing
        issued = handing.address(self.actor, identifier, purpose=self.purpose, lifetime=lifetime, cause=cause)
        return f"{self.instance.base.settings.public_url}/v1/sharing/downloads/{issued.secret}"


def query(asked: Asked) -> object:
    """Tell of one licence."""
    return metadata(asked.instance.sharing.asking.metadata(asked.actor, asked.identifier, purpose=asked.purpose))


def data_by_holder(asked: Asked) -> object:
    """Tell of every licence of a holder, with its data."""
    return permitted(asked, asked.whole)


def addresses_by_holder(asked: Asked) -> object:
    """Return temporary addresses of the originals of a holder that are in force."""

    def addressed(one: SharedLicence) -> dict[str, Any]:
        return {str(Member.IDENTIFIER): one.identifier, str(Member.URL): asked.address(one.identifier)}

    return permitted(asked, addressed)


def permitted(asked: Asked, tell: Callable[[SharedLicence], dict[str, Any]]) -> Page:
    """Return what can be told of a holder's licences; those of which the client may only know are passed over."""
    known, found = asked.of_holder(), []
    for one in known:
        with suppress(SharingNotGranted, ConsentMissing, LicenceNotInForce):
            found.append(tell(one))
    return Page(found=found, following=known[-1].identifier if len(known) == asked.limit else None)


def address(asked: Asked) -> object:
    """Return a temporary address of one original."""
    cause = asked.text(Member.CAUSE)
    try:
        until = datetime.strptime(asked.text(Member.EXPIRY), TIMES).replace(tzinfo=CHINA)
    except ValueError:
        raise MemberWrong(Member.EXPIRY) from None
    lifetime = until - asked.instance.base.clock.now()
    return {
        str(Member.URL): asked.address(asked.identifier, lifetime=lifetime, cause=cause),
        str(Member.EXPIRY): moment_of(until),
    }


def copied(asked: Asked) -> object:
    """Return an annotated copy as Base64, or its first page as a picture: on one day the same call gets the same."""
    form = asked.text(Member.FILE_TYPE).lower()
    if form not in FORMS:
        raise MemberWrong(Member.FILE_TYPE)
    base = asked.instance.base
    today = base.clock.now().astimezone(CHINA).date()
    with base.store.reading() as view:
        client = base.clients.require_client(view, asked.actor.id)
        user = base.identity.require_organisation(view, client.organisation).name
    wanted = [asked.identifier, asked.text(Member.COPY_CAUSE), asked.purpose, today.isoformat()]
    command = AskForCopy(
        identifier=asked.identifier,
        user=user,
        cause=asked.text(Member.COPY_CAUSE),
        valid_until=datetime.combine(today + timedelta(days=COPY_DAYS), time(0), tzinfo=CHINA),
        purpose=asked.purpose,
        request_key=f"envelope-{sm3(canonical(wanted)).hex()}",
    )
    copy, pdf = copy_of_today(asked, command)
    content = pdf if form == PDF else asked.instance.sharing.handing.drawn(pdf, page=1, dpi=PICTURE_DPI)
    return remark(copy) | {str(Member.FILE): base64.b64encode(content).decode()}


def copy_of_today(asked: Asked, command: AskForCopy) -> tuple[Copy, bytes]:
    """Return a copy with its file: the one that the same call made today, as long as what that stands on holds.

    Where a grant or a consent has ended since, whether another copy may be made is asked anew. Raise what
    `HandingService.copy` raises.
    """
    handing = asked.instance.sharing.handing
    for again in range(1, MOST_ANEW):
        with suppress(CopyUnknown):
            return handing.copy(asked.actor, command)
        command = replace(command, request_key=f"{command.request_key.partition('.')[0]}.{again}")
    return handing.copy(asked.actor, command)


def original(asked: Asked) -> object:
    """Return the signed original as Base64."""
    pdf = asked.instance.sharing.handing.file(asked.actor, asked.identifier, purpose=asked.purpose)
    return {str(Member.FILE): base64.b64encode(pdf).decode()}


def verify_data(asked: Asked) -> object:
    """Tell whether values are those of a licence."""
    given = {member: asked.text(member) for member in CHECKED if member in asked.data}
    if not given:
        raise MemberWrong(Member.NUMBER)
    values = {CHECKED[member]: value for member, value in given.items()}
    asking = asked.instance.sharing.asking
    matches = asking.verify_data(asked.actor, asked.identifier, values, purpose=asked.purpose)
    told = {str(member): matches[CHECKED[member]] for member in given}
    return {str(Member.RESULT): all(matches.values()), **told}


def verify_file(asked: Asked) -> object:
    """Tell what a file is worth, and how the licence in it stands."""
    judged = asked.instance.sharing.asking.verify_file(asked.actor, asked.file(), purpose=asked.purpose)
    licence = {} if judged.licence is None else metadata(judged.licence)
    return {str(Member.RESULT): judged.finding.outcome is Outcome.PASSED, **licence}


def data_by_code(asked: Asked) -> object:
    """Tell of the licence of a QR code, with its data."""
    found = asked.of_code()
    if found is None:
        raise MemberWrong(Member.QR, Status.NOT_FOUND)
    return asked.whole(found)


def check_by_code(asked: Asked) -> object:
    """Tell whether the licence of a QR code is in force."""
    found = asked.of_code()
    return {str(Member.RESULT): found is not None and found.is_in_force, **({} if found is None else metadata(found))}


def remarks(asked: Asked) -> object:
    """Tell of the annotated copies of a licence that this client had made."""
    handing = asked.instance.sharing.handing
    return [remark(one) for one in handing.copies(asked.actor, asked.identifier, purpose=asked.purpose)]


METHODS: Final[Mapping[Method, Callable[[Asked], object]]] = {
    Method.QUERY: query,
    Method.DATA_BY_HOLDER: data_by_holder,
    Method.ADDRESSES_BY_HOLDER: addresses_by_holder,
    Method.ADDRESS: address,
    Method.COPY: copied,
    Method.ORIGINAL: original,
    Method.VERIFY_DATA: verify_data,
    Method.VERIFY_FILE: verify_file,
    Method.DATA_BY_QR: data_by_code,
    Method.CHECK_BY_QR: check_by_code,
    Method.REMARKS: remarks,
}


def bearer_of(instance: Instance, envelope: Envelope) -> Actor:
    """Return whom the head names, by the token in it. Raise `MemberWrong` or `CredentialsWrong`."""
    head = envelope.head
    for name, value in (("accessId", head.accessId), ("accessToken", head.accessToken)):
        if not value:
            raise MemberWrong(name)
    actor = instance.base.access.actor_of(head.accessToken)
    if actor.id != head.accessId:
        raise CredentialsWrong
    return actor


def purpose_of(instance: Instance, actor: Actor, envelope: Envelope) -> str:
    """Return what a call is for: what its head says, or the one purpose that the client has at all."""
    if envelope.head.purposeCode:
        return envelope.head.purposeCode
    now = instance.base.clock.now()
    granted = [one for one in instance.sharing.granting.granted_to(actor) if one.is_in_force(now)]
    purposes = {code for one in granted for code in one.purpose_words}
    if not purposes:
        raise SharingNotGranted
    if len(purposes) > 1:
        raise MemberWrong("purposeCode")
    return purposes.pop()


@router.post(
    "/{method}",
    summary="Call the sharing service 调用共享服务",
    dependencies=[allow(Permission.ANYBODY), Depends(count_address)],
    responses=errors(TooManyRequests, QuotaExceeded, public=True),
)
async def call(
    instance: InstanceHere,
    request: Request,
    method: Annotated[Method, Path(description="What is asked for", examples=["queryCertInfo"])],
    envelope: Envelope,
) -> Answer:
    """Answer a call in its envelope; whoever asks is told in the head, and how it went in the head of the answer."""
    try:
        actor = await run_in_threadpool(bearer_of, instance, envelope)
        async with admitted(request, instance, actor, Permission.SHARING_ASK):
            return await run_in_threadpool(answered, instance, request, method, envelope, actor)
    except MemberWrong as wrong:
        return Answer.refused(wrong.status, f"参数缺失或有误：{wrong.member}")
    except TrustError as error:
        if isinstance(error, CredentialsWrong):
            refusals: Refusals = request.app.state.refusals
            await refusals.record(request, "access:bear:refused", error, permission=Permission.SHARING_ASK.value)
        status = STATUSES.get(type(error))
        if status is None:
            raise
        return Answer.refused(status, words_of(error)[0])


def answered(instance: Instance, request: Request, method: Method, envelope: Envelope, actor: Actor) -> Answer:
    """Answer a business system that was let in. Raise `MemberWrong`, and what the sharing interface raises."""
    if not actor.is_client:
        raise DutyMissing(duty=Duty.BUSINESS_SYSTEM.value)
    throttle: Throttle = request.app.state.sharing
    throttle.count_for(actor.id)
    purpose = purpose_of(instance, actor, envelope)
    asked = Asked(instance=instance, actor=actor, purpose=purpose, data=envelope.data)
    told = METHODS[method](asked)
    return Answer.done(told.found, following=told.following) if isinstance(told, Page) else Answer.done(told)

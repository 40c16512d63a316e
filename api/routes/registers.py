"""The register 名册: subjects and accounts page by page, what identifiers are called, who acts for whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import errors
from api.schemas.identity import SubjectView
from api.schemas.proposals import ProposalView
from api.schemas.registers import (
    AccountDetails,
    AccountPage,
    AccountView,
    ActingView,
    DirectoryPage,
    ListedClient,
    ListedOrganisation,
    NameTold,
    SubjectPage,
)
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor, Duty
from identity.errors import AccountUnknown, DutyMissing, SubjectUnknown
from identity.lifecycle import ClientState, SubjectState
from identity.register_repository import AccountState, RegisterPage, RegisterQuery

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["名册 registers"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Reader = Annotated[Actor, allow(Permission.SUBJECT_READ)]
SubjectName = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many to leave out at the beginning")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many to answer at most")]
State = Annotated[SubjectState | None, Query(description="In this state alone")]
MOST_NAMES = 100
Identifier = Annotated[Line, Query(min_length=1, max_length=64)]


@router.get("/persons", summary="The register of persons 自然人名册", responses=errors(DutyMissing))
def list_persons(
    *, instance: InstanceHere, _: Reader, state: State = None, offset: Offset = 0, limit: Limit = 20
) -> SubjectPage:
    """Return a page of the persons, those registered last first, names and numbers masked.

    Names are enciphered, and nobody is looked for by them: who has the document at hand asks `/v1/subjects/finding`.
    """
    found, total = instance.base.register.persons(RegisterQuery(state=state), RegisterPage(offset, limit))
    return SubjectPage(total=total, subjects=[SubjectView.of(one) for one in found])


@router.get("/organisations", summary="The register of organisations 法人及其他组织名册", responses=errors(DutyMissing))
def list_organisations(
    *,
    instance: InstanceHere,
    _: Reader,
    text: Annotated[
        Line, Query(max_length=100, description="Part of the name, or beginning of the code", examples=["市场监督"])
    ] = "",
    state: State = None,
    offset: Offset = 0,
    limit: Limit = 20,
) -> SubjectPage:
    """Return a page of the organisations, those registered last first."""
    query = RegisterQuery(text=text.strip(), state=state)
    found, total = instance.base.register.organisations(query, RegisterPage(offset, limit))
    return SubjectPage(total=total, subjects=[SubjectView.of(one) for one in found])


@router.get("/directory", summary="Find an organisation 查找机构", responses=errors())
def search_directory(
    *,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.SELF)],
    text: Annotated[
        Line, Query(max_length=100, description="Part of the name, or beginning of the code", examples=["市场监督"])
    ] = "",
    offset: Offset = 0,
    limit: Limit = 20,
) -> DirectoryPage:
    """Return a page of the organisations that are proven and in being: name and code are public by law."""
    found, total = instance.base.register.directory(text.strip(), RegisterPage(offset, limit))
    return DirectoryPage(total=total, organisations=[ListedOrganisation.of(one) for one in found])


@router.get("/directory/clients", summary="Find a business system 查找业务系统", responses=errors())
def search_systems(
    *,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.SELF)],
    text: Annotated[
        Line, Query(max_length=100, description="Part of the name or of the identifier", examples=["公积金"])
    ] = "",
    after: Annotated[
        Line, Query(max_length=64, description="The last one seen", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ] = "",
    limit: Limit = 20,
) -> list[ListedClient]:
    """Return the business systems that are in use: their names and whose they are, for who lets them do something."""
    found = instance.base.clients.list_clients(text=text.strip(), state=ClientState.ACTIVE, after=after, limit=limit)
    return [ListedClient.of(one) for one in found]


@router.get("/names", summary="What identifiers are called 标识对应的名称", responses=errors())
def read_names(
    *,
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SELF)],
    of: Annotated[
        list[Identifier],
        Query(
            min_length=1,
            max_length=MOST_NAMES,
            description="Persons, organisations or business systems",
            examples=[["P7K2M9Q4R8T1W3X5Y6"]],
        ),
    ],
) -> list[NameTold]:
    """Return what is known of each, names of persons masked; what is unknown is left out.

    System administrators are told of organisations and business systems alone: they see no personal data.
    """
    told = instance.base.register.names(of, persons=not actor.holds(Duty.SYSTEM_ADMINISTRATOR))
    return [NameTold.of(one) for one in told]


@router.get(
    "/subjects/{subject}/representations",
    summary="Who acts for an organisation, or for whom a person acts 代表与经办",
    responses=errors(DutyMissing, SubjectUnknown),
)
def read_representations(instance: InstanceHere, _: Reader, subject: SubjectName) -> list[ActingView]:
    """Return who acts for an organisation now: its legal representative, who holds a duty for it, who has a mandate.

    Of a person, the organisations for which it acts.
    """
    return [ActingView.of(one) for one in instance.base.register.acting(subject)]


@router.get(
    "/subjects/{subject}/proposals",
    summary="What is proposed about a subject 主体的待批事项",
    responses=errors(DutyMissing),
)
def read_proposals(instance: InstanceHere, actor: Reader, subject: SubjectName) -> list[ProposalView]:
    """Return the newest proposals about a subject that the caller made or may decide on, whatever became of them."""
    engine = instance.four_eyes
    return [ProposalView.of(engine, one) for one in engine.about(actor, subject)]


@router.get("/accounts", summary="The register of accounts 账号名册", responses=errors(DutyMissing))
def list_accounts(
    *,
    instance: InstanceHere,
    _: Annotated[Actor, allow(Permission.ACCOUNT_READ)],
    text: Annotated[Line, Query(max_length=64, description="Part of the username", examples=["wang"])] = "",
    state: Annotated[AccountState | None, Query(description="In this state alone")] = None,
    offset: Offset = 0,
    limit: Limit = 20,
) -> AccountPage:
    """Return a page of the accounts, those opened last first."""
    found, total = instance.base.register.accounts(
        text=text.strip().lower(), state=state, page=RegisterPage(offset, limit)
    )
    return AccountPage(total=total, accounts=[AccountView.of(one) for one in found])


@router.get(
    "/accounts/{person}",
    summary="An account and its sessions 账号与会话",
    responses=errors(DutyMissing, SubjectUnknown, AccountUnknown),
)
def read_account(
    instance: InstanceHere, _: Annotated[Actor, allow(Permission.ACCOUNT_READ)], person: SubjectName
) -> AccountDetails:
    """Return the account of a person with the sessions that are open."""
    return AccountDetails.with_sessions(*instance.base.register.account(person))

"""What an auditor calls what is looked for in the trail: names and numbers, for the identifiers that stand there.

Persons are found by their username, never by their name: names are enciphered, and auditors see them masked.
"""

from collections.abc import Iterator

from api.schemas.audit import FoundKind, FoundName
from api.wiring import Instance
from identity.register_repository import RegisterPage, RegisterQuery
from licence.number_repository import numbered
from seal import repository as seals
from seal.repository import Page, SealQuery

__all__ = ["find"]


def find(instance: Instance, text: str, *, limit: int) -> tuple[FoundName, ...]:
    """Return what is called by `text`, of each kind at most `limit`.

    Accounts by a part of the username; organisations by a part of the name or the beginning of the credit code;
    business systems by a part of the name or identifier; seals by a part of the name, code or filing number; licences
    by their whole number or identifier.
    """
    return (*parties(instance, text, limit=limit), *things(instance, text, limit=limit))


def parties(instance: Instance, text: str, *, limit: int) -> Iterator[FoundName]:
    """Yield who is called by a text."""
    register, page = instance.base.register, RegisterPage(0, limit)
    for account in register.accounts(text=text.lower(), state=None, page=page)[0]:
        hint = account.account.username or ""
        yield FoundName(id=account.account.person, kind=FoundKind.PERSON, name=account.name, hint=hint)
    for organisation in register.organisations(RegisterQuery(text=text), page)[0]:
        yield FoundName(
            id=organisation.id,
            kind=FoundKind.ORGANISATION,
            name=organisation.name,
            hint=organisation.code,
        )
    for client in instance.base.clients.list_clients(text=text, limit=limit):
        yield FoundName(id=client.id, kind=FoundKind.CLIENT, name=client.name, hint=client.id)


def things(instance: Instance, text: str, *, limit: int) -> Iterator[FoundName]:
    """Yield which seals and licences are called by a text."""
    with instance.base.store.reading() as view:
        for seal in seals.search(view, SealQuery(text=text), Page(0, limit))[0]:
            yield FoundName(id=seal.id, kind=FoundKind.SEAL, name=seal.name, hint=seal.code or "")
        for licence in numbered(view, text, limit=limit):
            yield FoundName(id=licence.id, kind=FoundKind.LICENCE, name=licence.number, hint=licence.identifier)

"""`trust enter-demonstration`: whoever looks at a demonstration logs in as one of its people, who are made up.

The people of the story keep their passwords to themselves, as everywhere: what is handed out here is a new activation
code, as a registrar hands it to somebody who has lost every way in, and the audit trail says so. No instance with
people of flesh and blood is entered like that.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.keys_command import actor_of, instance
from api.setting_up import is_demonstration, operator_of
from api.terminal import terminal
from api.wiring import Instance
from identity import register_repository
from identity.errors import AccountUnknown
from identity.register_repository import RegisterPage
from identity.repository import Account
from trust.store import Reading

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = terminal()
errors = Console(stderr=True)

SHOWN = RegisterPage(limit=200)
"""More accounts than a demonstration begins with, by far."""


@app.command()
def enter(
    *,
    username: Annotated[str, typer.Argument(help="As whom; without it everybody is listed who can log in")] = "",
    actor: Annotated[
        str, typer.Option(help="Who does this, for the audit trail; default: the user of this process")
    ] = "",
) -> None:
    """Log in to a demonstration as one of its people: who there is, and a new activation code for one of them.

    With the code one chooses a password for that username, while the service runs; the password, the sessions and the
    passkeys of before are worth nothing then. Only an instance whose operator's name ends with （演示） lets
    anybody in like that: elsewhere two registrars do it. Exit 1 where nobody was let in.
    """
    with instance() as opened:
        with opened.base.store.reading() as view:
            name = operator_of(opened, view)
            if not is_demonstration(name):
                errors.print(f"{name} is no demonstration: nobody was let in", highlight=False, markup=False)
                raise typer.Exit(1)
            if not username:
                console.print(people(opened, view))
                return
        with opened.base.store.transaction() as tx:
            account = opened.base.identities.account_by_username(tx, username)
            if account is None:
                raise AccountUnknown
            issued = opened.proofing.reopening.reopen(tx, account.person, by=actor_of(actor))
        address = opened.base.settings.public_url
    for line in (
        f"username         {username}",
        f"activation code  {issued.secret}",
        f"good until       {issued.expires_at:%Y-%m-%d %H:%M} UTC, once",
        f"choose a password at {address}/login/activate, then add a passkey or one-time codes on 我的账户 My account",
    ):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def people(opened: Instance, view: Reading) -> Table:
    """Return who can log in: username, name, duties."""
    table = Table("username", "name", "duties")
    found, _ = register_repository.accounts(view, text="", state=None, page=SHOWN)
    for one in sorted((one for one in found if one.username), key=lambda one: str(one.username)):
        table.add_row(*(Text(told) for told in told_of(opened, view, one)))
    return table


def told_of(opened: Instance, view: Reading, account: Account) -> tuple[str, str, str]:
    """Return what is told of an account."""
    person = opened.base.identity.require_person(view, account.person)
    duties = sorted(grant.duty.value for grant in opened.base.identities.grants(view, account.person))
    return str(account.username), person.name.value, ", ".join(duties)

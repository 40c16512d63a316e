"""`trust import-persons`: accounts of a platform from a file, one SCIM user on each line; repeated, it goes on.

What a line tells is taken as if the platform had sent it (docs/trust-transfer.md). A line that cannot be taken is told
with its number and the reason, never with what stands on it, and keeps no other from being taken. Lines that were taken
before change nothing, so that the same file is simply read again after a crash.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer

from api.keys_command import instance
from api.scim.resource import read_user
from api.terminal import terminal
from identity.provisioning.errors import AccountMalformed
from identity.provisioning.service import Provisioning, Source
from identity.provisioning.users import Outcome, SyncedUser
from trust.errors import TrustError

__all__ = ["Importing", "app"]

app = typer.Typer(add_completion=False)
console = terminal()

CHUNK: Final = 50
"""Lines that are taken together: as many as are done again after a crash."""

MAX_LINE: Final = 64 << 10
REFUSED: Final = "refused"


class Importing:
    """Takes lines from one platform."""

    def __init__(self, provisioning: Provisioning, source: Source) -> None:
        self.provisioning = provisioning
        self.source = source
        self.faults: list[tuple[int, str]] = []
        """Numbers of lines with what is wrong there."""

    def take(self, lines: Iterable[bytes]) -> Iterator[Counter[str]]:
        """Take lines, and yield after each chunk how many were created, changed, unchanged and refused so far."""
        counted: Counter[str] = Counter()
        numbered = iter(enumerate(lines, 1))
        while chunk := list(islice(numbered, CHUNK)):
            users = [(number, user) for number, line in chunk if (user := self.read(number, line)) is not None]
            try:
                found = self.take_together([user for _, user in users])
            except TrustError:  # one of them cannot be taken: each by itself, so that the others are
                found = [self.take_alone(number, user) for number, user in users]
            counted.update(found)
            counted[REFUSED] = len(self.faults)
            yield counted

    def read(self, number: int, line: bytes) -> SyncedUser | None:
        """Return the account on a line, or nothing for an empty line and one that cannot be read."""
        if not line.strip():
            return None
        try:
            body = json.loads(line) if len(line) <= MAX_LINE else None
            if not isinstance(body, dict):
                raise AccountMalformed(field="line")
            return read_user(body)
        except (ValueError, RecursionError):
            self.faults.append((number, AccountMalformed.code))
        except TrustError as error:
            self.faults.append((number, str(error)))
        return None

    def take_together(self, users: Iterable[SyncedUser]) -> list[str]:
        """Take accounts in one transaction."""
        with self.provisioning.store.transaction() as tx:
            return [self.provisioning.take(tx, self.source, one).value for one in users]

    def take_alone(self, number: int, user: SyncedUser) -> str:
        """Take one account in a transaction of its own."""
        try:
            with self.provisioning.store.transaction() as tx:
                return self.provisioning.take(tx, self.source, user).value
        except TrustError as error:
            self.faults.append((number, str(error)))
            return "skipped"


@app.command()
def import_persons(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON Lines of SCIM users")],
    platform: Annotated[str, typer.Option(help="Identifier of the client that is the platform they come from")],
) -> None:
    """Take the accounts of a platform from a file. Exit 2 when some lines were refused."""
    with instance() as opened:
        importing = Importing(opened.federation.provisioning, opened.federation.source(platform))
        with file.open("rb") as lines:
            *_, counted = Counter[str](), *importing.take(lines)
    for number, fault in importing.faults:
        console.print(f"line {number}: {fault}", highlight=False)
    told = (f"{counted[one]} {one}" for one in (*(outcome.value for outcome in Outcome), REFUSED))
    console.print(", ".join(told), highlight=False)
    if importing.faults:
        raise typer.Exit(2)

"""Builders for the tests of licences: a desk that issues them in a copied house, on either database."""

import secrets
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import MetaData, create_engine, insert, select

from api.demo import cast
from api.settings import Settings
from identity.duties import Actor, Duty, Grant
from licence.grounds import Ground
from licence.lifecycle import LicenceEvent, LicenceState
from licence.repository import Licence
from licence.service import ISSUE_PURPOSE, IssueLicence
from licence.succession import Succession
from seal.stamping.authorising import AuthoriseStamping
from tests.fakes.clock import SettableClock
from tests.fakes.faulty import Crash
from tests.seal.houses import YEAR, House, Staff, actor
from trust import repository as trail
from trust.events import AuditEvent
from trust.signing import SigningUnavailable

__all__ = ["PERSON_TYPE", "REASON", "RENEWAL", "Desk", "Meanwhile", "opened_on_postgres"]

PERSON_TYPE: Final = f"{cast.DEFINER}077"
"""The type of the template whose licences persons hold."""

REASON: Final = "登记事项造假，依法处理"
RENEWAL: Final = "有效期届满前申请延续，准予延续"
LONG_AGO: Final = timedelta(minutes=11)
"""Longer than a process that lives may take."""


@dataclass
class Desk:
    """Those who issue licences of one authority, and what they have issued so far."""

    house: House
    count: int = 0
    officer: Actor = field(init=False)
    second: Actor = field(init=False)

    def __post_init__(self) -> None:
        staff = self.staff
        self.officer = staff.of(Duty.LICENCE_OFFICER, "first officer")
        self.second = staff.of(Duty.LICENCE_OFFICER, "second officer")

    @property
    def staff(self) -> Staff:
        """The people of the authority."""
        return self.house.authority

    def command(self, **changes: Any) -> IssueLicence:  # noqa: ANN401 - a command's fields
        """Return the command to issue a food permit, with a number and a key that nobody here has used yet."""
        self.count += 1
        command = IssueLicence(
            type=cast.FOOD_TYPE,
            seal=self.house.seal,
            number=f"JY2330199{self.count:06d}",
            holder_code=cast.ENTERPRISE.code,
            data=cast.food_record(cast.ENTERPRISE),
            request_key=f"key-{self.count}",
        )
        return replace(command, **changes)

    def issue(self, **changes: Any) -> Licence:  # noqa: ANN401 - likewise
        """Issue a food permit, by the business system."""
        return self.house.licences.issue(self.staff.client, self.command(**changes))

    def in_state(self, state: LicenceState) -> Licence:
        """Return a licence that stands in `state`; the second officer, or its client, took the last step."""
        licences, client = self.house.licences, self.staff.client
        command = self.command()
        match state:
            case LicenceState.PREPARED:
                self.house.faults.fail("commit:seal:stamp:prepared", Crash())
                with suppress(Crash):
                    licences.issue(client, command)
            case LicenceState.VOID:
                self.house.faults.fail("sign:seal_owner", SigningUnavailable())
                with suppress(SigningUnavailable):
                    licences.issue(client, command)
            case LicenceState.IN_FORCE:
                licences.issue(client, command)
            case LicenceState.SUSPENDED:
                licences.suspend(self.second, licences.issue(client, command).id, reason=REASON)
            case LicenceState.REVOKED:
                licences.revoke(self.second, licences.issue(client, command).id, reason=REASON)
            case LicenceState.SUPERSEDED:
                self.renew(licences.issue(client, command))
            case LicenceState.WITHDRAWN:
                issued = licences.issue(client, command)
                licences.withdraw(self.second, issued.id, reason=REASON, ground=Ground.FRAUD)
            case LicenceState.CANCELLED:
                issued = licences.issue(client, command)
                licences.cancel(self.second, issued.id, reason=REASON, ground=Ground.RENOUNCED)
        found = self.newest()
        if found.predecessor is not None:
            found = self.kept(found.predecessor)
        assert found.state is state
        return found

    def renew(self, licence: Licence, **changes: Any) -> Licence:  # noqa: ANN401 - a command's fields
        """Let a new edition take the place of a licence, by the business system."""
        after = Succession(predecessor=licence.id, event=LicenceEvent.RENEW, reason=RENEWAL)
        told = {"number": licence.number, "after": after, **changes}
        return self.house.licences.issue(self.staff.client, self.command(**told))

    def newest(self) -> Licence:
        """Return the licence that was prepared last."""
        prepared = [event.subject for event in self.events() if event.tag == "licence:prepare:done"]
        return self.kept(prepared[-1])

    def kept(self, licence: str) -> Licence:
        """Return a licence as the registry has it."""
        with self.house.store.reading() as view:
            return self.house.licences.require(view, licence)

    def prepared(self) -> int:
        """Return how many licences were ever prepared."""
        return sum(event.tag == "licence:prepare:done" for event in self.events())

    def events(self) -> list[AuditEvent]:
        """Return the audit trail."""
        with self.house.store.reading() as view:
            return [one.event for one in trail.events(view)]

    def tags(self, subject: str) -> list[str]:
        """Return what the audit trail holds about something."""
        return [event.tag for event in self.events() if event.subject == subject]

    def head(self) -> int:
        """Return how long the audit trail is."""
        with self.house.store.reading() as view:
            return trail.audit_head(view)[0]

    def authorise(self, holder: Actor, **changes: Any) -> None:  # noqa: ANN401 - a command's fields
        """Let `holder` seal licences with the authority's seal, or as `changes` say."""
        told = {"purpose": ISSUE_PURPOSE, "document_kinds": (), **changes}
        self.house.authorise(self.house.seal, holder, **told)

    @property
    def clerk(self) -> Actor:
        """An officer who is registered, so that the owner of the seal can authorise them."""
        return self.staff.of(Duty.LICENCE_OFFICER, self.house.names["person"])

    def at(self, moment: datetime) -> None:
        """Let it be `moment`, with revocation lists of that day."""
        self.house.clock.set(moment)
        self.house.authorities.keep_lists_fresh()

    def foreign_seal(self) -> str:
        """Return a seal of another authority, whose owner lets our business system seal licences with it."""
        other = self.house.staff("other")
        seal = self.house.active(other, row="电子证照专用章").id
        command = AuthoriseStamping(
            seal=seal,
            holder=self.staff.client.id,
            purpose=ISSUE_PURPOSE,
            document_kinds=(),
            valid_until=self.house.clock.now() + YEAR,
            request_key="foreign-seal",
        )
        self.house.authorisations.authorise(other.owner, command)
        return seal

    def strangers(self) -> dict[str, Actor]:
        """Return people who may not touch the authority's licences, by what they lack."""
        authority, other = self.staff.organisation, self.house.names["other"]
        return {
            "no duty": actor("nobody"),
            "another authority's officer": actor("stranger", Grant(Duty.LICENCE_OFFICER, other)),
            "another authority's system": replace(actor("system", Grant(Duty.BUSINESS_SYSTEM, other)), is_client=True),
            "another duty": actor("owner", Grant(Duty.SEAL_OWNER, authority)),
        }


class Meanwhile:
    """Does something in a second thread from a point on that the first passes, and says what came of it."""

    def __init__(self, desk: Desk, point: str, action: Callable[[], object]) -> None:
        self.result: object = None
        self.action = action
        self.thread = threading.Thread(target=self.run)
        desk.house.faults.meanwhile(point, self.begin)

    def begin(self) -> None:
        """Let the second thread run until it is done, or waits for the first."""
        self.thread.start()
        self.thread.join(timeout=0.5)

    def run(self) -> None:
        try:
            self.result = self.action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says what it should be
            self.result = error

    def outcome(self) -> object:
        """Return what the action returned, or the error that it raised."""
        self.thread.join(timeout=30)
        assert not self.thread.is_alive(), "the second thread waits for ever"
        return self.result


def opened_on_postgres(template: Path, folder: Path, url: str, tables: MetaData, clock: SettableClock) -> House:
    """Open a copy of a template whose rows stand in the PostgreSQL at `url` and not in a file."""
    shutil.copytree(template, folder)
    statements = kept_on_postgres(template, url, tables)
    target = create_engine(url)
    with target.begin() as connection:
        connection.exec_driver_sql(statements)
    target.dispose()
    return House(Settings(data_dir=folder, database_url=url), clock)


@cache
def kept_on_postgres(template: Path, url: str, tables: MetaData) -> str:
    """Keep the rows of a template in tables beside those of the house, and return what puts them where they belong.

    The server does so by itself in a moment; to bring them there takes as long as many a test.
    """
    source, target = create_engine(f"sqlite:///{template / 'trust.db'}"), create_engine(url)
    statements = [f'DELETE FROM "{one.name}"' for one in reversed(tables.sorted_tables)]  # noqa: S608 - our own names
    prefix = f"kept_{secrets.token_hex(4)}"
    with source.connect() as old, target.begin() as new:
        new.exec_driver_sql(";".join(statements))
        for number, table in enumerate(tables.sorted_tables):
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if rows:
                new.execute(insert(table), rows)
                new.exec_driver_sql(f'CREATE TABLE {prefix}_{number} AS TABLE "{table.name}"')
                statements.append(f'INSERT INTO "{table.name}" SELECT * FROM {prefix}_{number}')  # noqa: S608 - likewise
    source.dispose()
    target.dispose()
    return ";".join(statements)

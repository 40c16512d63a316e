"""Issuing licences 签发, one or many: the same steps, with few transactions for all of them together.

1. Transaction 1: types, holders, seals and authorisations are looked at, the numbers are taken, the licences are
   `prepared` (licence/preparing.py).
2. With no transaction open: the claims for the QR codes are signed, the pages rendered, the stamps prepared.
3. Transaction 2: the intents of the stampings are on record. From here on we can prove what we meant to sign.
4. The seal stamps each, once; each finished file passes our own verification; the files go to the blob store.
5. Transaction 3: `prepared → in_force` (licence/releasing.py). Then it is answered.

Each licence stands by itself: one that fails at any step is voided, and stops no other. A process that dies in between
leaves prepared licences, which `recover` voids. A number is never given twice, and a repeated request gets the first
answer.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from identity.duties import Actor
from licence.catalogue import Catalogue
from licence.errors import TypeUnknown
from licence.ordering import IssueLicence
from licence.preparing import Begun, Preparing, SameAs
from licence.releasing import Releasing
from licence.repository import Licence, LicenceRepository
from trust.errors import TrustError
from trust.store import LostRace, Store, Transaction

__all__ = ["TOGETHER", "Issuing"]

LEFT_BEHIND: Final = timedelta(minutes=10)
TOGETHER: Final = 50
"""Licences that share their transactions. So many files are in memory at a time."""

Result: TypeAlias = Licence | TrustError


class Issuing:
    """Issues licences."""

    def __init__(
        self,
        *,
        store: Store,
        repository: LicenceRepository,
        catalogue: Catalogue,
        preparing: Preparing,
        releasing: Releasing,
        together: int = TOGETHER,
    ) -> None:
        self.store = store
        self.repository = repository
        self.catalogue = catalogue
        self.preparing = preparing
        self.releasing = releasing
        self.together = together

    def issue(self, actor: Actor, command: IssueLicence) -> Licence:
        """Issue a licence. A repeated request gets the licence that the first one made.

        Raise what `Preparing.begin`, the renderer and the stamping raise.
        """
        (result,) = self.issue_chunk(actor, (command,))
        if isinstance(result, TrustError):
            raise result
        return result

    def issue_chunk(self, actor: Actor, commands: Sequence[IssueLicence]) -> tuple[Result, ...]:
        """Issue licences, and return for each command, in their order, the licence or why there is none.

        What `issue` raises stops the one licence and no other. Each command's key makes it safe to repeat.
        """
        results: list[Result] = []
        for start in range(0, len(commands), self.together):
            results += self.issue_together(actor, commands[start : start + self.together])
        return tuple(results)

    def issue_together(self, actor: Actor, commands: Sequence[IssueLicence]) -> list[Result]:
        """Issue licences that share their transactions."""
        try:
            begun = self.begin(actor, commands)
        except LostRace as error:
            if len(commands) == 1:
                return [error]
            # Somebody was faster with one of them, and the database does not say with which.
            return [self.issue_together(actor, (command,))[0] for command in commands]
        except TrustError as error:
            return [error] * len(commands)
        released = self.releasing.release(actor, [one for one in begun if isinstance(one, Begun)])
        results: list[Result] = []
        for one in begun:
            match one:
                case Begun():
                    results.append(released[one.licence.id])
                case SameAs():
                    results.append(released[one.id])
                case _:
                    results.append(one)
        return results

    def begin(self, actor: Actor, commands: Sequence[IssueLicence]) -> list[Begun | SameAs | Result]:
        """Prepare licences in one transaction."""
        begun: list[Begun | SameAs | Result] = []
        with self.store.transaction() as tx:
            self.hold(tx, {command.type for command in commands})
            for command in commands:
                try:
                    begun.append(self.preparing.begin(tx, actor, command))
                except TrustError as error:
                    begun.append(error)
        return begun

    def hold(self, tx: Transaction, types: set[str]) -> None:
        """Hold types until the commit, in one order for everybody, so that no two wait for each other."""
        found: set[str] = set()
        for name in types if len(types) > 1 else ():
            try:
                found.add(self.catalogue.require(tx, name).id)
            except TypeUnknown:
                continue  # told with the licence
        for name in sorted(found):
            self.catalogue.hold(tx, name)

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many licences that were."""
        with self.store.reading() as view:
            left = [one for one in self.repository.prepared(view) if view.now - one.prepared_at > LEFT_BEHIND]
        # Whoever was only slow may have ended one of them since.
        return sum(self.releasing.abandon(one) for one in left)

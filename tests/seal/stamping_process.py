"""A process of its own that stamps with an instance that others stamp with as well: run by test_stampings_at_once."""

import json
import sys
from pathlib import Path

from api.settings import Settings
from tests.fakes.clock import SettableClock
from tests.seal.houses import House, at_once
from trust.errors import TrustError

__all__ = ["main"]


def main() -> None:
    """Stamp so often at the same time as the arguments say, and print what came of each."""
    folder, database_url, seal, count = sys.argv[1:]
    house = House(Settings(data_dir=Path(folder), database_url=database_url, workers=0), SettableClock())
    commands = [house.stamp_command(seal=seal) for _ in range(int(count))]
    client = house.authority.client
    sys.stdin.readline()  # until everybody is ready
    found = at_once(*(lambda one=one: house.stampings.stamp(client, one) for one in commands))
    house.store.close()
    print(json.dumps([one.code if isinstance(one, TrustError) else "done" for one in found]))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()

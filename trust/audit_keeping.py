"""Checkpoints of the audit trail that are kept elsewhere: a file of one JSON object a line, in the order of the trail.

Whoever writes the database can cut the trail, and compute every hash of another one; whoever has the key as well can
sign that. What nobody can do is to take back a checkpoint that is in other hands. So the file is for a machine, or a
medium, over which those who run the instance have no power, and grows there: nothing that stands in it is ever changed.
"""

import json
import os
from pathlib import Path
from typing import Final

from trust import audit_repository, repository
from trust.audit_proof import ProofBroken, ProofMalformed, checkpoint_of, told_checkpoint
from trust.events import Checkpoint
from trust.store import Reading

__all__ = ["keep_checkpoints", "kept_checkpoints"]

LARGEST: Final = 256 << 20
"""Octets of a file of checkpoints: one each hour for some thirty years."""


def kept_checkpoints(path: Path) -> tuple[Checkpoint, ...]:
    """Return the checkpoints of a file. Raise `ProofMalformed`, with the number of the line that is none."""
    if path.stat().st_size > LARGEST:
        raise ProofMalformed(member="size")
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(checkpoint_of(json.loads(line)))
        except (ValueError, RecursionError, ProofMalformed):
            raise ProofMalformed(member=f"line {number}") from None
    return tuple(found)


def keep_checkpoints(view: Reading, path: Path) -> int:
    """Append to a file the checkpoints that came after those in it, and return how many that were.

    Durable when it returns. Raise `ProofBroken` where the trail is not the one of the last that was kept: it was cut or
    exchanged since, or is another instance's. Then nothing is written.
    """
    kept = kept_checkpoints(path) if path.exists() else ()
    last = kept[-1].sequence if kept else 0
    if kept and audit_repository.hashes(view, [last]).get(last) != kept[-1].digest:
        raise ProofBroken(reason=f"the trail is not the one whose checkpoint at {last} was kept")
    lines = [
        json.dumps(told_checkpoint(one)).encode() + b"\n" for one in repository.checkpoints(view) if one.sequence > last
    ]
    with path.open("ab") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    return len(lines)

"""What can be wrong with the numbers of status lists.

Conflict
└── StatusListsExhausted    every number that claims have room for is taken
"""

from trust.errors import Conflict

__all__ = ["StatusListsExhausted"]


class StatusListsExhausted(Conflict):
    """Every number of a status list that claims have room for is taken: nothing is issued under a further type."""

    code = "status_list.numbers_exhausted"

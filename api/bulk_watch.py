"""Watching bulk jobs."""

from api.watching import Watch
from licence.bulk.jobs import BulkJob

__all__ = ["BulkWatch"]


class BulkWatch(Watch[BulkJob]):
    """The jobs that somebody listens to."""

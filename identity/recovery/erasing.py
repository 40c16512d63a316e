"""Erasing what proofing, notices and recoveries keep of a person; that there was a proofing, and which, stays."""

from identity.notices import repository as notices
from identity.proofing import repository as proofings
from identity.proving.repository import OrderRepository
from identity.recovery import repository
from identity.repository import IdentityRepository
from trust.store import Transaction

__all__ = ["erase"]


def erase(tx: Transaction, person: str, *, accounts: IdentityRepository) -> int:
    """Forget questions to providers, recoveries, notices and the digests of evidence; return how much that was.

    The caller records it. Recoveries of numbers that were told keep a keyed hash alone.
    """
    found = accounts.person(tx, person)
    orders = OrderRepository(accounts.protection)
    applicants = [person] if found is None or not found.code else [person, orders.applicant(found.code)]
    count = sum(orders.erase(tx, one) for one in applicants)
    return count + repository.erase(tx, person) + notices.erase(tx, person) + proofings.erase_evidence(tx, person)

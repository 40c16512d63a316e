"""Sharing 共享: what others may learn of licences, on which ground, with whose consent, and who did."""

"""Proofing 实名核验: what was checked, what it is worth, how long, and the port to who checks for us."""

"""Proving 核验: the use cases, at the counter and by a provider."""

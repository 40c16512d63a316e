"""Verification 验章: seals, seal signatures, and the documents that carry them; no key is needed."""

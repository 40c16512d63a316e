"""Stamping 签章: permission, place, signature, and the record of each."""

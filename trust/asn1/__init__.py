"""Encodings: strict DER and the structures of the public standards, one file per standard."""

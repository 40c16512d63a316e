"""Licence types: their particulars, the fields of their data, their versions."""

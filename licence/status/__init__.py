"""The numbers of status lists: short names by which claims name them."""

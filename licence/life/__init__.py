"""What takes several steps in the life of a licence: review by another person, paper originals, late time-stamps."""

__all__: tuple[str, ...] = ()

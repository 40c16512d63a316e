"""Templates of licences: what they say of themselves, what they must pass, and the pages that are set from them."""

"""Recovery 找回: back into an account whose owner has lost the way in, by proofing and never by mail alone."""

"""National and international cryptography, the half that needs no secret."""

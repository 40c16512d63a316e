"""How persons prove who they are when they come back: passwords, one-time codes, passkeys, certificates."""

"""Every secret: custody of private keys, their wrapping, the ceremonies."""

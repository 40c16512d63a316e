"""The electronic seal's life: making, stamping, verification (GB/T 38540-2020)."""

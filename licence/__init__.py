"""The electronic licence's life: types, numbers, rendering, sealing, QR, verification."""

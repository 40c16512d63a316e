"""The ledger of stampings 用印记录: its rows, search, export and proof."""

"""Who acts: persons, organisations, accounts, clients, duties."""

"""Trust transfer 信任传递: arriving from platforms above and beside, leaving for them by ticket."""

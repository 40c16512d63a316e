"""Trust transfer over HTTP: this instance as a client of other platforms."""

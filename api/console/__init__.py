"""The console: pages that web/console/ builds into dist/, for everybody who works here."""

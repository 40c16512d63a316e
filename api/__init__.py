"""The service as the world sees it: HTTP, settings, wiring, the command line."""

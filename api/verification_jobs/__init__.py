"""Verification jobs: files that are judged later, for those who do not wait, and kept for a day at most."""

"""The life of a seal, step by step, from application to destruction."""

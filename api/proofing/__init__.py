"""Providers of proofing 实名核验服务: over HTTP, and a simulated one for development."""

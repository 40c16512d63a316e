"""Notices 通知: what a person is told of their own account."""

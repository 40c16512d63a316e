"""Synchronisation of accounts 账号同步 with platforms above and beside."""

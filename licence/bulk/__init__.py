"""Bulk jobs 批量任务: a table of licences, or all licences of a type, issued in pieces that survive a crash."""

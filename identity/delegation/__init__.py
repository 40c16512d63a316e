"""Mandates 授权委托: who lets whom act, within which bounds, until when, how often, and how far it may be given on."""

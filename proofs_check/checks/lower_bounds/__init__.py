"""Counting, shattering, sign vectors, tiny networks and published tables."""

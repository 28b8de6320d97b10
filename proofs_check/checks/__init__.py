"""Checks too long to stand beside the rows they belong to, by group."""

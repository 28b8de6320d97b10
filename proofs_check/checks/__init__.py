"""Checks too long to stand beside the row they belong to."""

"""Checks for the rows of other papers."""

"""The statements, one file for a group of one paper; each defines STATEMENTS."""

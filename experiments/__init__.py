"""One paper question a file: ``python -m experiments.NAME --size smoke --out DIR``."""

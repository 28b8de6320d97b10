"""Ways to check a statement: identities, boxes of balls, falsification searches."""

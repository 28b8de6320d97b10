"""Networks and sizes behind the rows on bit extraction."""

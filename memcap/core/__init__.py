"""Floor 1: numbers, verdicts, references and errors; everything else stands on it."""

"""KS23's separation lemmas for the Boltzmann operator, step by step."""

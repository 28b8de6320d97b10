"""KS23's rank-one attention: constants, attacks, and the layers' definitions."""

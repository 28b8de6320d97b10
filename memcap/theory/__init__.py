"""Floor 2: the statements of the literature as calculators, free of networks."""

"""Floor 3: the neutral record of a network, its counts and its forward passes."""

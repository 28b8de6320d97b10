"""What gives every sequence an id of its own: labels, projection, sizes (KS25)."""

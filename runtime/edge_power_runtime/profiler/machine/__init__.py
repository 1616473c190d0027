"""The machine: what it is, its state, who used it."""

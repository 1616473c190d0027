"""A checkpoint on disk: its files, its configuration, its weights, and what they must be."""

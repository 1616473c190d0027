"""Whether the parts of a manifest fit together."""

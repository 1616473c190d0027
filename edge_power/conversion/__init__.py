"""From a model to a bundle: what is ordered, traced, converted and compared."""

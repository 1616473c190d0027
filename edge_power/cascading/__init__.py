"""Makes a cascade: a first tier, thresholds with a promise, and the bundle that holds both."""

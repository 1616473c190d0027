"""Latency that a person can trust: measured where the bundle runs, every sample kept, doubts said aloud."""

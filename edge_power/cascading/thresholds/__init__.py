"""Temperatures and thresholds: what a cascade does at each, and which keep a promise."""

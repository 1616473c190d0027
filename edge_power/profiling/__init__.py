"""Latency on devices: where a bundle is measured, and the page that shows it."""

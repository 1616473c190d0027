"""The profile report on one HTML page."""

from edge_power.profiling.page.whole import page

__all__ = ["page"]

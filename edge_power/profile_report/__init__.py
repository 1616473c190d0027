"""The profile report on one HTML page."""

from edge_power.profile_report.whole import page

__all__ = ["page"]

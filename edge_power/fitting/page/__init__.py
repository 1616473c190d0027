"""report.html of a fit."""

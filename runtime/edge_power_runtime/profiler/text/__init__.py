"""A report as text: for a terminal, for a pull request."""

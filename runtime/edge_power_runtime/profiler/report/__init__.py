"""The report: its fields, its rules, its file."""

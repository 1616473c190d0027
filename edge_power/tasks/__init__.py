"""Tasks: what a model answers, what it is trained on, and how its answers are scored."""

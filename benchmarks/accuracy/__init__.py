"""What learned retention costs in accuracy, against honest baselines: `python -m benchmarks.accuracy --help`."""

"""The directory that a command writes: made beside its place, then put there in one step."""

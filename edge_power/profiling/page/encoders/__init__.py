"""The staircase of word-vectors beside the time of each encoder."""

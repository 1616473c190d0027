"""What samples say, and whether they can be believed."""

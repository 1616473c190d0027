"""`explain`: which words survive each encoder, as a value, in the terminal and as a page."""

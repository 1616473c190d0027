"""What commands draw while they work, and at their end."""

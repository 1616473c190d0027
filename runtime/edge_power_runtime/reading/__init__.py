"""Files and values that come from outside: read with bounds, and shown without harm."""

"""Devices without Python: an engine's own benchmark program does the timing."""

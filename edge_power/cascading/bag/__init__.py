"""Trains a bag tier on the host and writes its file."""

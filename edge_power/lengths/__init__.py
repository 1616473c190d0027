"""Lengths chosen from data: how long texts are, which lengths serve them at the least cost, and what that cost is."""

"""The embedded default: an intent classifier made on the spot, converted for three engines, and measured here."""

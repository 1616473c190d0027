"""How much a bundle may hold, so that reading one takes seconds whatever it says; BUNDLE.md has the same table."""

MANIFEST_BYTES = 4 * 2**20
GOLDEN_BYTES = 16 * 2**20

PATH_CHARACTERS = 1_000
FILES = 10_000
LABELS = 100_000
BUDGETS = 1_000
LENGTHS = 1_000
LENGTH = 65_536
ENCODERS = 1_000
PROGRAMS = 10_000
CASCADES = 100
TIERS = 8

GOLDEN_EXAMPLES = 1_000
# Of all texts together: a tokenizer needs about 3 us for each.
GOLDEN_CHARACTERS = 1_000_000

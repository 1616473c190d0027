"""Texts for checking programs when the caller has none.

The sentences, of every length, were written for this project (Apache-2.0). The questions are BANKING77's, under CC BY
4.0; edge_power/data_files/banking/ATTRIBUTION.md tells whose.
"""

from pathlib import Path

from edge_power.data import read_examples

_QUESTIONS = Path(__file__).parents[1] / "data_files" / "banking" / "train.tsv"
# One other label of so many is within 98 %; of the sentences alone it would not be.
_EVERY = 12

SENTENCES: tuple[str, ...] = (
    "Fine.",
    "What a waste of an evening.",
    "A warm, funny film that never talks down to anyone.",
    "My card was charged twice for the same coffee, and nobody answers the phone.",
    "The plot takes its time, but the two leads make every minute of the wait worth it.",
    "Could you tell me how long a transfer to another country takes, and whether there is a fee for it?",
    "I wanted to like it: the music is lovely, the pictures are lovely, and still nothing in it ever seems to matter.",
    "The council said on Tuesday that the bridge will stay closed until spring, since the inspectors found more rust "
    "than they had expected, and that buses will take the longer way round by the station in the meantime.",
    "We ordered the large table in oak. What came was the small one in pine, with a scratch across the top and two "
    "legs that do not fit. The driver would not take it back without a number that your shop never sent us. I have "
    "written three times now. Please tell me who can settle this, when the right table will come, and who pays for the "
    "week that we have been eating on the floor.",
    "It begins like any other story of its kind: a lighthouse, a storm, a stranger at the door. Then the keeper starts "
    "to lie, and one slowly sees that every chapter so far was a lie as well, told for the stranger, who has known it "
    "all along. I have seldom seen a book change its own past so calmly. The middle is too long, and the letters that "
    "close it explain what no reader needed to have explained. But the two voices are wonderful, the sea is more than "
    "scenery, and the last page, which says almost nothing, stays in the mind for days. Read it in one sitting if you "
    "can, on a night with some wind, and do not let anyone tell you how it ends; there is little that I have read this "
    "year which I would rather have to read again for the first time.",
)

# A pair tells whether token types arrive, and which text is cut.
PAIRS: tuple[tuple[str, str], ...] = (
    ("Is it open?", "Yes."),
    ("The bridge is closed until spring.", "Buses take the longer way round by the station."),
)


def questions() -> tuple[str, ...]:
    """Fifty questions to a bank, of ten intents: where weights are rounded, labels are counted on them as well."""
    rows = read_examples(_QUESTIONS, need_labels=False)
    return tuple(row.text for number, row in enumerate(rows) if number % _EVERY == 0)

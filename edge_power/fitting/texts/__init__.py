"""The texts of a fit: as tokens, as copies, as a teacher answers them."""

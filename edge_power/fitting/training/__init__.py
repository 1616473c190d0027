"""One phase of a fit: what it minimises, and the trainer that does."""

"""The model: a BERT-family encoder that drops word-vectors, its shape, and its checkpoints."""

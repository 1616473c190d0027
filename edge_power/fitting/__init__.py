"""Learn which word-vectors a task needs: fine-tune, search, re-train (PoWER-BERT, arXiv:2001.08950)."""

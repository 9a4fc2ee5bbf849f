"""From what people answered to verdicts: one by one, as families, weighted, side by side, and what would flip them."""

"""What answers say when they are counted: cards, filters, cross-tabs, waves, themes, doubts. Pure."""

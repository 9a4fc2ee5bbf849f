"""The console's pages of testers."""

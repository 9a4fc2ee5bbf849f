"""The console's pages of products and programs."""

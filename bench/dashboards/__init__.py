"""What is claimed about pages that read millions of answers."""

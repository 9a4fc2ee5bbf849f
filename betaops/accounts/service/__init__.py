"""What happens to accounts, one module a noun."""

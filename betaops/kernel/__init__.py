"""What every room stands on: no Flask, no product words."""

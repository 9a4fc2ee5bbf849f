"""What the first version claims about speed and size."""

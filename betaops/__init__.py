"""betaops: beta and pilot programs, from the first signup to a signed decision."""

__version__ = "0.1.0"

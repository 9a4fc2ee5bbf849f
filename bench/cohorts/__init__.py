"""What is claimed about cohorts of large programs."""

"""Forms of testers: for strangers who apply, for testers inside, and for the console."""

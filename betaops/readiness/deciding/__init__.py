"""What is asked before a release is decided, and what follows from the decision. Pure but for the words of `due`."""

"""What changes testers and their places. Nobody commits here but the edge that called."""

"""What people outside of the console see: papers behind links, and what a tester's input changed."""

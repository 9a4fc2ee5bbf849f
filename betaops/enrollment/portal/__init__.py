"""The tester's side: signing up, getting in, and the page of a program. Works without JavaScript."""

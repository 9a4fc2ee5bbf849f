"""Other people's services: what goes to them, and how it is kept from failing ours."""

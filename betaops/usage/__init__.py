"""What testers did in the product under test: events taken from PostHog's SDKs, counted by person and day."""

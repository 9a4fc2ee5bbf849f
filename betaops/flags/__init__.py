"""Feature flags: who gets what, decided on what is known about people, spoken in PostHog's protocol."""

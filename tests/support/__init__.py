"""What fixtures are made of: database servers, a browser without a browser, an outbox, a clock."""

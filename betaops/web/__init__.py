"""Flask for every room: one unit of work a request, access, forms, errors, headers. No product words."""

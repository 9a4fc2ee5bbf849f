"""What a definition does with answers: what is shown, asked, filled in and judged, from page to page. Pure."""

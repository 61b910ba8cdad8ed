"""`rapport add-source`: from an export that nobody has described to a connector of its own."""

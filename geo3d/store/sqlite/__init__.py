"""Labels in one SQLite file."""

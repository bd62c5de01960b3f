"""The built-in demo data: a simulated corridor seen from above, with exact truth. No download, nothing copied."""

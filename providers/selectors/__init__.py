"""Reads of businesses: guarded lookups, what the public sees, and what members see."""

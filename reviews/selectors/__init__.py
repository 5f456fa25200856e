"""Reads of reviews, by who reads: the public, the author, the business, operators."""

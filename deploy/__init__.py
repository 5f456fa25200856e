"""Sets an installation up and serves it, on a laptop as in production. Standard library only.

These modules run with the system's Python, before the project's own environment exists (prepare.py excepted).
"""

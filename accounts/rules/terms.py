"""Which terms and which privacy notice are in force: the date of each text is its version.

Whoever changes a text that people agreed to gives it a new date; they are asked again when they next sign in or book.
"""

TERMS = "2026-11-25"
PRIVACY = "2026-11-25"

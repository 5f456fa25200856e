"""How many pictures an outlet shows, and what is said of one."""

MOST_PICTURES = 12
ALT_LENGTH = 200

"""Numbers of documents: one series for each seller, without gaps (Directive 2006/112/EC, Art. 226 (2))."""

PREFIX_LENGTH = 8


def written(prefix: str, number: int) -> str:
    """How a number is written, such as `HB-000042`; it sorts as text up to a million."""
    return f"{prefix}{number:06d}"

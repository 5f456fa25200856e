"""HTML drawn as a PDF, with nothing that it does not bring along."""

from typing import Any


def draw(html: str, *, variant: str | None = None) -> bytes:
    """The pages as a PDF, such as `variant` pdf/a-3b. Takes about a second. What a page would have fetched is left out:
    no name or note in it reaches out of this process."""
    from weasyprint import HTML  # it takes half a second to load, and most processes never need it

    return bytes(HTML(string=html, url_fetcher=_nothing).write_pdf(pdf_variant=variant))


def _nothing(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError("a document fetches nothing")

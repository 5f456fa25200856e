"""What a reader meets on a page: its text, and what a screen reader says of it."""

from html.parser import HTMLParser

SILENT = {"script", "style", "svg", "template"}
SPOKEN = {"aria-label", "alt", "title", "placeholder"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects `said`: each piece of text and spoken attribute that is not marked as another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.said: list[str] = []
        self.lang = ""
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        foreign = values.get("lang", self.language) != self.language
        muted = self._muted() or foreign or tag in SILENT
        if tag not in VOID:
            self._open.append((tag, muted))
        if not muted:
            self.said += [values[name] for name in SPOKEN & values.keys()]
            if tag == "meta" and values.get("name") == "description":
                self.said.append(values["content"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._muted():
            self.said.append(" ".join(data.split()))

    def _muted(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def read(html: str, language: str) -> Reader:
    reader = Reader(language)
    reader.feed(html)
    return reader

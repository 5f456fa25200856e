"""A letter: what a mail says, before it is put into text and HTML."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """Something attached."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in its reader's language. `facts` are label and value; `link` its button."""

    subject: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    link: str = field(default="", repr=False)
    link_text: str = ""
    files: list[File] = field(default_factory=list)

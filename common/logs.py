"""How log lines are written: where an error arose and what kind it is, never its text.

The text of an error repeats what it is about: a mail server's refusal has the address, the database's the row.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


# A long segment of an address may be a capability; nginx leaves it out of its log, too.
_SECRET = re.compile(r"/[^/\s?]{24,}")


class WithoutWords(logging.Formatter):
    """Tracebacks with the kinds of the errors and the lines of code they came through, without what they say;
    addresses without what may be a secret."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("/-", super().formatMessage(record))

    def formatException(self, ei: ExcInfo) -> str:
        return "\n".join(_chain(ei[1])) if ei[1] else ""


def kind(error: BaseException) -> str:
    """What an error is, for a log line: its type's name alone."""
    return type(error).__name__


def _chain(error: BaseException) -> Iterator[str]:
    """The errors that led to this one, the first of them first, as Python shows them."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)
    for each in reversed(seen):
        yield "Traceback (most recent call last):"
        for frame in traceback.extract_tb(each.__traceback__):
            yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        yield f"{type(each).__module__}.{kind(each)}"

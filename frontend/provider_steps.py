"""The steps of an application, shown on every page of a business that is still to be sent for approval."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from providers.models import Provider
from providers.rules.vetting import OPEN_TO_SUBMIT
from providers.selectors import catalogue, vetting
from providers.selectors.vetting import Need, Step

REVIEW = "review"
# What each step is called, and roughly how many minutes it takes.
WORDS: dict[str, tuple[Any, int]] = {
    "business": (_("Your business"), 2),
    "outlets": (_("The place"), 2),
    "hours": (_("Opening hours"), 2),
    "services": (_("Services and prices"), 4),
    "staff": (_("People"), 3),
    "documents": (_("Documents"), 5),
    REVIEW: (_("Look it over"), 2),
}
# The step that a section of the workplace belongs to.
OF_SECTION = {name: name for name in ("outlets", "hours", "services", "staff", "documents")} | {
    "application": REVIEW
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as the rail and the bar show it."""

    name: str
    word: Any
    number: int
    url: str
    is_done: bool
    is_current: bool
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole way: its steps, how far it is, and what comes before and after the page's own step."""

    steps: tuple[ShownStep, ...]
    current: ShownStep | None
    back: ShownStep | None
    next: ShownStep | None
    minutes_left: int
    # Still to be sent: its steps stand in place of the workplace's rail.
    is_open: bool

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def first_open(self) -> ShownStep:
        """Where to go on: the first step with points or still to do, else the last look."""
        return next((step for step in self.steps if step.points or not step.is_done), self.steps[-1])


def progress(
    provider: Provider, *, at: str = "", papers: list[Need] | None = None, always: bool = False
) -> Progress | None:
    """The way of a business that can be sent; None when there is nothing to send (unless `always`).

    `at` is the step that the page belongs to.
    """
    if not always and provider.status not in OPEN_TO_SUBMIT:
        return None
    found = vetting.steps(provider, papers)
    ready = all(step.is_done for step in found)
    steps = [*found, Step(REVIEW, is_done=ready and provider.status not in OPEN_TO_SUBMIT)]
    shop = catalogue.outlets(provider).first()
    shown = tuple(
        ShownStep(
            name=step.name,
            word=WORDS[step.name][0],
            number=number,
            url=_page(provider, step, shop.public_id if shop else ""),
            is_done=step.is_done,
            is_current=step.name == at,
            points=step.points,
        )
        for number, step in enumerate(steps, start=1)
    )
    index = next((n for n, step in enumerate(shown) if step.is_current), None)
    return Progress(
        steps=shown,
        current=shown[index] if index is not None else None,
        back=shown[index - 1] if index else None,
        next=shown[index + 1] if index is not None and index + 1 < len(shown) else None,
        minutes_left=sum(WORDS[step.name][1] for step in shown if not step.is_done),
        is_open=provider.status in OPEN_TO_SUBMIT,
    )


def first_step(provider: Provider) -> str:
    """The page on which a new business goes on."""
    way = progress(provider, always=True)
    assert way is not None
    return way.first_open.url


def _page(provider: Provider, step: Step, outlet_id: str) -> str:
    """Where the step is done: its list, or its first form while the list is empty."""
    business = provider.public_id
    if step.name == "hours":
        if outlet_id:
            return reverse("provider:hours", args=[business, outlet_id])
        return reverse("provider:outlet_new", args=[business])
    if not step.is_done and step.name in ("outlets", "services", "staff"):
        empty = {"outlets": "outlet_new", "services": "service_new", "staff": "staff_new"}
        return reverse(f"provider:{empty[step.name]}", args=[business])
    pages = {"business": "edit", REVIEW: "application"}
    return reverse(f"provider:{pages.get(step.name, step.name)}", args=[business])

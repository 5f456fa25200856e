"""Pages where a business's people read what they should know and take the quiz that shows it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import DomainError, NotAllowed, NotFound
from frontend.once import new_key, once
from frontend.views.provider_desk import Desk, at_desk, whole
from providers.selectors import training as read
from providers.services.training import take_quiz


@at_desk()
def listing(desk: Desk) -> HttpResponse:
    """The quizzes of what is sold here, and how the signed-in member stands with it if they perform services."""
    person = desk.membership.staff
    language = get_language() or "en"
    return desk.render(
        "training",
        nav="training",
        person=person,
        states=read.states(person, language) if person else [],
        others=[] if person else [read.quiz(slug, None, language) for slug in _slugs(desk)],
    )


@at_desk(methods=("GET", "HEAD", "POST"))
def quiz(desk: Desk, category: str) -> HttpResponse:
    """The note and the questions of one category; answered by whoever performs services, for themselves."""
    person = desk.membership.staff
    if category not in _slugs(desk):
        raise NotFound
    found = read.quiz(category, person, get_language() or "en")
    if not desk.sent:
        return desk.render("quiz", nav="training", quiz=found, person=person, key=new_key())
    if person is None:
        raise NotAllowed
    given = {place: whole(desk.request.POST.get(f"q{place}", "")) for place in range(len(found.questions))}
    answers = {place: choice for place, choice in given.items() if choice is not None}

    def take() -> dict[str, int | bool]:
        attempt = take_quiz(staff=person, category=category, answers=answers, actor=desk.actor)
        return {"right": attempt.right, "asked": attempt.asked, "passed": attempt.passed}

    try:
        result = once(desk.request, desk.request.POST.get("key", ""), take)
    except DomainError as error:
        messages.error(desk.request, str(error))
    else:
        score = {"right": result["right"], "asked": result["asked"]}
        if result["passed"]:
            messages.success(desk.request, _("Passed: %(right)s of %(asked)s right.") % score)
            return redirect("provider:training", desk.provider.public_id)
        messages.error(
            desk.request,
            _("%(right)s of %(asked)s right: not enough yet. Read the note again.") % score,
        )
    return redirect("provider:quiz", desk.provider.public_id, category)


def _slugs(desk: Desk) -> list[str]:
    return list(read.sold_by(desk.provider).values_list("category__slug", flat=True))

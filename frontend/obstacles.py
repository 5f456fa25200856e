"""What stands in the way of being erased, in words, with the page on which it is settled."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from common.privacy import Obstacle


@dataclass(frozen=True, slots=True)
class Shown:
    words: str
    link: str


_SHOWN: dict[str, Callable[[Obstacle], Shown]] = {
    "open_booking": lambda it: Shown(
        _("Your visit at %(shop)s is not over: cancel it, or say that it was good.") % {"shop": it.name},
        reverse("frontend:booking", args=[it.about]),
    ),
    "visit_to_do": lambda it: Shown(
        _("You are to do a visit at %(shop)s: let somebody else do it.") % {"shop": it.name},
        reverse("frontend:booking", args=[it.about]),
    ),
    "money_on_its_way": lambda it: Shown(
        _("Money of booking %(ref)s is on its way. That takes a few days.") % {"ref": it.about},
        reverse("frontend:booking", args=[it.about]),
    ),
    "wallet_not_empty": lambda it: Shown(
        _("There is still money in your wallet (%(currency)s): use it first.") % {"currency": it.about},
        reverse("account_wallet"),
    ),
    "only_owner": lambda it: Shown(
        _("You alone own %(business)s: make somebody else its owner.") % {"business": it.name},
        reverse("provider:members", args=[it.about]),
    ),
}


def shown(obstacles: list[Obstacle]) -> list[Shown]:
    """The obstacles as a page shows them, each line once; a visit's money goes its way when the visit is over."""
    visits = {each.about for each in obstacles if each.code == "open_booking"}
    needed = [each for each in obstacles if each.code != "money_on_its_way" or each.about not in visits]
    return list(dict.fromkeys(_SHOWN[obstacle.code](obstacle) for obstacle in needed))

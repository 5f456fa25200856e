"""Whatever is done to reviews in whatever order, ratings are what a recount gives."""

from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings.models import ItemHelper
from common.errors import DomainError
from providers.models import Outlet
from providers.rules.ratings import Stars, score
from reviews.enums import Reason, Side
from reviews.models import Review
from reviews.services import appeals, erasure, moderation, reports, writing
from reviews.services.verify import verify
from tests.bookings.conftest import Shop
from tests.factories import make_staff, make_user
from tests.reviews.conftest import Visit

star = st.integers(1, 5)
stars = st.builds(Stars, star, star, star)
steps = st.lists(
    st.tuples(
        st.sampled_from(["write", "edit", "hide", "restore", "report", "keep", "appeal", "decide", "erase"]),
        st.integers(0, 2),
        stars,
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_ratings_are_what_a_recount_gives(shop: Shop, visit: Visit, steps: list[Any]) -> None:
    visits = [visit() for _ in range(3)]
    helper = make_staff(shop.outlet)
    for access in visits[1:]:
        ItemHelper.objects.create(item=access.booking.items.get(), staff=helper)
    operators = [make_user(is_operator=True) for _ in range(2)]
    known: dict[int, Review] = {}
    for verb, which, stars, flag in steps:
        with suppress(DomainError):
            if verb == "write":
                known[which] = writing.write(access=visits[which], stars=stars, text="x", language="en")
            elif verb == "edit":
                writing.edit(access=visits[which], stars=stars, text="y", language="en")
            elif which in known:
                act(verb, known[which], flag=flag, operator=operators[flag])
        assert verify() == []
    outlet = Outlet.objects.get(pk=shop.outlet.pk)
    counted = [row.rating for row in Review.objects.filter(outlet=outlet) if row.is_shown]
    assert (outlet.rating_count, outlet.rating_sum) == (len(counted), sum(counted))
    assert outlet.rating_score == score(sum(counted), len(counted))
    helper.refresh_from_db()
    helped = [row for which, row in known.items() if which and Review.objects.get(pk=row.pk).is_shown]
    assert helper.rating_count == len(helped)


def act(verb: str, review: Review, *, flag: bool, operator: User) -> None:
    """What others than the author do with a review."""
    if verb == "hide":
        moderation.hide(review=review, reason=Reason.SPAM, operator=operator)
    elif verb == "restore":
        moderation.restore(review=review, operator=operator)
    elif verb == "report":
        reports.report(review=review, by=make_user(), reason=Reason.SPAM)
    elif verb == "keep":
        moderation.keep(review=review, operator=operator)
    elif verb == "appeal":
        side = Side.AUTHOR if flag else Side.PROVIDER
        appeals.appeal(review=review, side=side, text="Please.", actor="guest")
    elif verb == "decide":
        for waiting in review.appeals.filter(decided_at__isnull=True):
            appeals.decide_appeal(appeal=waiting, grant=flag, operator=operator)
    else:
        erasure.erase(bookings=[review.booking_id])


def test_the_checker_finds_what_is_wrong(shop: Shop, visit: Visit) -> None:
    writing.write(access=visit(), stars=Stars(4, 4, 4), text="", language="en")
    out = StringIO()
    call_command("check_ratings", stdout=out)
    assert "Every rating" in out.getvalue()
    Outlet.objects.filter(pk=shop.outlet.pk).update(rating_sum=5)
    wrong = StringIO()
    with pytest.raises(CommandError, match="1 shops or people differ"):
        call_command("check_ratings", stderr=wrong)
    assert f"{shop.outlet.public_id} rating_sum: 5 is kept, 4 is counted" in wrong.getvalue()

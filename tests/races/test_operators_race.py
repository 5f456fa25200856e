"""Two operators who change the same category, or the same rate, at the same moment, each from the page as it was."""

from collections.abc import Callable
from threading import Barrier

import pytest
from django.db import IntegrityError

from payments.errors import CommissionStale
from payments.models import CommissionRule
from payments.rules.commission import Rate
from payments.services import rates
from payments.services.rates import change_commission, version_of
from providers.errors import CategoryStale
from providers.models import Category
from providers.selectors.category_sheets import STANDARD, part_of
from providers.services import categories
from providers.services.categories import change_category
from tests.factories import make_category, make_outlet, make_service
from tests.races.test_vetting_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hair() -> Category:
    category = make_category("hair")
    make_service(make_outlet(), category=category)
    return category


def steps(category: Category, words: str) -> Callable[[], object]:
    """Writes a standard of one step, by somebody who has just seen whom it touches."""

    def change(seen: str) -> categories.Weighed:
        return change_category(
            category=category, part=STANDARD, value=[{"en": words}], version=0, seen=seen, actor="system"
        )

    token = change("").token
    return lambda: change(token)


def commission(basis_points: int) -> Callable[[], object]:
    """Sets everybody's rate, by somebody who has just seen whom it touches."""

    def change(seen: str) -> rates.Weighed:
        return change_commission(
            provider=None,
            category=None,
            rate=Rate(basis_points),
            version=version_of(None),
            seen=seen,
            actor="system",
        )

    token = change("").token
    return lambda: change(token)


def test_of_two_who_change_a_category_one_does_and_the_other_is_told(hair: Category) -> None:
    ends = at_once(steps(hair, "Ask"), steps(hair, "Cut"))

    assert sorted(ends) == sorted(["done", CategoryStale.code])
    assert part_of(hair, STANDARD) == [{"en": "Ask" if ends[0] == "done" else "Cut"}]


def test_without_the_lock_the_events_number_still_refuses_the_second(
    hair: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [steps(hair, "Ask"), steps(hair, "Cut")]
    looked = Barrier(2, timeout=10)

    def look_and_wait(category: Category) -> Category:
        found = Category.objects.get(pk=category.pk)
        looked.wait()
        return found

    monkeypatch.setattr(categories, "_locked", look_and_wait)

    with pytest.raises(IntegrityError, match="event_seq_is_unique"):
        at_once(*both)


def test_of_two_who_set_a_rate_one_does_and_the_other_is_told(hair: Category) -> None:
    ends = at_once(commission(700), commission(900))

    assert sorted(ends) == sorted(["done", CommissionStale.code])
    assert CommissionRule.objects.get().rate_bp == (700 if ends[0] == "done" else 900)


def test_without_the_lock_the_second_rate_would_have_gone_over_the_first(
    hair: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [commission(700), commission(900)]
    looked = Barrier(2, timeout=10)
    version = rates.version_of

    def look_and_wait(rule: CommissionRule | None) -> str:
        looked.wait()
        return version(rule)

    monkeypatch.setattr(rates, "lock_named", lambda purpose, name: None)
    monkeypatch.setattr(rates, "version_of", look_and_wait)

    assert at_once(*both) == ["done", "done"]

"""Nobody decides in their own cause: what every verb of operators asks first."""

from collections.abc import Collection

from accounts.models import User
from providers.errors import OwnCause
from providers.models import Membership, Provider


def refuse_if_party(*, operator: User, provider: Provider, customers: Collection[int | None] = ()) -> None:
    """Raises OwnCause when the operator belongs to the business, or is one of `customers` (users' primary keys).

    Asked with the lock held under which the decision is written.
    """
    if operator.pk in customers or Membership.objects.filter(user=operator, provider=provider).exists():
        raise OwnCause

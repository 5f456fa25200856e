"""Nobody decides about the money of a business that is their own."""

from accounts.models import User
from common.actors import user_actor
from providers.models import Provider
from providers.services.parties import refuse_if_party

PREFIX = user_actor("")


def refuse_own_cause(*, actor: str, provider: Provider | None) -> None:
    """Raises OwnCause when the actor is a person who belongs to the business. Nothing for gateways, the clock, and what
    is for everybody."""
    if provider is None or not actor.startswith(PREFIX):
        return
    operator = User.objects.filter(public_id=actor.removeprefix(PREFIX)).first()
    if operator is not None:
        refuse_if_party(operator=operator, provider=provider)

"""Terms that some businesses of the demo set: a workshop's deposit, a salon's steps for its longest service."""

from common.actors import SYSTEM
from payments.rules.policy import Policy, Prepayment, Tier
from payments.services import set_policy
from providers.models import Provider, Service

HOUR = 60
WORKSHOP, SALON, LONGEST = "Kurjen Autohuolto", "Salon Vanamo", "Roots colour"
OF_A_FIFTH = Policy(
    cancel=(Tier(48 * HOUR, 0), Tier(24 * HOUR, 25), Tier(0, 50)),
    change=(Tier(4 * HOUR, 0), Tier(0, 20)),
    booking_grace_min=15,
    prepayment=Prepayment.DEPOSIT,
    deposit_percent=20,
)
STEPS = Policy(cancel=(Tier(48 * HOUR, 0), Tier(12 * HOUR, 30), Tier(0, 60)), no_show_grace_min=10)


def load_terms() -> None:
    """Visits that are there already keep the marketplace's. A city that was thinned out may lack either business."""
    if workshop := Provider.objects.filter(name=WORKSHOP).first():
        set_policy(provider=workshop, policy=OF_A_FIFTH, actor=SYSTEM)
    if (
        service := Service.objects.filter(provider__name=SALON, name=LONGEST)
        .select_related("provider")
        .first()
    ):
        set_policy(provider=service.provider, service=service, policy=STEPS, actor=SYSTEM)

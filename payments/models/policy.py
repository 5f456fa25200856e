"""Which terms services are sold under, and how far they may go."""

from django.db import models
from django.db.models import Q

from payments.rules.bounds import Bounds
from payments.rules.policy import Policy
from providers.models import Category, Provider, Service


class PolicyRule(models.Model):
    """The terms of a provider's services, of those in one category, or of one; without a provider, the marketplace's.

    The nearest one counts (`payments.selectors.policy_for`). Changing it touches no booking made before.
    """

    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="policy_rules"
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="policy_rules"
    )
    service = models.OneToOneField(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="policy_rule"
    )
    # As payments.rules.policy writes it.
    terms = models.JSONField()
    # Of a deposit's fixed amount: the rule counts for services in this currency only. Empty: in any.
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "category"],
                condition=Q(service__isnull=True),
                nulls_distinct=False,
                name="policy_rule_one_per_scope",
            ),
            models.CheckConstraint(
                condition=Q(service__isnull=True) | Q(provider__isnull=False, category__isnull=True),
                name="policy_rule_has_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(
                    terms__contains={"v": 2},
                    terms__has_keys=["no_show_percent", "deposit_amount"],
                    terms__no_show_percent__gte=0,
                    terms__no_show_percent__lte=100,
                ),
                name="policy_rule_can_be_read",
            ),
            models.CheckConstraint(
                condition=Q(terms__deposit_amount=0) | Q(currency__regex=r"^[A-Z]{3}$"),
                name="policy_rule_amount_has_its_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id or 'marketplace'}: {self.service_id or self.category_id or 'all'}"

    @property
    def policy(self) -> Policy:
        """The plain value that the pure rules take."""
        return Policy.from_dict(self.terms)


class PolicyBounds(models.Model):
    """How far terms may go in a category and below it, or (without one) everywhere. The nearest one counts."""

    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="policy_bounds"
    )
    most_prepaid_percent = models.PositiveSmallIntegerField(default=100)
    most_late_percent = models.PositiveSmallIntegerField(default=100)
    most_no_show_percent = models.PositiveSmallIntegerField(default=100)
    most_free_min_before = models.PositiveIntegerField(
        default=30 * 24 * 60, help_text="minutes; cancelling stays free until then, or longer"
    )
    least_booking_grace_min = models.PositiveSmallIntegerField(default=0, help_text="minutes after booking")
    least_breach_percent = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="of the price, for the customer, when the provider cancels late"
    )

    class Meta:
        verbose_name_plural = "policy bounds"
        constraints = [
            models.UniqueConstraint(
                fields=["category"], nulls_distinct=False, name="policy_bounds_one_per_category"
            ),
            models.CheckConstraint(
                condition=Q(
                    most_prepaid_percent__lte=100,
                    most_late_percent__lte=100,
                    most_no_show_percent__lte=100,
                    least_breach_percent__lte=100,
                ),
                name="policy_bounds_are_percentages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or 'everywhere'}"

    @property
    def bounds(self) -> Bounds:
        """The plain value that the pure rules take."""
        return Bounds(
            most_prepaid_percent=self.most_prepaid_percent,
            most_late_percent=self.most_late_percent,
            most_no_show_percent=self.most_no_show_percent,
            most_free_min_before=self.most_free_min_before,
            least_booking_grace_min=self.least_booking_grace_min,
            least_breach_percent=self.least_breach_percent,
        )

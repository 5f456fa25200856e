"""What the marketplace asks of whom, and the VAT on it."""

from django.db import models
from django.db.models import Q

from payments.rules.commission import MOST_BP, Rate, RateTier
from providers.models import Category, Provider


class CommissionRule(models.Model):
    """The commission of a provider, of a category, or of a provider's in a category; of neither, everybody's.

    The nearest one counts (`payments.selectors.shares.rate_for`). Changing it touches no payment opened before.
    """

    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="commission_rules"
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="commission_rules"
    )
    rate_bp = models.PositiveSmallIntegerField(help_text="basis points")
    intro_bp = models.PositiveSmallIntegerField(null=True, blank=True, help_text="basis points")
    intro_until = models.DateField(null=True, blank=True, help_text="the last day of the introductory rate")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "category"], nulls_distinct=False, name="commission_rule_one_per_scope"
            ),
            models.CheckConstraint(
                condition=Q(rate_bp__lte=MOST_BP) & (Q(intro_bp__isnull=True) | Q(intro_bp__lte=MOST_BP)),
                name="commission_is_half_at_most",
            ),
            models.CheckConstraint(
                condition=Q(intro_bp__isnull=True, intro_until__isnull=True)
                | Q(intro_bp__isnull=False, intro_until__isnull=False),
                name="commission_introduction_has_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id or 'all'}/{self.category_id or 'all'}: {self.rate_bp}"

    @property
    def rate(self) -> Rate:
        """The plain value that the pure rules take; reads the tiers."""
        tiers = sorted((tier.from_turnover, tier.rate_bp) for tier in self.tiers.all())
        return Rate(self.rate_bp, tuple(RateTier(*tier) for tier in tiers), self.intro_bp, self.intro_until)


class CommissionTier(models.Model):
    """From a turnover in the calendar month on, another rate."""

    rule = models.ForeignKey(CommissionRule, on_delete=models.CASCADE, related_name="tiers")
    from_turnover = models.BigIntegerField(help_text="hundredths of a unit of the payment's currency")
    rate_bp = models.PositiveSmallIntegerField(help_text="basis points")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "from_turnover"], name="commission_tier_is_one"),
            models.CheckConstraint(
                condition=Q(from_turnover__gt=0, rate_bp__lte=MOST_BP), name="commission_tier_is_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"from {self.from_turnover}: {self.rate_bp}"


class CommissionVat(models.Model):
    """The VAT that the marketplace adds to its commission for providers of a country; none without a row."""

    country = models.CharField(max_length=2, unique=True, help_text="ISO 3166-1 alpha-2")
    rate_bp = models.PositiveSmallIntegerField(help_text="basis points")

    class Meta:
        verbose_name = "VAT on the commission"
        verbose_name_plural = "VAT on the commission"
        constraints = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="commission_vat_country_is_iso_3166"
            ),
            models.CheckConstraint(condition=Q(rate_bp__lte=MOST_BP), name="commission_vat_is_half_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.rate_bp}"

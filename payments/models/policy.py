"""Which rules a provider sells under."""

from django.db import models
from django.db.models import F, Q

from payments.rules.policy import Policy
from providers.models import Provider, Service


class CancellationPolicy(models.Model):
    """A provider's rules for all its services, or for one. Changing it touches no booking made before."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="cancellation_policies")
    # Null: the provider's default.
    service = models.OneToOneField(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="cancellation_policy"
    )
    free_until_min_before = models.PositiveIntegerField()  # minutes
    late_percent = models.PositiveSmallIntegerField()
    no_show_percent = models.PositiveSmallIntegerField()
    no_show_grace_min = models.PositiveSmallIntegerField(default=0)  # minutes

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(service__isnull=True), name="policy_one_default_per_provider"
            ),
            models.CheckConstraint(
                condition=Q(late_percent__lte=F("no_show_percent"), no_show_percent__lte=100),
                name="policy_percentages_rise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.free_until_min_before} min, {self.late_percent} %"

    @property
    def rules(self) -> Policy:
        """The plain value that the pure rules take."""
        return Policy(
            free_until_min_before=self.free_until_min_before,
            late_percent=self.late_percent,
            no_show_percent=self.no_show_percent,
            no_show_grace_min=self.no_show_grace_min,
        )

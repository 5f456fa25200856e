"""Who a business is on its documents."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from invoices.rules.numbers import PREFIX_LENGTH


class Party(models.Model):
    """Who makes documents: as registered, with a number of its own. Its row is locked while its next one is given
    out."""

    name = models.CharField(max_length=120, help_text="as registered")
    street_line = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    company_id = models.CharField(max_length=30, blank=True, help_text="in its country's register")
    # Without one it charges no VAT: a small business (Directive 2006/112/EC, Art. 284).
    tax_id = models.CharField(max_length=20, blank=True, help_text="the VAT number, its country in front")
    prefix = models.CharField(max_length=PREFIX_LENGTH, default="HB-", blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Seller(Party):
    """Who a business is on an invoice to its customers."""

    provider = models.OneToOneField(
        "providers.Provider", primary_key=True, on_delete=models.PROTECT, related_name="seller"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="seller_country_is_iso_3166"
            ),
            # EN 16931, BR-CO-26: a seller is identified.
            models.CheckConstraint(
                condition=~Q(company_id="") | ~Q(tax_id=""), name="seller_has_a_number_of_its_own"
            ),
        ]

"""Operators' tables of reviews: for reading, but for the thresholds of quality watch."""

from django.contrib import admin

from accounts.admin import ReadMostly
from reviews.models import QualityCase, QualityThreshold, Review


@admin.register(Review)
class ReviewAdmin(ReadMostly):
    list_display = ("public_id", "booking", "outlet", "staff", "rating", "created_at", "hidden_at")
    list_filter = ("rating",)
    list_select_related = ("booking", "outlet", "staff")
    search_fields = ("public_id", "booking__ref", "outlet__name")
    ordering = ("-id",)


@admin.register(QualityCase)
class QualityCaseAdmin(ReadMostly):
    list_display = ("public_id", "provider", "staff", "opened_at", "outcome", "closed_at")
    list_filter = ("outcome",)
    list_select_related = ("provider", "staff")
    search_fields = ("public_id", "provider__name")
    ordering = ("-id",)


@admin.register(QualityThreshold)
class QualityThresholdAdmin(ReadMostly):
    """From when on operators look."""

    editable = (
        "days",
        "last_reviews",
        "least_reviews",
        "rating_below",
        "least_visits",
        "breaches_above",
    )
    list_display = ("subject", *editable)

"""What customers say of visits they had, what was decided about it, and what it says about a business."""

from reviews.models.quality import QualityCase, QualityThreshold
from reviews.models.review import (
    Review,
    ReviewAppeal,
    ReviewDecision,
    ReviewInvitation,
    ReviewPhoto,
    ReviewReport,
)

__all__ = [
    "QualityCase",
    "QualityThreshold",
    "Review",
    "ReviewAppeal",
    "ReviewDecision",
    "ReviewInvitation",
    "ReviewPhoto",
    "ReviewReport",
]

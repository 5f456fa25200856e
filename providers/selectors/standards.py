"""What a visit of a category consists of. Pages read it from the tree (providers.selectors.categories)."""

from providers.models import StandardStep


def standard_of(category_pk: int) -> list[dict[str, str]]:
    """The steps of a category's standard in order, each {language: text}. One query."""
    return list(StandardStep.objects.filter(category=category_pk).values_list("words", flat=True))

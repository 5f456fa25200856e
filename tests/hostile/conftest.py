"""The world of the permission matrix: one of everything, of two businesses."""

from tests.permissions.conftest import untouched, world

__all__ = ["untouched", "world"]

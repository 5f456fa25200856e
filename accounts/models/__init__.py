"""People who sign in, those who are served, and what they keep for the next booking."""

from accounts.models.people import (
    ApiToken,
    Consent,
    Customer,
    DataExport,
    ErasureRequest,
    User,
    UserManager,
)
from accounts.models.saved import Saved, SavedAddress, SavedPerson, SavedVehicle

__all__ = [
    "ApiToken",
    "Consent",
    "Customer",
    "DataExport",
    "ErasureRequest",
    "Saved",
    "SavedAddress",
    "SavedPerson",
    "SavedVehicle",
    "User",
    "UserManager",
]

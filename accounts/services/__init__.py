"""What can be done with people, and where each verb is written."""

from accounts.services.contacts import clean_email, clean_phone
from accounts.services.customers import (
    correct_guest,
    guest_customer,
    join_by_phone,
    join_customers,
    main_customer,
    part_from_user,
)
from accounts.services.people import (
    forget_phone,
    open_account,
    set_language,
    update_profile,
    verify_phone,
    vouch_for_email,
)
from accounts.services.saved import save_address, save_person, save_vehicle
from accounts.services.tokens import create_token, note_use, revoke_token

__all__ = [
    "clean_email",
    "clean_phone",
    "correct_guest",
    "create_token",
    "forget_phone",
    "guest_customer",
    "join_by_phone",
    "join_customers",
    "main_customer",
    "note_use",
    "open_account",
    "part_from_user",
    "revoke_token",
    "save_address",
    "save_person",
    "save_vehicle",
    "set_language",
    "update_profile",
    "verify_phone",
    "vouch_for_email",
]

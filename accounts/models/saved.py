"""What a user keeps so that the next booking is filled in: people, addresses, vehicles. All words are encrypted.

A booking copies what it needs: changing or removing one of these changes no visit.
"""

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.people import User
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField


class Saved(models.Model):
    """What the three have in common. A removed one can be brought back for a day, and then the worker deletes it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class SavedPerson(Saved):
    """Somebody whom the user books for, such as a child or a parent."""

    public_id = PublicIdField(prefix="per")
    name = EncryptedTextField()
    phone = EncryptedTextField(blank=True, default="", help_text="E.164")
    # What who serves should know, such as an allergy: it may be about health, so it is kept only with a consent.
    note = EncryptedTextField(blank=True, default="")
    note_agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(note="") | Q(note_agreed_at__isnull=False), name="persons_note_is_agreed_to"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_person_has_a_name"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="saved_people_of_a_user")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def shown(self) -> str:
        """What a list calls it."""
        return self.name


class SavedAddress(Saved):
    """Where home visits go: the line as it was looked up, and where that is (WGS 84)."""

    public_id = PublicIdField(prefix="adr")
    label = EncryptedTextField(help_text="such as Home")
    line = EncryptedTextField()
    note = EncryptedTextField(blank=True, default="", help_text="how to get in")
    point = gis.PointField(geography=True, srid=4326, spatial_index=False)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_default=True, removed_at__isnull=True),
                name="one_default_address_per_user",
            ),
            models.CheckConstraint(condition=~Q(line=""), name="saved_address_has_a_line"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="saved_addresses_of_a_user")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def shown(self) -> str:
        """What a list calls it."""
        return self.label


class SavedVehicle(Saved):
    """What is washed: its plate, and what it is."""

    public_id = PublicIdField(prefix="veh")
    plate = EncryptedTextField()
    model = EncryptedTextField(blank=True, default="", help_text="make and model")
    note = EncryptedTextField(blank=True, default="", help_text="size, or what is special about it")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(plate=""), name="saved_vehicle_has_a_plate")]
        indexes = [models.Index(fields=["user", "-id"], name="saved_vehicles_of_a_user")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def shown(self) -> str:
        """What a list calls it."""
        return self.plate

"""A business with its owner, manager and staff member, a stranger, and a client for each."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.principals import Principal
from accounts.services.tokens import create_token
from providers.enums import Role
from providers.models import Category, Outlet, Provider, Service, StaffMember
from tests.factories import (
    make_category,
    make_member,
    make_outlet,
    make_provider,
    make_service,
    make_staff,
    make_user,
)

ALL = ["catalogue:read", "catalogue:write"]


@dataclass
class Business:
    """An approved business in Helsinki and the people around it."""

    provider: Provider
    outlet: Outlet
    category: Category
    person: StaffMember
    service: Service
    owner: User
    manager: User
    staff: User
    stranger: User
    tokens: dict[int, str] = field(default_factory=dict)

    @property
    def actor(self) -> str:
        return Principal(user=self.owner).actor

    def call(
        self, who: User | None, method: str, path: str, body: Any = None, *, scopes: list[str] | None = None
    ) -> Any:
        """One API call by a bearer token of `who`, each POST with a key of its own."""
        headers = {}
        if who is not None:
            headers["Authorization"] = f"Bearer {self._token(who, scopes)}"
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        return Client().generic(
            method,
            f"/api/v1{path}",
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    def _token(self, who: User, scopes: list[str] | None) -> str:
        if scopes is not None:
            return create_token(user=who, name="app", scopes=scopes)[1]
        if who.pk not in self.tokens:
            self.tokens[who.pk] = create_token(user=who, name="app", scopes=ALL)[1]
        return self.tokens[who.pk]


@pytest.fixture
def business(db: None) -> Business:
    provider = make_provider()
    outlet = make_outlet(provider)
    person = make_staff(outlet)
    category = make_category()
    return Business(
        provider=provider,
        outlet=outlet,
        category=category,
        person=person,
        service=make_service(outlet, staff=[person], category=category),
        owner=make_member(provider, Role.OWNER),
        manager=make_member(provider, Role.MANAGER),
        staff=make_member(provider, Role.STAFF),
        stranger=make_user(),
    )

"""Who is asking: the one value that permission checks take."""

from dataclasses import dataclass, field

from accounts.models import User
from common.actors import GUEST, user_actor
from common.errors import NotAllowed, NotFound, NotSignedIn

# What a token may be allowed to do; a signed-in session may do all of it.
SCOPES = {
    "bookings:read": "see the bookings that its user may see",
    "bookings:write": "book, pay, move, cancel and mark visits",
    "catalogue:read": "see the user's businesses",
    "catalogue:write": "change the user's businesses: outlets, staff, services, hours",
    "money:read": "see what the user's businesses earned, their statements, payouts and the invoices they got",
    "payouts:read": "for operators: see the marketplace's money, payouts, holds and differences",
    "payouts:write": "for operators: begin runs, fetch bank files, mark payouts, hold and free, settle differences",
}
# What of an operator's powers a token may have. Only an operator's session with the second factor gives them to one.
OPERATOR_SCOPES = frozenset({"payouts:read", "payouts:write"})


@dataclass(frozen=True)
class Principal:
    """A caller: a user (by session or API token with scopes), or a guest with booking capabilities.

    `scopes` is None for a session, which may do everything its user may. `capabilities` are the hashes of the
    guest tokens that came with the request. `second_factor` says that the session was opened, or confirmed,
    with one: without it nobody has an operator's powers.
    """

    user: User | None = None
    scopes: frozenset[str] | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    second_factor: bool = False

    @property
    def actor(self) -> str:
        """How events, audit and ledger name this caller."""
        return user_actor(self.user.public_id) if self.user else GUEST

    @property
    def caller(self) -> str:
        """The scope of an idempotency key: who repeats the request; "" when anonymous."""
        if self.user:
            return self.user.public_id
        return f"guest:{min(self.capabilities)[:40]}" if self.capabilities else ""

    @property
    def is_operator(self) -> bool:
        """Whether the caller has an operator's powers: in a session with the second factor, never by a token (but see
        `require_operator`)."""
        return bool(self.user and self.user.is_operator and self.scopes is None and self.second_factor)

    def require_user(self) -> User:
        """The signed-in user. Raises NotSignedIn."""
        if self.user is None:
            raise NotSignedIn
        return self.user

    def require_operator(self, scope: str) -> None:
        """An operator in a session with the second factor, or their token with this scope, one of OPERATOR_SCOPES.
        Raises NotSignedIn, and NotFound for everybody else: for them there is nothing here."""
        user = self.require_user()
        by_token = self.scopes is not None and user.is_operator and scope in self.scopes & OPERATOR_SCOPES
        if not (self.is_operator or by_token):
            raise NotFound

    def require_scope(self, scope: str) -> None:
        """Raises NotAllowed when the token lacks `scope`."""
        if self.scopes is not None and scope not in self.scopes:
            raise NotAllowed(scope=scope)


ANONYMOUS = Principal()

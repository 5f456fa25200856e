"""Connected accounts: what Stripe wants of a provider before it pays to them."""

from tests.stripe_peer.store import DAY, Store, Wire, invalid


class Accounts(Store):
    """Accounts, and the links that open the page on which they are filled in."""

    def create_account(self, asked: Wire) -> Wire:
        """A connected account: what it needs is given on the page that an account link opens."""
        wanted = (asked.get("capabilities") or {}).get("transfers") or {}
        if wanted.get("requested") not in ("true", True):
            raise invalid("parameter_missing", "capabilities", "capabilities")
        account = self._new(
            "acct",
            "account",
            controller=asked.get("controller") or {},
            country=asked.get("country", "FI"),
            capabilities={"transfers": "inactive"},
            charges_enabled=False,
            payouts_enabled=False,
            details_submitted=False,
            metadata=asked.get("metadata") or {},
        )
        self.require(account["id"], ["business_type", "external_account", "tos_acceptance.date"])
        return account

    def create_link(self, asked: Wire) -> Wire:
        """An account link: opens the page once."""
        account = self.get(asked.get("account", ""), "account", param="account")
        if asked.get("type") != "account_onboarding":
            raise invalid("parameter_invalid", "type", "type")
        for each in ("return_url", "refresh_url"):
            if not str(asked.get(each, "")).startswith("http"):
                raise invalid("url_invalid", "Not a valid URL", each)
        link = self._new(
            "link",
            "account_link",
            expires_at=int(self.now()) + 300,
            _account=account["id"],
            _return=asked["return_url"],
            _refresh=asked["refresh_url"],
        )
        link["url"] = f"{self.page_url}/setup/{link['id']}"
        return link

    def require(
        self, account_id: str, currently: list[str], *, disabled: str | None = "requirements.past_due"
    ) -> Wire:
        """Stripe wants something of an account, which is not paid until it has it; `disabled` None: it goes on
        meanwhile."""
        account = self.get(account_id, "account")
        account["requirements"] = {
            "currently_due": currently,
            "past_due": [],
            "eventually_due": currently,
            "pending_verification": [],
            "current_deadline": int(self.now()) + 14 * DAY if currently else None,
            "disabled_reason": disabled,
            "errors": [],
        }
        account["payouts_enabled"] = disabled is None
        account["capabilities"] = {"transfers": "active" if disabled is None else "inactive"}
        self._tell("account.updated", account, account=account_id)
        return account

    def settle_account(self, account_id: str) -> Wire:
        """Everything was given, and is right."""
        self.get(account_id, "account")["details_submitted"] = True
        return self.require(account_id, [], disabled=None)

"""The settings that an installation may choose, read strictly from the environment.

A missing or bad value stops the boot with its name. Each is explained in .env.example; a test says so.
"""

from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from stdnum import bic as bics
from stdnum import iban as ibans

BASE_DIR = Path(__file__).resolve().parent.parent

CommaSeparated = Annotated[list[str], NoDecode]


class Env(BaseSettings):
    """One field per environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    secret_key: SecretStr = Field(min_length=32)
    secret_key_fallbacks: CommaSeparated = []
    field_keys: CommaSeparated = []
    debug: bool = False
    demo: bool = False
    database_url: SecretStr
    database_pool: int = Field(default=4, ge=0, le=100)
    redis_url: str = ""
    allowed_hosts: CommaSeparated = ["localhost", "127.0.0.1", "[::1]"]
    site_url: str = "http://localhost:8000"
    trusted_proxies: CommaSeparated = []
    calendar_networks: CommaSeparated = []
    static_root: Path = BASE_DIR / ".data" / "static"
    media_root: Path = BASE_DIR / ".data" / "media"
    email_url: SecretStr = SecretStr("mailbox:")
    texts_url: SecretStr = SecretStr("")
    email_from: str = "Hereabouts <hello@hereabouts.example>"
    hold_minutes: int = Field(default=10, ge=1, le=120)
    offer_minutes: int = Field(default=15, ge=5, le=120)
    holds_per_address: int = Field(default=0, ge=0)
    erasure_days: int = Field(default=7, ge=0, le=30)
    push_keys: CommaSeparated = []
    push_contact: str = "mailto:hello@hereabouts.example"
    push_services: CommaSeparated = [
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ]
    payout_holder: str = ""
    payout_iban: str = ""
    payout_bic: str = ""
    sandbox_secret: SecretStr = SecretStr("sandbox-signing-secret")
    sandbox_webhook_url: str = ""
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = Field(default=SecretStr(""), validate_default=True)
    stripe_connect_secret: SecretStr = SecretStr("")
    stripe_api_url: str = "https://api.stripe.com"
    stripe_checkout_url: str = "https://checkout.stripe.com"
    stripe_connect_url: str = "https://connect.stripe.com"
    router_kind: Literal["", "osrm", "valhalla"] = ""
    router_url: str = Field(default="", validate_default=True)
    router_modes: Annotated[list[Literal["car", "bicycle", "foot"]], NoDecode] = ["car"]
    log_level: str = "INFO"

    @field_validator(
        *("secret_key_fallbacks", "field_keys", "allowed_hosts", "trusted_proxies", "router_modes"),
        *("push_keys", "push_services", "calendar_networks"),
        mode="before",
    )
    @classmethod
    def split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("field_keys")
    @classmethod
    def are_fernet_keys(cls, value: list[str]) -> list[str]:
        for key in value:
            Fernet(key)
        return value

    @field_validator("push_keys")
    @classmethod
    def are_keys_of_p256(cls, value: list[str]) -> list[str]:
        for key in value:
            number = int.from_bytes(urlsafe_b64decode(key + "=" * (-len(key) % 4)), "big")
            ec.derive_private_key(number, ec.SECP256R1())
        return value

    @field_validator("push_contact")
    @classmethod
    def is_a_contact(cls, value: str) -> str:
        if not value.startswith(("mailto:", "https://")):
            raise ValueError("is mailto: with an address, or https://")
        return value

    @field_validator("payout_iban")
    @classmethod
    def is_an_iban(cls, value: str) -> str:
        return str(ibans.validate(value)) if value else ""

    @field_validator("payout_bic")
    @classmethod
    def is_a_bic(cls, value: str) -> str:
        return str(bics.validate(value)) if value else ""

    @field_validator(
        "site_url",
        "sandbox_webhook_url",
        "router_url",
        "stripe_api_url",
        "stripe_checkout_url",
        "stripe_connect_url",
    )
    @classmethod
    def has_no_slash_at_its_end(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("router_url")
    @classmethod
    def names_a_router(cls, value: str, info: ValidationInfo) -> str:
        if bool(value) != bool(info.data.get("router_kind")):
            raise ValueError("goes together with ROUTER_KIND")
        url = urlsplit(value)
        if value and (url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment):
            raise ValueError("is http:// or https:// with a host")
        return value

    @field_validator("stripe_secret_key")
    @classmethod
    def is_a_secret_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key and not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
            raise ValueError("begins with sk_test_, sk_live_, rk_test_ or rk_live_")
        return value

    @field_validator("stripe_webhook_secret")
    @classmethod
    def goes_with_the_key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        key = info.data.get("stripe_secret_key", SecretStr("")).get_secret_value()
        secret = value.get_secret_value()
        if bool(secret) != bool(key):
            raise ValueError("goes together with STRIPE_SECRET_KEY")
        if secret and not secret.startswith("whsec_"):
            raise ValueError("begins with whsec_")
        return value

    @field_validator("stripe_connect_secret")
    @classmethod
    def is_a_webhooks_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        secret = value.get_secret_value()
        if secret and not info.data.get("stripe_secret_key", SecretStr("")).get_secret_value():
            raise ValueError("goes together with STRIPE_SECRET_KEY")
        if secret and not secret.startswith("whsec_"):
            raise ValueError("begins with whsec_")
        return value

    @field_validator("stripe_api_url", "stripe_checkout_url", "stripe_connect_url")
    @classmethod
    def is_an_address(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query or url.fragment:
            raise ValueError("is http:// or https:// with a host, and no more")
        return value

    @field_validator("texts_url")
    @classmethod
    def names_a_text_gateway(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url not in ("", "mailbox:") and ("://" not in url or url.count("{to}") != 1):
            raise ValueError(
                "is empty, mailbox:, or the address of a gateway of apprise with {to} for the number"
            )
        return value

    @field_validator("email_url")
    @classmethod
    def names_a_mail_server(cls, value: SecretStr) -> SecretStr:
        url = urlsplit(value.get_secret_value())
        if value.get_secret_value() == "mailbox:":
            return value
        if url.scheme not in ("smtp", "smtp+tls", "smtps") or not url.hostname:
            raise ValueError("is mailbox: or smtp://, smtp+tls:// or smtps:// with a host")
        return value

import pytest
from pydantic import ValidationError

from marketplace.env import Env


def _env(url: str) -> Env:
    return Env(secret_key="x" * 40, database_url="postgresql:///x", email_url=url)


@pytest.mark.parametrize(
    "url", ["mailbox:", "smtp://localhost:25", "smtp+tls://a:b@mail.example:587", "smtps://m.example"]
)
def test_mail_servers_are_named_by_a_url(url: str) -> None:
    assert _env(url).email_url.get_secret_value() == url


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "mailbox"])
def test_a_bad_one_stops_the_boot_with_its_name(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _env(url)
    assert refused.value.errors()[0]["loc"] == ("email_url",)

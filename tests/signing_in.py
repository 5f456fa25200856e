"""Signing in without the pages of it; operators with the second factor that everything of theirs asks for."""

import os
import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User
from accounts.principals import Principal
from accounts.second_factor import SecondFactorAdapter
from tests.factories import make_user

# The secret in the code app of every test's operator.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_operator(**fields: Any) -> User:
    """An operator with a code app (SECRET)."""
    user = make_user(is_operator=True, **fields)
    give_code_app(user)
    return user


def give_code_app(user: User) -> Authenticator:
    """Set up a code app for `user` whose codes tests can make."""
    secret = SecondFactorAdapter().encrypt(SECRET)
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})


def sign_in(client: Client, user: User, *, second_factor: bool | None = None) -> Client:
    """Open a session of `user`; by default operators' ones were opened with the second factor, others' were not."""
    client.force_login(user)
    if user.is_operator if second_factor is None else second_factor:
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def as_operator(user: User) -> Principal:
    """The caller that such a session stands for."""
    return Principal(user=user, second_factor=True)


def give_passkey(user: User, **fields: Any) -> Authenticator:
    """Give `user` a passkey as a browser would have registered it; nobody holds its private key."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    identifier = os.urandom(16)
    data = AuthenticatorData.create(
        os.urandom(32), 0x45, 0, AttestedCredentialData.create(bytes(16), identifier, key)
    )
    client_data = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    credential = {
        "id": websafe_encode(identifier),
        "rawId": websafe_encode(identifier),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client_data),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Key", "credential": credential},
        **fields,
    )

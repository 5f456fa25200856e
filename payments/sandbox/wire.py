"""What the sandbox's API answers with."""

from typing import Any

Wire = dict[str, Any]


class SandboxError(Exception):
    """What the sandbox answers instead: `code` is one of not_found, idempotency_mismatch, not_refundable,
    not_capturable, unknown_action, no_such_payee, no_such_card."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

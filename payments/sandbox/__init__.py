"""A payment company of our own, for demonstrations and tests.

It behaves as real ones do: a hosted page, its own ids, idempotency keys, signed webhooks that may come late,
twice or in the wrong order. It knows nothing of the marketplace and imports nothing of it but `common`; the
gateway `payments.gateways.sandbox` is its only caller.
"""

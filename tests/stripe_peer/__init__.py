"""A peer that speaks the documented Stripe API, as far as we use it, over real HTTP.

`books` are what it knows and allows, `server` is how it is asked; docs/money.md lists what it leaves out.
"""

"""What can be done with a business: verbs, each one transaction, each with its audit row and its event.

Whoever calls has looked the rows up through providers.selectors.access, which says whether the caller may.
"""

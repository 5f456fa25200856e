"""The demo city: central Helsinki with real streets and invented businesses, and towns for benchmarks.

Streets, house numbers and the position and opening hours of hair, beauty and massage shops are from
OpenStreetMap (© its contributors, ODbL). Every name, person, phone number, price, review and visit is
invented: nobody real is reviewed or called. The generators are pure: the same for a seed and a day.
"""

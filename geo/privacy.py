"""The map is public: it holds nothing about the people who look at it."""

from common import privacy

privacy.impersonal("geo.MapFeature", {"the public map": "kind name geometry source_ref"})
privacy.impersonal(
    "geo.GeocodedAddress",
    {
        "the public list of addresses, not who lives there": "street street_key other_street other_street_key "
        "housenumber postcode city country point"
    },
)

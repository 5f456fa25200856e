"""The map is public: it holds nothing about the people who look at it. Ways between places say nobody's name."""

from common import privacy

privacy.impersonal("geo.MapFeature", {"the public map": "kind name geometry source_ref"})
privacy.impersonal(
    "geo.GeocodedAddress",
    {
        "the public list of addresses, not who lives there": "street street_key other_street other_street_key "
        "housenumber postcode city country point"
    },
)
privacy.impersonal(
    "geo.Leg",
    {
        "a way between two places to about 11 metres, of nobody who is named, deleted after 7 days": "mode "
        "start_lat start_lng end_lat end_lng seconds",
    },
)

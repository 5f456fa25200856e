"""How long people are on their way: `Legs` answers it, from an estimate or from a routing server (`servers`)."""

from geo.routing.legs import Absent, Legs, LegsMissing, Trip, trip

__all__ = ["Absent", "Legs", "LegsMissing", "Trip", "trip"]

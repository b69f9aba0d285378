"""Build us_flights_2008.npz, flights between airports of the United States, from the npm package vega-datasets.

    python make_us_flights_2008.py package/data

The argument is the folder package/data of the unpacked npm package vega-datasets 3.2.1. An arc goes from the airport
of origin to that of destination, its weight is the number of flights in the year. Classes are the divisions of the
Census Bureau; Alaska, Hawaii (both of the Pacific division) and the territories are classes of their own.
"""

import csv

from graph_file import as_arrays, flat_map, script

DIVISIONS = {
    "New England": "CT ME MA NH RI VT",
    "Middle Atlantic": "NJ NY PA",
    "East North Central": "IL IN MI OH WI",
    "West North Central": "IA KS MN MO NE ND SD",
    "South Atlantic": "DE DC FL GA MD NC SC VA WV",
    "East South Central": "AL KY MS TN",
    "West South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NV NM UT WY",
    "Pacific": "CA OR WA",
    "Alaska": "AK",
    "Hawaii": "HI",
    "Territories": "AS CQ GU PR VI",
}
MISSING_STATES = {"CLD": "CA", "HHH": "SC", "MQT": "MI", "SCE": "PA"}  # "NA" in the source
MISSING_CITIES = {"CLD": "Carlsbad", "HHH": "Hilton Head", "MQT": "Marquette", "SCE": "State College"}


def records(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def build(source):
    airports = {airport["iata"]: airport for airport in records(source / "airports.csv")}
    flights = list(records(source / "flights-airport.csv"))
    codes = sorted({flight[end] for flight in flights for end in ("origin", "destination")})
    number = {code: i for i, code in enumerate(codes)}
    division_of = {state: name for name, states in DIVISIONS.items() for state in states.split()}
    cities = [MISSING_CITIES.get(code) or airports[code]["city"] for code in codes]
    degrees = [[float(airports[code][axis]) for code in codes] for axis in ("longitude", "latitude")]
    return as_arrays(
        [number[flight["origin"]] for flight in flights],
        [number[flight["destination"]] for flight in flights],
        [f"{city} ({code})" for city, code in zip(cities, codes, strict=True)],
        [division_of[MISSING_STATES.get(code) or airports[code]["state"]] for code in codes],
        label_names=list(DIVISIONS),
        weights=[int(flight["count"]) for flight in flights],
        directed=True,
        pos=flat_map(*degrees),
    )


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder package/data of the npm package vega-datasets")

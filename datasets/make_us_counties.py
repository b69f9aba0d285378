"""Build us_counties.npz, the shared-border graph of US counties, from us-atlas' counties-10m.json.

    python make_us_counties.py package/counties-10m.json

The source is TopoJSON: every stretch of border is one numbered arc, and a polygon lists its arcs (~i is arc i
walked backwards). Two counties that use the same arc are neighbours, so no geometry is computed. Counties that
touch in a single point share no arc and are not joined. Nodes are in the order of their FIPS codes.
"""

import json
from collections import defaultdict
from itertools import combinations

import numpy as np
from graph_file import as_arrays, flat_map, script

INDEPENDENT_CITY = 510  # county part of the FIPS code, from here on, of cities that belong to no county


def arc_numbers(nested):
    """All arcs of a Polygon or MultiPolygon, whatever their direction."""
    if isinstance(nested, int):
        return [nested if nested >= 0 else ~nested]
    return [number for part in nested for number in arc_numbers(part)]


def decode_arcs(topology):
    """Longitudes and latitudes of every arc: the file stores quantised differences."""
    transform = topology["transform"]
    return [np.cumsum(arc, axis=0) * transform["scale"] + transform["translate"] for arc in topology["arcs"]]


def county_names(counties, state_names):
    """Names such as "Travis, Texas"; of two equal names the independent city is called "Baltimore city, Maryland"."""
    names = [f"{county['properties']['name']}, {state_names[county['id'][:2]]}" for county in counties]
    for i, county in enumerate(counties):
        if names.count(names[i]) > 1 and int(county["id"][2:]) >= INDEPENDENT_CITY:
            names[i] = names[i].replace(",", " city,", 1)
    return names


def borders(arcs_of):
    """Pairs of counties with a common arc."""
    users = defaultdict(set)
    for county, arcs in enumerate(arcs_of):
        for arc in arcs:
            users[arc].add(county)
    return sorted({pair for sharing in users.values() for pair in combinations(sorted(sharing), 2)})


def build(source):
    topology = json.loads(source.read_text(encoding="utf-8"))
    objects = topology["objects"]
    state_names = {state["id"]: state["properties"]["name"] for state in objects["states"]["geometries"]}
    counties = sorted(objects["counties"]["geometries"], key=lambda county: county["id"])
    arcs_of = [arc_numbers(county["arcs"]) for county in counties]
    arcs = decode_arcs(topology)
    middle = np.array([np.concatenate([arcs[a] for a in numbers]).mean(axis=0) for numbers in arcs_of])
    row, col = zip(*borders(arcs_of), strict=True)
    states = [state_names[county["id"][:2]] for county in counties]
    return as_arrays(row, col, county_names(counties, state_names), states, pos=flat_map(*middle.T))


if __name__ == "__main__":
    script(build, __doc__, __file__, "counties-10m.json of the npm package us-atlas")

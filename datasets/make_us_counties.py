"""Build us_counties.npz, the shared-border graph of US counties, from us-atlas' counties-10m.json.

    python make_us_counties.py counties-10m.json [us_counties.npz]

The source is TopoJSON: every stretch of border is one numbered arc, and a polygon lists its arcs (~i is arc i
walked backwards). Two counties that use the same arc are neighbours, so no geometry is computed. Counties that
touch in a single point share no arc and are not joined. Nodes are in the order of their FIPS codes.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

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


def border_graph(arcs_of):
    """CSR pattern that joins counties with a common arc."""
    users = defaultdict(set)
    for county, arcs in enumerate(arcs_of):
        for arc in arcs:
            users[arc].add(county)
    edges = {pair for sharing in users.values() for pair in combinations(sorted(sharing), 2)}
    row, col = np.array(sorted(edges)).T
    ones = np.ones(2 * len(row), dtype=np.int8)
    return csr_array((ones, (np.r_[row, col], np.r_[col, row])), shape=(len(arcs_of),) * 2)


def build(topology):
    """The arrays of the npz file: the largest component, with its states and reference positions."""
    objects = topology["objects"]
    state_names = {state["id"]: state["properties"]["name"] for state in objects["states"]["geometries"]}
    counties = sorted(objects["counties"]["geometries"], key=lambda county: county["id"])
    arcs_of = [arc_numbers(county["arcs"]) for county in counties]
    graph = border_graph(arcs_of)
    component = connected_components(graph, directed=False)[1]
    keep = np.flatnonzero(component == np.bincount(component).argmax())
    graph = graph[keep][:, keep]
    graph.sort_indices()

    arcs, names = decode_arcs(topology), county_names(counties, state_names)
    states = [state_names[counties[i]["id"][:2]] for i in keep]
    label_names, labels = np.unique(states, return_inverse=True)
    return {
        "indptr": graph.indptr.astype(np.int32),
        "indices": graph.indices.astype(np.int32),
        "labels": labels.astype(np.uint8),
        "label_names": label_names,
        "names": np.array([names[i] for i in keep]),
        "pos": np.array([np.concatenate([arcs[a] for a in arcs_of[i]]).mean(axis=0) for i in keep], dtype=np.float32),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="counties-10m.json of the npm package us-atlas")
    parser.add_argument("target", type=Path, nargs="?", default=Path(__file__).with_name("us_counties.npz"))
    args = parser.parse_args()
    arrays = build(json.loads(args.source.read_text(encoding="utf-8")))
    np.savez_compressed(args.target, **arrays)
    print(f"{len(arrays['labels'])} nodes, {len(arrays['indices']) // 2} edges, {len(arrays['label_names'])} states")
    for path in (args.source, args.target):
        print(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


if __name__ == "__main__":
    main()

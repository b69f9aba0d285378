"""phases.py: the functions it wraps are there, and it gives them back."""

import importlib.util
from pathlib import Path

import sggraph as sg

SPEC = importlib.util.spec_from_file_location("phases", Path(__file__).with_name("benchmarks") / "phases.py")
phases = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(phases)


def test_phases_of_a_run_are_found_and_the_functions_given_back():
    before = [getattr(*phases._owner(path)) for path in phases.FUNCTIONS]
    with phases.measured() as (seconds, facts):
        sg.embed_graph(sg.datasets.make_grid((40, 40)).adjacency, max_iter=12, random_state=0, n_jobs=1)
    assert [getattr(*phases._owner(path)) for path in phases.FUNCTIONS] == before
    assert facts["iterations"] == 12
    loop = {"attractive", "stress", "spread", "FFT", "gather", "planning", "step", "growth"}
    assert loop | {"clean", "P", "Jaccard", "lambda", "pivots", "MDS", "relax", "lengths"} <= set(seconds)
    assert set(seconds) <= {*phases.START, *phases.LOOP, "rest", "set up", "advance", "divergence", "finish"}
    assert all(spent >= 0 for spent in seconds.values())
    assert all(count > 0 for term, count in facts["flops"].items() if term != "pairs")

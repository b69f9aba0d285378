"""A slice of the fuzzing of the readers; fuzzing.py runs as many inputs as you like."""

import importlib.util
from pathlib import Path

import pytest

from sggraph.io import edge_lists

_spec = importlib.util.spec_from_file_location("fuzzing", Path(__file__).with_name("fuzzing.py"))
fuzzing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzzing)
SEEDS = fuzzing.seeds()
INPUTS = 30


@pytest.mark.parametrize("reader", SEEDS)
def test_broken_files_give_one_clear_error(reader, tmp_path):
    assert list(fuzzing.attack(reader, SEEDS[reader], INPUTS, 0, tmp_path)) == []


@pytest.mark.parametrize("reader", ["graph.csv", "graph.txt"])
def test_long_edge_lists(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(edge_lists, "LONG", 0)
    assert list(fuzzing.attack(reader, SEEDS[reader], INPUTS, 0, tmp_path)) == []


@pytest.mark.parametrize("reader", SEEDS)
def test_the_seeds_are_valid(reader, tmp_path):
    for content in SEEDS[reader]:
        assert fuzzing.fault(reader, content, tmp_path) is None

"""What a text holds as a graph: nodes, and weights by ends."""

import pytest

from sggraph.io.graph_files import read_graph


@pytest.fixture
def read(tmp_path):
    """A function of name and text that returns nodes and {"ab": weight}, both ways where they are alike."""

    def from_text(name, text, **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        graph = read_graph(path, **options)
        entries = graph.adjacency.tocoo()
        names = list(map(str, graph.nodes))
        weights = {
            f"{names[i]}-{names[j]}": weight
            for i, j, weight in zip(*entries.coords, entries.data.tolist(), strict=True)
            if i < j or graph.adjacency[j, i] != weight
        }
        return graph.nodes, weights

    return from_text

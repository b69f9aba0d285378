"""Write the pictures of a sequence as one table, with the columns time, node, x[, y[, z]][, label].

There is a row for each node at each time; names and numbers as in tables.py.
"""

from itertools import chain

from ..runtime.checks import refused
from .safe import as_path, replacing
from .tables import AXES, check_parquet, write_parquet_columns, write_text_columns

SUFFIXES = (".csv", ".tsv", ".parquet")


def check_table(path):
    """Raise unless a table can be written there."""
    suffix = as_path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise refused("path", str(path), f"a name that ends with {', '.join(SUFFIXES)}")
    if suffix == ".parquet":
        check_parquet()


def write_sequence(path, snapshots, labels=None):
    """Write a list of Snapshot; `labels` by node, in a dict, None where one is missing."""
    check_table(path)
    d = snapshots[0].coordinates.shape[1]
    nodes = list(chain.from_iterable(snapshot.nodes for snapshot in snapshots))
    columns = {"time": [snapshot.time for snapshot in snapshots for _ in snapshot.nodes], "node": nodes}
    columns |= {
        AXES[k]: list(chain.from_iterable(snapshot.coordinates[:, k].tolist() for snapshot in snapshots))
        for k in range(d)
    }
    if labels is not None:
        columns["label"] = [labels.get(node) for node in nodes]
    with replacing(path) as partial:
        if as_path(path).suffix.lower() == ".parquet":
            write_parquet_columns(partial, columns)
        else:
            write_text_columns(partial, columns, "\t" if as_path(path).suffix.lower() == ".tsv" else ",")

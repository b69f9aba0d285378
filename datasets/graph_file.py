"""Write a graph with named and labelled nodes to the npz files of this folder; the scripts beside it share this.

Kept in a file: the largest component; the upper triangle of an undirected graph, every arc of a directed one, as CSR;
the weights, where there are any, in the smallest integer type that holds them; texts as one UTF-8 blob of lines.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components


def as_arrays(row, col, names, labels, *, label_names=None, weights=None, directed=False, pos=None):
    """The arrays of a file: edges (row[k], col[k]), a name (or number) and a label (a text) for each node.

    `label_names` fixes the order of the labels, which is alphabetic without it. Parallel edges are one; their
    weights add up. Self-loops are dropped.
    """
    n = len(names)
    row, col = np.asarray(row), np.asarray(col)
    values = np.ones(len(row), dtype=np.int64) if weights is None else np.asarray(weights)
    if not directed:
        row, col = np.minimum(row, col), np.maximum(row, col)
    keep = row != col
    graph = csr_array(coo_array((values[keep], (row[keep], col[keep])), shape=(n, n)))
    component = connected_components(graph, directed=False)[1]
    kept = np.flatnonzero(component == np.bincount(component).argmax())
    graph = graph[kept][:, kept]
    graph.sort_indices()

    labels = [labels[i] for i in kept]
    used = set(labels)
    label_names = sorted(used) if label_names is None else [name for name in label_names if name in used]
    number = {name: c for c, name in enumerate(label_names)}
    arrays = {
        "directed": np.array(directed),
        "indptr": graph.indptr.astype(np.int32),
        "indices": graph.indices.astype(np.int32),
        "labels": np.array([number[label] for label in labels], dtype=np.uint8),
        "label_names": as_lines(label_names),
    }
    if isinstance(names[0], str):
        arrays["names"] = as_lines([names[i] for i in kept])
    else:
        arrays["numbers"] = np.array(names, dtype=np.int32)[kept]
    if weights is not None:
        arrays["weights"] = graph.data.astype(np.min_scalar_type(graph.data.max()))
    if pos is not None:
        arrays["pos"] = np.asarray(pos)[kept].astype(np.float32)
    return arrays


def as_lines(texts):
    """Texts as the bytes of one UTF-8 blob, a line each."""
    if any("\n" in text for text in texts):
        raise ValueError("a name holds a line break")
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def flat_map(longitude, latitude):
    """Degrees of latitude upwards, and as long ones to the right; eastern longitudes lie beyond the western ones."""
    longitude, latitude = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    longitude = np.where(longitude > 0, longitude - 360, longitude)
    return np.column_stack([longitude * np.cos(np.deg2rad(latitude.mean())), latitude])


def script(build, doc, script_path, needs):
    """Command line of a script: SOURCE [TARGET], where `needs` says what SOURCE is and build(source) makes arrays."""
    name = Path(script_path).stem.removeprefix("make_")
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("source", type=Path, help=needs)
    parser.add_argument("target", type=Path, nargs="?", default=Path(script_path).with_name(f"{name}.npz"))
    args = parser.parse_args()
    arrays = build(args.source)
    np.savez_compressed(args.target, **arrays)
    label_names = bytes(arrays["label_names"]).decode().split("\n")
    print(f"{len(arrays['labels'])} nodes, {len(arrays['indices'])} edges, {len(label_names)} classes")
    counts = np.bincount(arrays["labels"])
    print(", ".join(f"{name} {count}" for name, count in zip(label_names, counts, strict=True)))
    print(f"sha256 {hashlib.sha256(args.target.read_bytes()).hexdigest()}  {args.target.stat().st_size} bytes")

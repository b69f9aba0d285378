"""sggraph: from any sparse graph to coordinates and a picture, by SG-t-SNE-Pi.

The public names load on first use, so ``import sggraph`` itself costs next to nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "embed_graph": "embed",
    "sgtsne_layout": "embed",
    "SGtSNEpi": "estimator",
    "plot_embedding": "plot",
    "plot_comparison": "plot_panels",
    "plot_recall": "plot_histogram",
    "plot_convergence": "plot_history",
    "animate_embedding": "animation",
    "History": "history",
    "estimate": "estimation",
    "neighbor_recall": "metrics",
    "weighted_recall": "metrics",
    "quality_card": "metrics",
    "point_cloud_to_graph": "point_cloud",
    "lambda_report": "report",
    "Schedule": "schedule",
    "Phase": "core.descent",
    "as_graph": "graph",
    "GraphWarning": "graph",
    "EmbeddingDivergedError": "core.descent",
    "EmbeddingInterrupted": "interrupts",
    "read_graph": "files",
    "write_embedding": "embedding_files",
    "save_embedding": "embedding_files",
    "load_embedding": "embedding_files",
    "graph_hash": "graph",
    "datasets": None,
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOME[name]
    value = import_module(f"{__name__}.{home or name}")
    if home is not None:
        value = getattr(value, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)

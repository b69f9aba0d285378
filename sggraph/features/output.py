"""Coordinates of the nodes of a graph as scikit-learn's ``set_output`` asks for them.

scikit-learn takes the index of the input for that of the result, and a graph has none, or, as a table of edges, one of
its edges. What has an index already keeps it. polars has none, so there the names are left to `nodes_`.
"""

from sklearn import get_config


def with_names(estimator):
    """`embedding_`, as a frame of pandas with the nodes for its index if that is asked for and they are of a graph."""
    Y, asked = estimator.embedding_, get_config()["transform_output"]
    asked = getattr(estimator, "_sklearn_output_config", {}).get("transform", asked)
    if asked != "pandas" or hasattr(estimator, "_samples") or not hasattr(estimator, "graph_"):
        return Y
    import pandas as pd

    # tuples are names as well, of any length, which levels of an index are not
    names = estimator.graph_.names
    return pd.DataFrame(Y, index=None if names is None else pd.Index(names, tupleize_cols=False))

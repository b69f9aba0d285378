"""Names that arguments have in other programs: who gives one is told what it is called here.

Those of NetworkX, igraph, UMAP, openTSNE, scikit-learn, scanpy, SGtSNEpi.jl and of plots by matplotlib and seaborn.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SAMPLES = "it is for samples, which SGtSNEpi and point_cloud_to_graph take"
PLOT_STYLE = 'point_style={"alpha": 0.5} for points, edge_style for edges'
EDGES = "as_graph(edges, source=..., target=..., bipartite=...) in place of the table"
# By the argument here, or by what to do: names elsewhere
METHOD = {
    "d": "dim n_components ndim dimension dimensions no_dims n_dims",
    "max_iter": "n_iter iterations niter n_epochs maxiter max_iterations n_iterations num_iters epochs steps",
    "eta": "learning_rate lr",
    "alpha": "early_exaggeration",
    "early_exag": "early_exaggeration_iter exploration_n_iter stop_lying_iter",
    "exaggeration": "min_dist spread attraction scaling late_exaggeration scalingRatio",
    "init": "initialization initial_embedding",
    "Y0": "pos init_pos positions initial_positions layout",
    "random_state": "seed random_seed rng",
    "n_jobs": "threads n_threads num_threads nthreads workers np",
    "weight": "weights edge_weight edge_weights",
    "lambda_": "lam lambdas",
    "balance": "gravity repulsion repulsion_strength",
    "direction": "directed",
    "callback": "callbacks",
    "callback_every": "callbacks_every_iters",
    "exact": "theta negative_gradient_method",
    EDGES: "source target bipartite",
    SAMPLES: "n_neighbors metric perplexity method neighbors",
}
PICTURE = {
    "node_size": "s size sizes point_size marker_size markersize node_sizes",
    "labels": "hue y target label classes cluster clusters",
    'labels, or point_style={"color": "red"} for all': "c color colors node_color node_colors colour node_colour",
    "palette": "cmap color_key colormap",
    "ax=plt.subplots(figsize=(6, 6))[1]": "figsize fig",
    "node_names": "with_labels names annotate text vertex_label",
    "edge_width": "width edge_widths linewidths lw linewidth",
    'edge_style={"color": "grey"}': "edge_color edge_colors edge_alpha",
    PLOT_STYLE: "alpha marker opacity",
    "graph": "G edges edgelist adjacency A",
    EDGES: "source bipartite",
    "legend": "show_legend legend_loc",
    "ax.figure.savefig(path, bbox_inches='tight') afterwards": "save path filename dpi show savefig out output",
}


def told(words: Mapping[str, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that says of an argument that it does not have what is meant, by `words` or by its likeness."""
    meant = {name: here for here, names in words.items() for name in names.split()}

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        accepted = [name for name in signature(function).parameters if name != "self"]
        called = function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            for name in kwargs:
                if name not in accepted:
                    raise TypeError(f"{called} has no argument {name}: {_remedy(name, meant, accepted, called)}")
            return function(*args, **kwargs)

        return call

    return decorated


def _remedy(name, meant, accepted, called):
    here = meant.get(name)
    if here in accepted:
        return f"give {here}"
    if here is not None:
        return here if " is " in here else f"give {here}"
    near = get_close_matches(name, accepted, 1)
    return f"did you mean {near[0]}?" if near else f"help(sggraph.{called}) lists them"

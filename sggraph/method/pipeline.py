"""The whole method: graph -> joint probabilities P and starting coordinates -> descent -> coordinates."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..core.affinity import joint_probabilities, symmetric_pattern
from ..core.engine.blocks import Workers
from ..graph.adjacency import Graph, graph_hash
from ..inputs.checks import as_generator, check_flags
from ..runtime.progress import stage
from .arranging import evened, packed
from .checkpoint import Keeper
from .components import as_parts, component_numbers
from .memory import check_memory, grid_limit
from .narrowing import is_kept, with_leaves, with_nan, without_leaves
from .run import embed_parts
from .schedule import Schedule, is_published
from .settings import as_lambda, check_keeping, check_options
from .start import check_init
from .state import EmbeddingState, origin_of

TRIFLE = 1e-5  # of the extent: parts coincident nodes, invisible in a picture


class Embedding(NamedTuple):
    """What a run returns: coordinates (n, d), the Graph, KL divergence, iterations done, nodes with too few neighbours
    for lambda, the number of the component of each node, the Schedule of the largest component, and where the run can
    go on, if asked.
    """

    coordinates: np.ndarray
    graph: Graph
    kl_divergence: float
    n_iter: int
    n_clamped: int
    components: np.ndarray
    schedule: Schedule
    state: EmbeddingState | None


def embed(
    graph,
    d,
    *,
    lambda_,
    local_weights,
    init,
    components,
    drop_leaf,
    random_state,
    n_jobs,
    verbose,
    seed=None,
    keep_state=False,
    state=None,
    checkpoint=None,
    checkpoint_every=50,
    on_interrupt="raise",
    max_memory=None,
    **options,
):
    """The Embedding of a Graph; arguments as in `embed_graph`. `seed` is what `random_state` was made of.

    The EmbeddingState comes along if the run was interrupted, or for `keep_state`.
    """
    A = graph.adjacency
    check_options(d, lambda_, local_weights, components, n_jobs, options)
    check_flags(drop_leaf=drop_leaf, verbose=verbose)
    check_keeping(checkpoint, checkpoint_every, on_interrupt)
    d = int(d)
    component = component_numbers(A)
    several = component.max() > 0
    is_packed = several and (components == "pack" or (components == "auto" and isinstance(init, str)))
    size = A.shape[0], A.nnz, d
    together = several and not is_packed and components != "largest"
    check_memory(max_memory, *size, packed=is_packed, together=together, published=is_published(options))
    check_init(init, A.shape[0], d)
    init = init if isinstance(init, str) else np.asarray(init)
    same = {"d": d, "lambda_": lambda_, "init": init, "components": components, "drop_leaf": drop_leaf}
    same |= {"local_weights": local_weights} | {name: options[name] for name in ("balance", "h", "exact")}
    keeper = Keeper(
        lambda: origin_of(graph_hash(graph), graph.adjacency.shape[0], same, random_state if seed is None else seed),
        state=state,
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        on_interrupt=on_interrupt,
    )
    options["limit"] = grid_limit(max_memory, *size, options["h"], packed=is_packed)
    included = component == 0 if several and components == "largest" else np.ones(A.shape[0], bool)
    if not included.all():
        A = csr_array(A[included][:, included])
        init = init if isinstance(init, str) else init[included]
    rng = as_generator(random_state)
    if drop_leaf:
        neighbors = symmetric_pattern(A)
        kept = is_kept(neighbors)
        A = without_leaves(A, kept)
        init = init if isinstance(init, str) else init[kept]
    with Workers(n_jobs) as workers:
        links = symmetric_pattern(A)
        local = not graph.weighted if local_weights == "auto" else local_weights
        lambda_ = as_lambda(lambda_)
        with stage("probabilities", verbose):
            P = joint_probabilities(A, lambda_, workers, links=links if local else None, given=graph.given)
        inner = component_numbers(A) if is_packed else np.zeros(A.shape[0], np.int64)
        parts = as_parts(inner)
        result = embed_parts(init, links, P.upper, parts, d, lambda_, options, rng, workers, verbose, keeper)
        Y, rng = result.Y, result.rng
        if is_packed:
            with stage("spacing", verbose):
                Y, spacing = evened(Y, inner, workers)
    if drop_leaf:
        Y = with_leaves(Y, kept, neighbors, rng)
    if is_packed:
        Y = packed(Y, component, spacing)
    Y = part_coincident(Y, rng)
    if not included.all():
        Y = with_nan(Y, included)
    last = keeper.settled() if keep_state or keeper.is_stopped else None
    run = result.kl_divergence, result.n_iter, P.n_clamped, component, result.schedule, last
    return Embedding(Y, graph, *run)


def part_coincident(Y, rng):
    """Y, nodes on the very same spot moved a trifle apart: a tight pair far from the origin meets in float32."""
    while True:
        order = np.lexsort(Y.T)
        same = order[1:][(Y[order[1:]] == Y[order[:-1]]).all(axis=1)]
        if len(same) == 0:
            return Y
        Y[same] += (TRIFLE * max(np.abs(Y).max(), 1.0) * rng.standard_normal((len(same), Y.shape[1]))).astype(
            np.float32
        )

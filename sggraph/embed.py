"""`embed_graph` and `sgtsne_layout`: what users call, and what each argument means. What happens is in method/."""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .core.types import (
    Auto,
    Callback,
    Components,
    Coordinates,
    Direction,
    FilePath,
    Fixed,
    Float,
    Init,
    Int,
    Numbers,
    OnInterrupt,
    Ranked,
    Seed,
    Weight,
)
from .graph.adjacency import GraphLike, as_graph, check_options
from .graph.row_block import RowBlock
from .inputs.elsewhere import METHOD, told
from .inputs.seeds import one_seed
from .method.checkpoint import EmbeddingState
from .method.pipeline import embed
from .method.ranks import together
from .method.schedule import Schedule
from .method.settings import Settings
from .method.sharing import graph_of_block
from .runtime.checks import ABOVE_0, GREATEST, check_number, refused, shown


@told(METHOD)
def embed_graph(
    graph: GraphLike | RowBlock,
    d: Int = 2,
    *,
    lambda_: Float | Auto | None = "auto",
    balance: Float = 0.5,
    weight: Weight = "weight",
    direction: Direction = "auto",
    local_weights: bool | Auto = "auto",
    init: Init = "auto",
    Y0: Coordinates | None = None,
    components: Components = "auto",
    max_iter: Int | Auto = "auto",
    early_exag: Int | Auto = "auto",
    alpha: Float | Auto = "auto",
    exaggeration: Float | Auto = "auto",
    eta: Float | Auto = "auto",
    schedule: Schedule | None = None,
    h: Float | None = None,
    exact: bool | None = None,
    drop_leaf: bool = False,
    fixed: Fixed | None = None,
    random_state: Seed = None,
    rng: Seed = None,
    n_jobs: Int | None = None,
    verbose: bool = False,
    callback: Callback | None = None,
    callback_every: Int = 50,
    state: EmbeddingState | None = None,
    checkpoint: FilePath | None = None,
    checkpoint_every: Int = 50,
    on_interrupt: OnInterrupt = "raise",
    device: str = "cpu",
    max_memory: Float | str | None = None,
    comm: Ranked = None,
) -> NDArray[np.float32]:
    """Coordinates of the nodes of a graph by SG-t-SNE-Pi: neighbours stay neighbours.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes: NetworkX or igraph graph, SciPy sparse or square NumPy matrix, edge arrays. Of
        several ranks (`comm`) the first alone needs it, None does for the others; or each gives a `RowBlock`, and none
        ever has the whole.
    d : {1, 2, 3}, default 2
        Dimension of the embedding.
    lambda_ : float, "auto" or None, default "auto"
        Number of neighbours that count ("auto": 10): each row p of probabilities is raised to the power at which
        sum p^gamma = lambda, and normalised again; None leaves the weights as they are. In a graph with weights a
        third of a node's neighbours count, if that is fewer: heavier edges pull more, however few they are. Without
        weights, and in neighbour graphs of samples, nodes with at most `lambda_` neighbours get equal weights. See
        `lambda_report`.
    balance : float from 0 to 1, default 0.5
        What the picture should show: 0 the overall shape (distances follow path lengths), 1 neighbourhoods (neighbours
        are nearest). Every step lowers the KL divergence between neighbourhoods in graph and picture, and the stress of
        path lengths beside it; `balance` sets the weight of the stress after the early phase, see `Schedule`. Path
        lengths are numbers of edges; weights have their part in the divergence.
    weight : str or None, default "weight"
        Edge attribute of NetworkX and igraph graphs that holds the weight, 1 for edges without it; None ignores
        weights. A name that no edge has is refused.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        What a directed graph means, see `as_graph`.
    local_weights : bool or "auto", default "auto"
        Weight each edge by the Jaccard index of its ends' neighbourhoods; "auto": where all edges weigh the same.
    init : {"auto", "stress", "pmds", "spectral", "random"}, array of shape (n, d) or dict, default "auto"
        Start: pivot stress ("stress", which "auto" is), pivot MDS ("pmds"), leading eigenvectors of the random walk
        ("spectral"), a random ball of standard deviation 1e-4, or given coordinates, made no larger than other starts
        unless `early_exag` is 0, or `alpha` or `schedule` is given. Coordinates are rows in the order of the nodes, or
        a dict of positions by node, such as `sgtsne_layout` returns: of an earlier picture, say. Nodes without a
        position, or a row of NaN, begin at the weighted mean of their neighbours that have one.
    Y0 : array of shape (n, d) or dict, optional
        Start, instead of `init`.
    components : {"auto", "pack", "together", "largest"}, default "auto"
        What becomes of a graph that is not connected. "pack": each component is embedded by itself, with this schedule
        and a start of its own; all are scaled to the same distance between nearest nodes and packed, the largest in
        the middle, isolated nodes in a block below. "together": all in one run, in which components repel each other.
        "largest": only the largest is embedded, and the rows of all other nodes are NaN. "auto" is "pack", and
        "together" where `init` or `Y0` are coordinates, which say where the components belong.
    max_iter : int or "auto", default "auto"
        Iterations in all ("auto": 400; of neighbour graphs of samples 550; on large graphs of long paths, such as
        meshes, up to 800).
    early_exag : int or "auto", default "auto"
        Iterations of the early phase, with exaggerated attraction, in which the picture is small and neighbours gather
        ("auto": 100, up to 250 where most nodes have `lambda_` neighbours, as in neighbour graphs of samples, and where
        `alpha` is given; at most half of `max_iter`).
    alpha : float or "auto", default "auto"
        Exaggeration of the attraction in the early phase ("auto": 3). A number asks for the method as published:
        no stress of path lengths, whatever `balance` is, and a start from edges of length 12 / alpha.
    exaggeration : float or "auto", default "auto"
        Exaggeration in the last phase. "auto": 1 where `alpha` is given, otherwise the mean of
        min(degree, lambda) / lambda: a node with few neighbours does not pull with the weight of lambda ones; nearer to
        1 for small graphs, at most .76 to 1 where many nodes have the same neighbours, as in cliques.
    eta : float or "auto", default "auto"
        Learning rate; "auto" is n / exaggeration in each phase, at most n (Belkina et al. 2019). Beyond ten times the
        number of nodes steps may scatter them, and a warning says so.
    schedule : Schedule, optional
        Phases and extent of the start, instead of `max_iter`, `early_exag`, `alpha`, `exaggeration`, `eta` and
        `balance`.
    h : float, optional
        Side of the cells of a plain grid for the repulsion, in units of the embedding. Left out, grid and near field
        are chosen by cost at a force error of mostly below 1 %.
    exact : bool, optional
        Sum the repulsion over all pairs of nodes. Left out, this is done for up to 1,200 nodes in 1-D, 1,500 in 2-D and
        2,500 in 3-D (1,000 on a graphics card).
    drop_leaf : bool, default False
        Leave nodes with a single neighbour out of the descent and set them beside that neighbour afterwards.
    fixed : dict, array of shape (n, d), mask or names of nodes, optional
        Coordinates that never move, and are returned to the last bit: positions by node (a dict), or an array with NaN
        where a coordinate is free; a node may be held in one coordinate alone, such as the year along x. Or, of the
        positions in `Y0`, a mask of shape (n,), (n, d) or (d,), or names of nodes. The picture that the graph has
        otherwise is turned, mirrored and enlarged onto them, and its last phase is gone through once more, all
        components together; what comes back is in the units of the positions, be they degrees or years. Callbacks and
        checkpoints see the former part of the run.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seed; the same int gives the same bits for any `n_jobs`.
    rng : int, numpy.random.Generator, numpy.random.RandomState or None
        Another name of `random_state`.
    n_jobs : int, optional
        Threads; left out or -1: all cores.
    verbose : bool, default False
        Show progress bars: the probabilities, the start, the iterations with the time that is left.
    callback : callable, optional
        ``callback(iteration, Y, kl_divergence, gradient_norm)`` every `callback_every` iterations and after the last
        one, with Y (n, d) a copy; returning True stops the run. Where components are packed, it watches the largest
        alone: Y holds the nodes of that one, in their order. A `History` records what it is told.
    callback_every : int, default 50
        See `callback`.
    state : EmbeddingState, optional
        Where an earlier run of the same graph stood, to go on from there to the same bits as if it had never stopped:
        the attribute `state` of an EmbeddingInterrupted, or `SGtSNEpi.state_`. All that decides the bits must be given
        again; the schedule only as far as it was followed, and `random_state` may be left out.
    checkpoint : str or path, optional
        A file (.npz) that holds the state, written every `checkpoint_every` iterations, at an interrupt and at the end,
        always whole or not at all. If it exists, the run goes on from it, as from `state`; at the end it stays, so
        that the same call again has no iteration left to do. Delete it to begin anew.
    checkpoint_every : int, default 50
        See `checkpoint`.
    on_interrupt : {"raise", "return"}, default "raise"
        After Ctrl-C, when the iteration is done: raise an EmbeddingInterrupted, a KeyboardInterrupt that holds the
        `state`, or return the coordinates so far with a warning. Components not yet begun are at their starts.
    device : str, default "cpu"
        Where P is made, paths are measured and nodes move: "cuda" is the first graphics card of NVIDIA, or, of several
        ranks, one for each of a machine, and "cuda:1" the second; see `docs/gpu.md`. What cannot be done there is an
        error. Not yet run on a GPU.
    max_memory : int or str, optional
        Bytes, or text such as "4GB": a graph that is estimated to need more is refused with a MemoryError before
        anything is allocated, and the grid for the repulsion is kept as coarse as it has to be. See `estimate_cost`.
        With a `device`, of its memory no more is taken, either.
    comm : mpi4py.MPI.Intracomm, optional
        Processes that share the work, such as ``MPI.COMM_WORLD``; all of them make this call. What is asked for is
        what rank 0 gives. Where it has the graph as a whole, it prepares the run, the iterations are shared, and all
        ranks return all coordinates; where each gives a `RowBlock`, all is shared, and each returns those of its rows.
        The bits are those of one process. Threads are for each rank, those of several on one machine by default its
        cores together.

    Returns
    -------
    Y : ndarray of shape (n, d), float32
        Coordinates, rows in the order of the nodes (``list(G)`` for NetworkX graphs), centred at the origin; those of
        its own rows alone for a `RowBlock`.

    Raises
    ------
    ValueError, TypeError
        For input that is not a graph, RowBlocks that do not follow each other, an argument out of range, or a state of
        another graph, of other parameters or versions.
    EmbeddingDivergedError
        If the descent runs into NaN or infinity.
    EmbeddingInterrupted
        After Ctrl-C.
    MemoryError
        If more than `max_memory` is needed, or if cells of side `h` would need more than that or than is free.
    ImportError, OSError, RuntimeError
        If `device` has no CuPy, no card or too old a driver, or is found not to compute what a processor does.

    See Also
    --------
    estimate_cost : seconds and memory before the run.
    sgtsne_layout : the same as a dict of positions for NetworkX.
    SGtSNEpi : the same as a scikit-learn estimator.

    Notes
    -----
    N. Pitsianis, A.-S. Iliopoulos, D. Floros, X. Sun: Spaceland embedding of sparse stochastic graphs, IEEE HPEC 2019;
    N. Pitsianis, D. Floros, A.-S. Iliopoulos, X. Sun: SG-t-SNE-Pi, JOSS 4(39):1577, 2019.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> Y = sg.embed_graph(nx.karate_club_graph(), random_state=0)
    >>> Y.shape
    (34, 2)

    A run that is stopped after 200 iterations and goes on:

    >>> def stop(iteration, Y, kl_divergence, gradient_norm):
    ...     if iteration == 200:
    ...         raise KeyboardInterrupt
    >>> try:
    ...     sg.embed_graph(nx.karate_club_graph(), random_state=0, callback=stop)
    ... except sg.EmbeddingInterrupted as interrupt:
    ...     state = interrupt.state
    >>> state
    <EmbeddingState: 34 nodes in 2-D, iteration 200 of 400>
    >>> bool((sg.embed_graph(nx.karate_club_graph(), state=state) == Y).all())
    True
    """
    arguments = locals()

    def work(ranks):
        settings = Settings.of(arguments | {"random_state": one_seed(random_state, rng)})
        if isinstance(graph, RowBlock):
            check_options(weight, direction)
            read = graph_of_block(graph, ranks, weight=weight, direction=direction, n_jobs=n_jobs)
        else:
            read = as_graph(graph, weight=weight, direction=direction, n_jobs=n_jobs)
        return embed(read, settings, state=state, ranks=ranks).coordinates

    Y = together(comm, work, given=graph)
    return Y[graph.first : graph.first + graph.rows.shape[0]] if isinstance(graph, RowBlock) else Y


def sgtsne_layout(
    G: GraphLike,
    d: Int = 2,
    *,
    scale: Float | None = 1.0,
    center: Numbers | None = None,
    weight: Weight = "weight",
    seed: Seed = None,
    rng: Seed = None,
    store_pos_as: str | None = None,
    **options: Any,
) -> dict[Any, NDArray[np.float64]]:
    """Positions of the nodes of a NetworkX graph, for ``nx.draw(G, pos)``.

    Parameters
    ----------
    G : networkx.Graph
        Or anything that `embed_graph` takes.
    d : {1, 2, 3}, default 2
        Dimension.
    scale : float or None, default 1.0
        The positions fill a box from -scale to scale around `center`; None leaves the embedding's own units.
    center : array of shape (d,), optional
        Centre of the positions, the origin if left out.
    weight : str or None, default "weight"
        Edge attribute that holds the weight.
    seed : int, numpy.random.Generator, numpy.random.RandomState or None
        Random seed, `random_state` of `embed_graph`.
    rng : int, numpy.random.Generator, numpy.random.RandomState or None
        Another name of `seed`.
    store_pos_as : str, optional
        Keep the positions in the graph as well, as this attribute of the nodes: ``nx.get_node_attributes(G, "pos")``
        are then what ``store_pos_as="pos"`` has kept. Of NetworkX graphs.
    **options
        Passed on to `embed_graph`.

    Returns
    -------
    pos : dict
        Node -> position, an array of length d, in the order of the nodes. ``components="largest"`` leaves the others
        out: ``nx.draw(G.subgraph(pos), pos)``.

    Raises
    ------
    ValueError, TypeError
        As `embed_graph`; and if `scale` is not a number above 0, `center` is not d numbers, or `store_pos_as` is not
        text or `G` not of NetworkX.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> pos = sg.sgtsne_layout(nx.path_graph(4), seed=0)
    >>> list(pos)
    [0, 1, 2, 3]
    """
    if "random_state" in options:
        raise TypeError("sgtsne_layout has no random_state: it is called seed here, as in the layouts of NetworkX")
    if "comm" in options:
        raise TypeError("sgtsne_layout has no comm: call embed_graph on all ranks, and name its rows on one")
    if scale is not None:
        check_number("scale", scale, ABOVE_0, GREATEST, "a number above 0, or None for the embedding's own units")
    center = None if center is None else _as_center(center, d)
    if store_pos_as is not None:
        _check_store(store_pos_as, G)
    seed = one_seed(seed, rng, "seed")
    direction = options.pop("direction", "auto")
    graph = as_graph(G, weight=weight, direction=direction, n_jobs=options.get("n_jobs"))
    Y = embed_graph(graph, d, random_state=seed, **options).astype(np.float64)
    placed = ~np.isnan(Y[:, 0])
    Y = Y[placed]
    if scale is not None:
        Y -= (Y.max(axis=0) + Y.min(axis=0)) / 2
        Y *= scale / (np.abs(Y).max() or 1.0)
    if center is not None:
        Y += center
    positions = dict(zip(compress(graph.nodes, placed), Y, strict=True))
    if store_pos_as is not None:
        for node, position in positions.items():
            G.nodes[node][store_pos_as] = position
    return positions


def _check_store(name, graph):
    if not (isinstance(name, str) and name):
        raise refused("store_pos_as", name, 'the name of an attribute of nodes, such as "pos", or None')
    if not (hasattr(graph, "nodes") and hasattr(graph, "is_multigraph")):
        came = type(graph).__name__
        raise ValueError(
            f"store_pos_as={name!r} keeps positions in a NetworkX graph, but G is of type {came}: leave it"
        )


def _as_center(center, d):
    try:
        numbers = np.asarray(center, np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = np.array(np.nan)
    if numbers.shape != (d,) or not np.isfinite(numbers).all():
        raise refused("center", center, f"d={shown(d)} numbers, one for each coordinate")
    return numbers

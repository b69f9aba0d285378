"""AnnData, as scanpy and the scverse keep cells: the neighbour graph in it, known by its attributes, never imported."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from ..runtime.checks import refused


def is_annotated(thing: object) -> bool:
    """Whether it is an AnnData."""
    wanted = ("obs", "obsm", "obsp", "obs_names", "uns")
    return not isinstance(thing, type) and all(getattr(thing, name, None) is not None for name in wanted)


def key_of_graph(adata, neighbors_key=None, obsp=None):
    """The key in `obsp` of the weights of the neighbour graph, found as scanpy's tools find it."""
    held = f"obsp holds {sorted(adata.obsp.keys())}"
    if obsp is not None:
        if neighbors_key is not None:
            raise refused("obsp", obsp, f"it or neighbors_key={neighbors_key!r}, not both")
        if obsp not in adata.obsp:
            raise ValueError(f"obsp={obsp!r} is not there, {held}: give one of these, or run sc.pp.neighbors(adata)")
        if str(obsp).endswith("distances"):  # as scanpy calls them
            raise refused("obsp", obsp, "the connectivities, which are large for near cells")
        return obsp
    name = "neighbors" if neighbors_key is None else neighbors_key
    found = adata.uns.get(name)
    if neighbors_key is not None and not isinstance(found, Mapping):
        raise ValueError(f"neighbors_key={name!r} is not in uns: run sc.pp.neighbors(adata, key_added={name!r}) first")
    key = found.get("connectivities_key", "connectivities") if isinstance(found, Mapping) else "connectivities"
    if key not in adata.obsp:
        raise ValueError(f"the AnnData has no neighbour graph obsp[{key!r}]: run sc.pp.neighbors(adata) first ({held})")
    return key


def graph_in(adata, neighbors_key=None, obsp=None):
    """The matrix of the neighbour graph."""
    matrix = adata.obsp[key_of_graph(adata, neighbors_key, obsp)]
    return matrix if sparse.issparse(matrix) else np.asarray(matrix)


def gene_of(adata, name):
    """Values of the variable of this name, of `raw` where it is there, as scanpy draws them."""
    for part in (getattr(adata, "raw", None), adata):
        if name in getattr(part, "var_names", ()):
            return part.obs_vector(name)
    raise refused("labels", name, f"'louvain' or a column of obs, one of {list(adata.obs.columns)}, or a gene")


def refuse_annotated(name, thing):
    """Raise a TypeError where samples in rows are wanted and an AnnData came, which holds several kinds of them."""
    if is_annotated(thing):
        raise TypeError(
            f"{name} is an AnnData, which holds features and graphs: give its neighbour graph, "
            f'{name}.obsp["connectivities"], or features, such as {name}.obsm["X_pca"]; sggraph.sgtsne({name}) embeds '
            "the neighbour graph and keeps the result in it"
        )

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import sggraph as sg
from sggraph import GraphWarning, SGtSNEpi, as_graph, embed_graph, plot_embedding, point_cloud_to_graph, sgtsne

X = np.concatenate([np.random.default_rng(c).normal(6 * c, 1, size=(20, 5)) for c in range(3)])
KINDS = [kind for kind in ("naive", "memory", "killer") for _ in range(20)]


class Cells(SimpleNamespace):
    """The attributes of an AnnData that scanpy's tools and ours use."""

    def copy(self):
        held = {name: dict(value) for name, value in vars(self).items() if isinstance(value, dict)}
        return Cells(**vars(self) | held)


def weights():
    """Connectivities as scanpy has them: symmetric, from 0 to 1."""
    p = point_cloud_to_graph(X, 8, perplexity=4)
    p.data /= p.data.max()
    return sparse.csr_matrix(p + p.T - p * p.T)


def cells(**obsp):
    names = pd.Index([f"cell {i}" for i in range(60)])
    obs = pd.DataFrame({"kind": pd.Categorical(KINDS), "depth": np.arange(60.0)}, index=names)
    obsp = obsp or {"connectivities": weights(), "distances": weights()}
    neighbors = {"connectivities_key": "connectivities", "distances_key": "distances"}
    return Cells(X=X, obs=obs, obs_names=names, obsm={}, obsp=obsp, uns={"neighbors": neighbors})


def real(**obsp):
    anndata = pytest.importorskip("anndata")
    made = cells(**obsp)
    return anndata.AnnData(X, obs=made.obs, obsp=made.obsp, uns=made.uns)


both = pytest.mark.parametrize("make", [cells, real])


@both
def test_the_embedding_is_written_beside_the_cells(make):
    adata = make()
    assert sgtsne(adata, rng=0, d=3) is None
    Y = adata.obsm["X_sgtsne"]
    assert Y.shape == (60, 3)
    np.testing.assert_array_equal(Y, embed_graph(weights(), 3, random_state=0))
    assert adata.uns["sgtsne"]["params"] == {"obsp": "connectivities", "random_state": 0, "d": 3}


@both
def test_a_page_in_one_call(make):
    adata = make()
    with pytest.raises(ValueError, match=r"call sggraph\.sgtsne"):
        sg.explore(adata)
    sgtsne(adata, rng=0)
    page = sg.explore(adata, "kind", values={"depth": adata.obs["depth"]}, node_size="depth")
    assert "cell 59" in page.embedding.nodes
    assert page.graph.adjacency.nnz == weights().nnz
    assert "killer" in page.html


@both
def test_a_picture_takes_what_a_page_takes(make):
    adata = make()
    with pytest.raises(ValueError, match=r"AnnData without obsm\[\"X_sgtsne\"\]: call sggraph\.sgtsne\(Y\) first$"):
        plot_embedding(adata)
    adata.obsm["X_pca"], adata.obsm["X_umap"] = X, X[:, :2]
    with pytest.raises(ValueError, match=r"first, or give Y\.obsm\['X_umap'\] and graph=Y$"):
        plot_embedding(adata)
    sgtsne(adata, rng=0)
    ax = plot_embedding(adata, "kind", node_names=["cell 59"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["killer", "memory", "naive"]
    assert "cell 59" in [text.get_text() for text in ax.texts]
    assert len(ax.collections) == 1  # cells are samples, as those of a fitted estimator: no edges
    assert len(plot_embedding(adata, "kind", graph=adata).collections) > 1
    assert plot_embedding(adata, "louvain").get_legend().get_texts()[0].get_text() == "community 1"
    by_name = adata.obs["kind"].sample(frac=1, random_state=0)
    said = "60 points in a plane, in 3 classes"
    assert sg.describe_embedding(adata, by_name) == sg.describe_embedding(adata, "kind")
    assert sg.describe_embedding(adata, "kind").startswith(said)
    with pytest.raises(ValueError, match=r"labels='leiden': give 'louvain' or a column of obs"):
        plot_embedding(adata, "leiden")


@both
def test_a_copy_is_returned(make):
    adata = make()
    copy = sgtsne(adata, copy=True, random_state=1, key_added="map", callback=lambda *seen: None)
    assert not adata.obsm.keys()
    assert list(adata.uns) == ["neighbors"]
    assert list(copy.obsm) == ["map"]
    assert copy.uns["map"]["params"] == {"obsp": "connectivities", "random_state": 1}


@both
def test_the_graph_is_found_as_scanpy_finds_it(make):
    other = weights() * 0.5
    adata = make(rna_connectivities=weights(), other=other.toarray())
    adata.uns["rna"] = {"connectivities_key": "rna_connectivities"}
    for asked, matrix in (({"neighbors_key": "rna"}, weights()), ({"obsp": "other"}, other)):
        sgtsne(adata, rng=0, **asked)
        np.testing.assert_allclose(adata.obsm["X_sgtsne"], embed_graph(matrix, random_state=0), atol=1e-3)
    with pytest.raises(ValueError, match=r"no neighbour graph obsp\['connectivities'\]: run sc.pp.neighbors\(adata\)"):
        sgtsne(adata)
    with pytest.raises(ValueError, match=r"obsp='none' is not there, obsp holds \['other', 'rna_connectivities'\]"):
        sgtsne(adata, obsp="none")
    with pytest.raises(ValueError, match=r"neighbors_key='atac' is not in uns: run sc.pp.neighbors"):
        sgtsne(adata, neighbors_key="atac")
    with pytest.raises(ValueError, match="obsp='other': give it or neighbors_key='rna', not both"):
        sgtsne(adata, neighbors_key="rna", obsp="other")


@both
def test_distances_are_no_weights(make):
    with pytest.raises(ValueError, match="obsp='distances': give the connectivities"):
        sgtsne(make(), obsp="distances")


def test_what_is_no_anndata_is_named():
    with pytest.raises(TypeError, match="adata is of type Graph: give an AnnData, or call embed_graph"):
        sgtsne(nx.path_graph(3))
    with pytest.raises(ValueError, match="rng=0: give it or random_state=0"):
        sgtsne(cells(), rng=0, random_state=0)


@both
def test_names_and_columns(make):
    adata = make()
    graph = as_graph(adata)
    assert graph.names == list(adata.obs_names)
    assert (graph.adjacency != as_graph(weights()).adjacency).nnz == 0
    Y = X[:, :2]
    legend = plot_embedding(Y, "kind", graph=adata).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["killer", "memory", "naive"]
    assert sg.quality_card(adata, Y, "kind") == sg.quality_card(graph, Y, KINDS)
    sg.plot_comparison({"pca": Y}, "depth", graph=adata)
    with pytest.raises(ValueError, match=r"labels='leiden': give 'louvain' or a column of obs, one of \['kind', 'dep"):
        plot_embedding(Y, "leiden", graph=adata)
    assert plot_embedding(Y, "louvain", graph=adata).get_legend().get_texts()[0].get_text() == "community 1"


def test_a_column_of_obs_may_be_written(tmp_path):
    sg.write_embedding(tmp_path / "cells.csv", X[:, :2], labels="kind", graph=cells())
    saved = sg.load_embedding(tmp_path / "cells.csv")
    assert (saved.nodes[0], saved.labels) == ("cell 0", KINDS)


def test_a_gene_colours_as_in_scanpy():
    """The values of `raw` where there is one, else those of X."""
    adata = real()
    adata.var_names = pd.Index([f"gene {k}" for k in range(5)])
    sgtsne(adata, rng=0)
    ax = plot_embedding(adata, "gene 3")
    (bar,) = ax.child_axes
    assert bar.get_ylabel() == "gene 3"
    assert bar.get_ylim() == pytest.approx((X[:, 3].min(), X[:, 3].max()))
    assert "gene 3" in sg.explore(adata, "gene 3").html
    adata.raw = adata.copy()
    adata.X = np.zeros_like(X)
    (bar,) = plot_embedding(adata, "gene 3").child_axes
    assert bar.get_ylim() == pytest.approx((X[:, 3].min(), X[:, 3].max()))
    with pytest.raises(ValueError, match=r"labels='gene 9': give 'louvain' or a column of obs, one of .*, or a gene"):
        plot_embedding(adata, "gene 9")


def test_names_that_repeat_name_nothing():
    adata = cells()
    adata.obs_names = pd.Index(["twin"] * 60)
    with pytest.warns(GraphWarning, match="obs_names_make_unique"):
        assert as_graph(adata).names is None


@both
def test_samples_and_coordinates_are_asked_for_by_name(make, tmp_path):
    remedy = r'X is an AnnData, .*give .*X.obsp\["connectivities"\].*sggraph.sgtsne\(X\)'
    samples = np.random.default_rng(0).normal(size=(40, 3))
    for ask in (SGtSNEpi().fit, SGtSNEpi(max_iter=10, random_state=0).fit(samples).transform, point_cloud_to_graph):
        with pytest.raises(TypeError, match=remedy):
            ask(make())
    for ask in (lambda Y: sg.quality_card(Y, Y), lambda Y: sg.write_embedding(tmp_path / "y.csv", Y)):
        with pytest.raises(TypeError, match=r'Y is an AnnData: give coordinates in it, such as Y.obsm\["X_sgtsne"\]'):
            ask(make())


@pytest.mark.slow
def test_scanpy_draws_it(tmp_path):
    sc = pytest.importorskip("scanpy")
    adata = sc.AnnData(X.astype(np.float32))
    with pytest.raises(ValueError, match=r"run sc\.pp\.neighbors"):
        sgtsne(adata)
    sc.pp.neighbors(adata, n_neighbors=10, key_added="near")
    sgtsne(adata, neighbors_key="near", rng=0)
    adata.obs["kind"] = pd.Categorical(KINDS)
    assert sg.quality_card(adata.obsp["near_connectivities"], adata.obsm["X_sgtsne"], KINDS).knn_accuracy > 0.95
    ax = sc.pl.embedding(adata, basis="sgtsne", color="kind", show=False)
    np.testing.assert_allclose(
        np.sort(ax.collections[0].get_offsets(), axis=0), np.sort(adata.obsm["X_sgtsne"], axis=0)
    )
    adata.write_h5ad(tmp_path / "cells.h5ad")
    assert sc.read_h5ad(tmp_path / "cells.h5ad").uns["sgtsne"]["params"]["obsp"] == "near_connectivities"

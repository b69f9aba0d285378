"""Right calls, and wrong ones, each of which a type checker has to refuse: read by test_typing.py, run by nobody."""

from typing import Any, assert_type

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

import sggraph as sg
from sggraph import datasets, metrics

Y: NDArray[np.float32] = np.zeros((3, 2), np.float32)
EDGES = [0, 1], [1, 2]


def graphs(path: str, frame: Any) -> None:
    """Whatever describes a graph."""
    graph = sg.as_graph(EDGES)
    assert_type(graph, sg.Graph)
    assert_type(graph.nodes, list[Any])
    assert_type(graph.given, bool)
    assert_type(sg.as_graph((np.arange(3), np.arange(3), np.ones(3)), weight=None, direction="out"), sg.Graph)
    assert_type(sg.as_graph([[0, 1], [1, 0]], direction="in"), sg.Graph)
    assert_type(sg.as_graph(np.eye(3)), sg.Graph)
    assert_type(sg.as_graph(graph.adjacency), sg.Graph)
    assert_type(sg.as_graph(frame), sg.Graph)
    assert_type(sg.as_graph(datasets.load_lesmis()), sg.Graph)
    assert_type(sg.read_graph(path), sg.Graph)
    sg.as_graph([("a", "b"), ("b", "c", 2.5)], bipartite=True)
    sg.as_graph(frame, source="hero", target=1, weight="issues")
    sg.read_graph(path, source="user", target="item", weight="stars", bipartite=True)
    assert_type(sg.read_graph(path, format="pajek"), sg.Graph)
    assert_type(sg.graph_hash(graph), str)
    sg.point_cloud_to_graph(Y, np.int64(2), perplexity=2, random_state=np.random.default_rng(0))
    sg.point_cloud_to_graph(None, precomputed_knn=([[1], [0]], [[0.5], [0.5]]), rescale=None)


def embeddings(path: str, frame: Any) -> None:
    """The method, as a function, a layout and an estimator."""
    graph = datasets.load_lesmis()
    assert_type(sg.embed_graph(graph), NDArray[np.float32])
    sg.embed_graph(EDGES, 3, lambda_=None, balance=0, init=Y, n_jobs=-1, random_state=np.random.default_rng(0))
    sg.embed_graph(EDGES, Y0={0: (0.0, 1.0), 1: [2, 3]})
    sg.SGtSNEpi(metric="precomputed", init={"a": Y[0]})
    sg.embed_graph(graph, np.int64(1), init="pmds", components="pack", max_memory="4GB", checkpoint=path)
    sg.embed_graph(graph, callback=sg.History(), callback_every=5)
    sg.embed_graph(graph, callback=lambda iteration, coordinates, kl, norm: iteration > 50)
    sg.embed_graph(graph, schedule=sg.Schedule((sg.Phase(50, 1.0, 10.0, 0.8),), length=1.0))
    assert_type(sg.sgtsne_layout(graph, seed=0, scale=None), dict[Any, NDArray[np.float64]])
    sg.sgtsne_layout(graph, rng=np.random.default_rng(0), store_pos_as="pos")
    sg.embed_graph(graph, rng=0)
    assert_type(sg.estimate_cost(graph, balance=1), sg.Estimate)
    assert_type(sg.lambda_report(graph, 5).advice, list[str])
    estimator = sg.SGtSNEpi(d=2, n_neighbors=15, warm_start=True, random_state=0).fit(Y)
    assert_type(estimator, sg.SGtSNEpi)
    assert_type(estimator.embedding_, NDArray[np.float32])
    assert_type(estimator.transform(Y), NDArray[np.float32])
    assert_type(estimator.fit_transform(frame, state=estimator.state_), NDArray[np.float32])
    assert_type(estimator.schedule_.n_iter, int)
    assert_type(estimator.graph_, sg.Graph)
    assert_type(sg.as_graph(frame).names, list[Any] | None)
    sg.plot_embedding(estimator)
    sg.write_embedding(path, estimator)


class Cells:
    """What scanpy's tools find in an AnnData."""

    obs: Any
    obsm: Any
    obsp: Any
    obs_names: Any
    uns: Any


def cells(adata: Cells) -> None:
    """AnnData."""
    sg.sgtsne(adata, rng=0, key_added="X_map", copy=True, d=3)
    assert_type(sg.as_graph(adata), sg.Graph)
    sg.plot_embedding(adata.obsm["X_sgtsne"], "leiden", graph=adata)
    sg.plot_embedding(adata, "leiden")
    sg.explore(adata, "leiden")


def data() -> None:
    """Data sets: graphs and images."""
    lesmis = datasets.load_dataset("lesmis")
    assert_type(lesmis, datasets.Dataset)
    assert_type(lesmis.labels, NDArray[np.intp])
    assert_type(lesmis.classes, NDArray[np.str_])
    assert_type(lesmis.positions, NDArray[np.float64] | None)
    assert_type(lesmis.n_edges, int)
    assert_type([facts.nodes for facts in datasets.list_datasets()], list[int])
    assert_type(datasets.make_grid((3, 4)), datasets.Dataset)
    assert_type(datasets.make_rmat(8, random_state=1), datasets.Dataset)
    assert_type(datasets.load_setmm(max_uses=100), datasets.Dataset)
    assert_type(datasets.load_sympy_releases(), dict[str, datasets.Dataset])
    assert_type(datasets.load_mnist().images, NDArray[np.uint8])


def scores() -> None:
    """Scores of arrays, lists and positions by node."""
    graph = datasets.load_lesmis()
    assert_type(sg.neighbor_recall(graph, Y), float)
    assert_type(sg.weighted_recall(graph, {"a": [0.0, 1.0]}, n_samples=None), float)
    assert_type(metrics.kl_divergence(graph, Y, None, local_weights="auto", rescale=True), float)
    assert_type(metrics.normalized_stress(graph, [[0.0], [1.0]], power=0), float)
    assert_type(metrics.knn_accuracy(Y, ["a", "b", None]), float)
    assert_type(metrics.trustworthiness(Y, {"a": Y[0]}, random_state=np.int64(3)), float)
    card = sg.quality_card(graph, Y, "louvain", X=Y)
    assert_type(card, sg.QualityCard)
    assert_type(card.weighted_recall, float | None)
    assert_type(card.as_dict(), dict[str, float])


def files(path: str) -> None:
    """Embeddings in files."""
    sg.write_embedding(path, {"ann": (0, 1), "bob": (2, 3)}, labels=["x", None])
    sg.write_embedding(path, Y, nodes=["a", "b", "c"], graph=EDGES)
    saved = sg.load_embedding(path)
    assert_type(saved, sg.SavedEmbedding)
    assert_type(saved.labels, list[Any] | None)
    sg.write_embedding(path, saved)
    sg.plot_embedding(saved.positions)
    sg.plot_embedding(saved)


def pictures(history: sg.History) -> None:
    """Pictures of all kinds."""
    ax = sg.plot_embedding(Y, ["a", "b", None], palette={"a": "red", "b": (0, 0, 1)}, node_names=3, legend=True)
    assert_type(ax, Axes)
    sg.plot_embedding(Y, np.arange(3), ax=ax, palette="viridis", point_style={"s": 4}, density=False)
    sg.plot_embedding({"a": Y[0]}, {"a": "x"}, graph=EDGES, node_names={"a": "Ann"}, palette=["red", "blue"])
    sg.plot_embedding(Y, graph=EDGES, node_size="degree", edge_width={("a", "b"): 2.0}, overlap=False)
    sg.plot_embedding(Y, graph=EDGES, node_size=np.arange(3), edge_width=1.5)
    assert_type(sg.describe_embedding(Y, ["a", "b", None], graph=EDGES, max_classes=2), str)
    axes = sg.plot_comparison({"one": Y, "other": {"a": [0, 1]}}, graph=EDGES, scores=True, palette=["red"])
    assert_type(sg.plot_convergence(history, axes=axes), NDArray[np.object_])
    assert_type(sg.plot_recall(EDGES, {"one": Y}), Axes)
    assert_type(sg.animate_embedding(history, fps=10), sg.EmbeddingAnimation)
    assert_type(sg.animate_embedding({0: Y, 50: Y}), sg.EmbeddingAnimation)
    snapshots = sg.embed_sequence([EDGES, EDGES])
    assert_type(sg.plot_sequence(snapshots, "louvain", trails=2), NDArray[np.object_])
    assert_type(sg.plot_sequence(snapshots, {0: "a"}, trails=[0], max_panels=4), NDArray[np.object_])
    assert_type(sg.animate_embedding(snapshots, trails=["a"]), sg.EmbeddingAnimation)
    assert_type(sg.explore(snapshots, edge_width="weight"), sg.Explorer)
    sg.plot_embedding(snapshots[0], "louvain")
    assert_type(sg.explore(Y, graph=EDGES, edge_width={("a", "b"): 2.0}), sg.Explorer)
    assert_type(history.kl_divergence, list[float])
    assert_type(history.snapshots, dict[int, NDArray[np.float32]])


def mistakes(path: str) -> None:
    """One on each line."""
    graph = datasets.load_lesmis()
    sg.embed_grpah(graph)  # type: ignore[attr-defined]
    metrics.trustworthyness(Y, Y)  # type: ignore[attr-defined]
    sg.embed_graph(graph, "2")  # type: ignore[arg-type]
    sg.embed_graph(graph, 2.0)  # type: ignore[arg-type]
    sg.embed_graph(graph, perplexity=30)  # type: ignore[call-arg]
    sg.embed_graph(graph, init="spektral")  # type: ignore[arg-type]
    sg.embed_graph(graph, alpha="on")  # type: ignore[arg-type]
    sg.embed_graph(graph, callback=Y)  # type: ignore[arg-type]
    sg.embed_graph(graph).plot()  # type: ignore[attr-defined]
    print(sg.sgtsne_layout(graph)["a"].x)  # type: ignore
    sg.SGtSNEpi(dim=2)  # type: ignore[call-arg]
    sg.SGtSNEpi(d="2")  # type: ignore[arg-type]
    sg.Phase("50", 1.0, 10.0, 0.8)  # type: ignore[arg-type]
    print(sg.estimate_cost(graph).minutes)  # type: ignore[attr-defined]
    sg.as_graph("karate.gml")  # type: ignore[arg-type]
    sg.as_graph({"a": ["b"]})  # type: ignore[arg-type]
    sg.as_graph(graph, direction="both")  # type: ignore[arg-type]
    sg.as_graph(graph, "weight")  # type: ignore
    print(sg.as_graph(graph).adjacency_matrix)  # type: ignore[attr-defined]
    sg.sgtsne(graph)  # type: ignore[arg-type]
    sg.embed_graph(graph, rng="0")  # type: ignore[arg-type]
    sg.sgtsne_layout(graph, store_pos_as=True)  # type: ignore[arg-type]
    sg.read_graph(path, wieght=None)  # type: ignore[call-arg]
    sg.read_graph(path, format="pajk")  # type: ignore[arg-type]
    sg.read_graph(3)  # type: ignore[arg-type]
    sg.point_cloud_to_graph(Y, "30")  # type: ignore[arg-type]
    sg.point_cloud_to_graph(Y, method="annoy")  # type: ignore[arg-type]
    sg.neighbor_recall(graph, graph)  # type: ignore[arg-type]
    sg.neighbor_recall(graph)  # type: ignore[call-arg]
    sg.neighbor_recall(graph, Y, random_state="0")  # type: ignore[arg-type]
    sg.neighbor_recall(graph, Y).mean()  # type: ignore[attr-defined]
    sg.quality_card(graph, Y, 3)  # type: ignore[arg-type]
    print(sg.quality_card(graph, Y).recall)  # type: ignore[attr-defined]
    metrics.knn_accuracy(Y, "louvain")  # type: ignore[arg-type]
    print(sg.quality_card(graph, Y).trustworthiness + 1)  # type: ignore[operator]
    print(sg.load_embedding(path).coords)  # type: ignore[attr-defined]
    sg.load_embedding(path).coordinates = Y  # type: ignore
    sg.write_embedding(path, graph)  # type: ignore[arg-type]
    sg.plot_embedding(Y, overlap="no")  # type: ignore[arg-type]
    sg.describe_embedding(Y, max_classes="all")  # type: ignore[arg-type]
    sg.plot_embedding(Y, legend="yes")  # type: ignore[arg-type]
    sg.plot_embedding(Y, pallete="viridis")  # type: ignore[call-arg]
    sg.plot_embedding(Y, ax=sg.plot_comparison)  # type: ignore[arg-type]
    sg.plot_comparison([Y, Y])  # type: ignore[arg-type]
    sg.plot_convergence(Y)  # type: ignore[arg-type]
    sg.animate_embedding(3)  # type: ignore[arg-type]
    sg.History("100")  # type: ignore[arg-type]
    datasets.load_mnist(folder=3)  # type: ignore[arg-type]
    datasets.make_grid("3x4")  # type: ignore[arg-type]
    datasets.make_rmat(random_state="0")  # type: ignore[arg-type]
    datasets.load_wordnet().positions.mean()  # type: ignore[union-attr]
    n: str = graph.n_edges  # type: ignore[assignment]
    print(n)

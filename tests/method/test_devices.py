"""embed_graph(device="cuda") and its errors, without a card: NumPy and twins of the kernels stand in for one."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from host_card import HostCard

import sggraph
from sggraph import SGtSNEpi, embed_graph, estimate_cost
from sggraph.cli import main
from sggraph.core.cuda import card as cards
from sggraph.method import devices

pytestmark = pytest.mark.jit
KARATE = nx.karate_club_graph()


@pytest.fixture
def card(monkeypatch):
    """Cards that are none; a list of those that were opened."""
    opened = []

    def make(number, d, most=None):
        opened.append(HostCard(d, number, most))
        return opened[-1]

    monkeypatch.setattr(devices, "check_card", lambda device: None)
    monkeypatch.setattr(devices, "check_forces", lambda card: None)
    monkeypatch.setattr(devices, "Card", make)
    monkeypatch.setattr(devices, "_checked", set())
    return opened


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_picture_is_that_of_the_processor(card, d):
    ours, theirs = (SGtSNEpi(d=d, device=device, random_state=0).fit(KARATE) for device in ("cuda", "cpu"))
    assert "step" in card[-1].launches
    assert ours.kl_divergence_ == pytest.approx(theirs.kl_divergence_, abs=0.02)
    assert ours.n_iter_ == theirs.n_iter_


@pytest.mark.parametrize(
    "options",
    [
        {"d": 3, "balance": 0.0},
        {"balance": 1.0},
        {"alpha": 4.0, "max_iter": 30},
        {"h": 0.5, "max_iter": 20},
        {"exact": False, "max_iter": 20},
        {"exact": True, "max_iter": 20},
        {"init": "random", "max_iter": 20},
        {"drop_leaf": True, "max_iter": 20},
        {"components": "together", "max_iter": 20},
        {"components": "largest", "max_iter": 20},
        {"lambda_": 5.0, "local_weights": False, "max_iter": 20},
        {"fixed": {0: (0.0, 0.0), 5: (3.0, 1.0)}, "max_iter": 20},
        {"max_iter": 0},
        {"max_memory": "1GB", "max_iter": 5},
    ],
    ids=str,
)
def test_options(card, options):
    G = nx.disjoint_union(KARATE, nx.path_graph(4))
    Y = embed_graph(G, device="cuda", random_state=0, **options)
    expected = embed_graph(G, random_state=0, **options)
    np.testing.assert_array_equal(np.isnan(Y), np.isnan(expected))
    assert np.isfinite(Y[:34]).all()
    if "fixed" in options:
        np.testing.assert_array_equal(Y[[0, 5]], [(0.0, 0.0), (3.0, 1.0)])


@pytest.mark.parametrize("every", [1, 7, 50, 10**6])
def test_callbacks_are_called_as_on_the_processor(card, every):
    seen = {"cuda": [], "cpu": []}
    for device, told in seen.items():

        def watch(iteration, Y, kl, norm, told=told):
            told.append((iteration, kl, norm))
            assert np.isfinite(Y).all()

        embed_graph(KARATE, device=device, random_state=0, max_iter=60, callback=watch, callback_every=every)
    assert [each[0] for each in seen["cuda"]] == [each[0] for each in seen["cpu"]]
    np.testing.assert_allclose(seen["cuda"][0], seen["cpu"][0], rtol=1e-3)


def parts():
    """Two large components, and small ones; the nodes of all are mixed."""
    G = nx.disjoint_union_all([nx.grid_2d_graph(16, 17), nx.random_geometric_graph(260, 0.12, seed=0), KARATE])
    G.add_nodes_from(["alone", "too"])
    nodes = np.random.default_rng(0).permutation(len(G)).tolist()
    mixed = nx.Graph()
    mixed.add_nodes_from(nodes)
    mixed.add_edges_from(nx.convert_node_labels_to_integers(G).edges)
    return mixed


GRAPHS = {
    "karate": KARATE,
    "parts": parts(),
    "arcs": nx.gnp_random_graph(300, 0.01, seed=0, directed=True),
    "path": nx.path_graph(150),
}


@pytest.mark.parametrize("options", [{}, {"alpha": 6.0}, {"init": "random"}], ids=str)
@pytest.mark.parametrize("name", GRAPHS)
def test_the_start_is_that_of_the_processor(card, name, options):
    given = {"max_iter": 0, "random_state": 0, "direction": "out" if name == "arcs" else "auto"} | options
    Y, expected = (embed_graph(GRAPHS[name], device=device, **given) for device in ("cuda", "cpu"))
    signs = np.sign((Y * expected).sum(axis=0))
    is_off = np.abs(Y * signs - expected).max(axis=1) > 1e-3 * np.abs(expected).max()
    assert is_off.mean() < 0.01
    launched = [kernel for each in card for kernel in each.launches]
    assert ("jaccard" in launched) == (name != "karate")  # which has weights
    assert ("ask_back" in launched) == (options.get("init") != "random" or "alpha" not in options)


@pytest.mark.parametrize("name", ["parts", "arcs"])
def test_the_divergence_is_that_of_the_processor(card, name):
    given = {"random_state": 0, "max_iter": 60, "direction": "out" if name == "arcs" else "auto"}
    ours, theirs = (SGtSNEpi(device=device, **given).fit(GRAPHS[name]) for device in ("cuda", "cpu"))
    assert ours.kl_divergence_ == pytest.approx(theirs.kl_divergence_, abs=0.03)
    assert ours.n_clamped_ == theirs.n_clamped_


def test_entries_stay_on_the_card(card, monkeypatch):
    """Of P and of the path lengths the host sees no more than some."""
    seen, before = [], HostCard.to_host
    monkeypatch.setattr(
        HostCard, "to_host", lambda self, array, out: (seen.append(out.nbytes), before(self, array, out))
    )
    G = nx.random_geometric_graph(1500, 0.08, seed=0)
    SGtSNEpi(device="cuda", random_state=0, max_iter=3).fit(max_component(G))
    assert max(seen) < 700_000  # of 1.8 MB of lengths, a sample
    P = 4 * 2 * G.number_of_edges()
    assert not any(abs(size - P) < 20_000 for size in seen)


@pytest.mark.parametrize("name", ["parts", "path"])
def test_p_is_there_once(card, monkeypatch, name):
    """Where components have each their own, that of all is gone when the loop begins."""
    made, seen = [], []
    make = devices.joint_probabilities

    def watched(*arguments, **options):
        P = make(*arguments, **options)
        made.append(P.upper)
        return P

    monkeypatch.setattr(devices, "joint_probabilities", watched)
    embed_graph(GRAPHS[name], device="cuda", max_iter=1, callback=lambda *_: seen.append(made[0].data))
    assert seen == [None]


def max_component(G):
    return G.subgraph(max(nx.connected_components(G), key=len))


@pytest.mark.parametrize("options", [{}, {"alpha": 6.0}], ids=str)
def test_paths_that_are_too_long_for_a_card_are_the_processors(card, monkeypatch, options):
    from sggraph.core.cuda import paths
    from sggraph.method import start

    G, given = nx.path_graph(100), {"max_iter": 0, "random_state": 0} | options
    expected = embed_graph(G, **given)
    monkeypatch.setattr(start, "SHORT", 80)
    monkeypatch.setattr(paths, "LONGEST", 80)
    found = embed_graph(G, device="cuda", **given)
    assert "ask_back" in card[-1].launches
    assert "relax" not in card[-1].launches
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def stopping_at(iteration):
    def stop(now, Y, kl, norm):
        if now == iteration:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("options", [{}, {"exact": False}])
def test_an_interrupted_run_goes_on_to_the_same_bits(card, options, tmp_path):
    given = {"device": "cuda", "random_state": 0, "max_iter": 90} | options
    whole = embed_graph(KARATE, **given)
    with pytest.raises(sggraph.EmbeddingInterrupted) as caught:
        embed_graph(KARATE, callback=stopping_at(36), callback_every=6, **given)
    assert caught.value.state.n_iter == 36
    np.testing.assert_array_equal(embed_graph(KARATE, state=caught.value.state, **given), whole)
    file = tmp_path / "run.npz"
    with pytest.raises(sggraph.EmbeddingInterrupted):
        embed_graph(KARATE, callback=stopping_at(33), callback_every=33, checkpoint=file, **given)
    np.testing.assert_array_equal(embed_graph(KARATE, checkpoint=file, **given), whole)


@pytest.mark.parametrize("first", ["cuda", "cpu"])
def test_a_checkpoint_goes_on_on_the_other_device(card, first, tmp_path):
    second = {"cuda": "cpu", "cpu": "cuda"}[first]
    given = {"random_state": 0, "max_iter": 60, "checkpoint": tmp_path / "run.npz"}
    with pytest.raises(sggraph.EmbeddingInterrupted):
        embed_graph(KARATE, device=first, callback=stopping_at(30), callback_every=30, **given)
    Y = embed_graph(KARATE, device=second, **given)
    expected = embed_graph(KARATE, random_state=0, max_iter=60)
    assert np.abs(Y - expected).max() < 0.05 * np.abs(expected).max()


def test_checkpoints_are_written_as_often_as_asked_for(card, monkeypatch, tmp_path):
    from sggraph.method import checkpoint

    written = []
    write = checkpoint.write_state
    monkeypatch.setattr(
        checkpoint, "write_state", lambda path, state: (written.append(state.n_iter), write(path, state))
    )
    given = {"random_state": 0, "max_iter": 60, "checkpoint_every": 25}
    for device in ("cuda", "cpu"):
        written.clear()
        embed_graph(KARATE, device=device, checkpoint=tmp_path / f"{device}.npz", **given)
        assert written == [25, 50, 60]


def test_the_bar_counts_each_iteration(card, capsys):
    embed_graph(KARATE, device="cuda", random_state=0, max_iter=60, verbose=True)
    assert "60/60" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_bits(card):
    one, other = (embed_graph(KARATE, device="cuda", random_state=3, max_iter=40) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_graph_that_is_too_large_for_the_card_is_refused(card, monkeypatch):
    monkeypatch.setattr(HostCard, "free_memory", lambda self: 10**6)
    with pytest.raises(MemoryError, match=r"device='cuda' has 1 MB for this run, 34 nodes .* leave device out"):
        embed_graph(KARATE, device="cuda")


def test_what_it_will_take_is_told(card):
    found = estimate_cost(KARATE, device="cuda", random_state=0)
    assert found.device_memory > 10**6
    assert "of the graphics card" in str(found)
    assert estimate_cost(KARATE, random_state=0).device_memory == 0


def test_the_number_of_the_card(card):
    embed_graph(KARATE, device="cuda:3", max_iter=2)
    assert card[-1].number == 3
    assert [cards.number_of(device) for device in ("cuda", "cuda:0", "cuda:12")] == [0, 0, 12]


def test_forces_are_checked_once_for_each_card_and_dimension(card, monkeypatch):
    checked = []
    monkeypatch.setattr(devices, "check_forces", lambda card: checked.append((card.number, card.d)))
    for device, d in (("cuda", 2), ("cuda:0", 2), ("cuda", 3), ("cuda:1", 2)):
        embed_graph(KARATE, d, device=device, max_iter=1)
    assert checked == [(0, 2), (0, 3), (1, 2)]


def test_what_has_no_card_says_so(card, tmp_path):
    with pytest.raises(ValueError, match="device='cuda': give no such option here"):
        sggraph.update_layout(KARATE, sggraph.sgtsne_layout(KARATE, max_iter=2), device="cuda")
    with pytest.raises(ValueError, match="device='cuda': give no such option here"):
        sggraph.embed_sequence([KARATE, KARATE], device="cuda")
    estimator = SGtSNEpi(device="cuda", max_iter=3).fit(KARATE)
    with pytest.raises(ValueError, match="device='cuda': give 'cpu': updates are the processor's work"):
        estimator.update(KARATE)


class Runtime:
    """What CuPy says of a machine."""

    class CUDARuntimeError(RuntimeError):
        pass

    def __init__(self, driver=13000, needed=12090, count=1):
        self.driver, self.needed, self.count = driver, needed, count

    def driverGetVersion(self):
        return self.driver

    def runtimeGetVersion(self):
        return self.needed

    def getDeviceCount(self):
        if self.count == 0:
            raise self.CUDARuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")
        return self.count


def machine(monkeypatch, ability="90", **options):
    """Have CuPy on a machine of this kind."""

    class Cuda:
        runtime = Runtime(**options)

        @staticmethod
        def Device(number):
            return type("Device", (), {"compute_capability": ability})

    monkeypatch.setattr(cards, "_cupy", lambda device: type("CuPy", (), {"cuda": Cuda}))


@pytest.mark.parametrize(
    ("options", "device", "told"),
    [
        ({"driver": 0}, "cuda", "no driver of NVIDIA is here: install one, or leave device out"),
        ({"driver": 11080}, "cuda", r"the driver is of CUDA 11.8, CuPy of 12.9: .* pip install cupy-cuda11x"),
        ({"count": 0}, "cuda", "no card is found .*nvidia-smi"),
        ({"count": 2}, "cuda:2", "there are 2 cards, of which the first is 'cuda:0'"),
        ({"ability": "61"}, "cuda", "compute capability 6.1, but 7.0 is needed"),
    ],
)
def test_a_machine_without_a_card_says_what_mends_it(monkeypatch, options, device, told):
    machine(monkeypatch, **options)
    with pytest.raises(OSError, match=told):
        embed_graph(KARATE, device=device)


def test_a_machine_with_a_card_is_fine(monkeypatch):
    machine(monkeypatch)
    cards.check_card("cuda")
    machine(monkeypatch, ability="120", driver=12040)
    cards.check_card("cuda:0")


NO_CUPY = """
import sys
sys.modules["cupy"] = None
import networkx as nx, sggraph
try:
    sggraph.embed_graph(nx.karate_club_graph(), device="cuda")
except ImportError as error:
    print(error)
"""


def test_without_cupy_an_error_says_how_to_get_it(capsys, tmp_path):
    done = subprocess.run([sys.executable, "-c", NO_CUPY], capture_output=True, text=True, check=True)
    assert "device='cuda' needs CuPy" in done.stdout
    assert "pip install 'sggraph[cuda]'" in done.stdout


def test_the_shell_takes_it_too(card, tmp_path):
    file = tmp_path / "karate.edgelist"
    nx.write_edgelist(KARATE, file, data=False)
    assert (
        main(["embed", str(file), "--device", "cuda", "--max-iter", "5", "--quiet", "-o", str(tmp_path / "a.csv")]) == 0
    )
    assert "step" in card[-1].launches
    assert main(["embed", str(file), "--device", "gpu", "--quiet", "-o", str(tmp_path / "b.csv")]) == 2


def test_the_source_of_the_kernels_comes_along():
    from sggraph.core.cuda import source

    for path in source.FILES:
        assert path.is_relative_to(sggraph.__path__[0])
        assert "__global__" in path.read_text()

import subprocess
import sys
from http.client import IncompleteRead
from urllib.error import URLError

import numpy as np
import pytest
from idx_files import write_folder

from sggraph.datasets import load_mnist


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Without a folder in the environment; a fetch fails the test unless it is asked for."""
    monkeypatch.delenv("SGGRAPH_MNIST", raising=False)
    answer_fetch(monkeypatch, AssertionError("fetched"))


def answer_fetch(monkeypatch, answer):
    """Let scikit-learn's `fetch_openml` return or raise `answer`; the list of its calls."""
    calls = []

    def fetch_openml(*args, **kwargs):
        calls.append((args, kwargs))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch_openml)
    return calls


def test_the_folder_given_is_read(tmp_path):
    images, labels = write_folder(tmp_path / "fashion", n=(40, 10), size=(28, 20), zipped=True)
    dataset = load_mnist(tmp_path / "fashion")
    np.testing.assert_array_equal(dataset.images, images)
    np.testing.assert_array_equal(dataset.labels, labels)
    assert dataset.images.dtype == np.uint8
    assert dataset.labels.dtype == np.intp
    assert dataset.label_names == ["0", "1", "2", "3", "4", "5", "6"]
    assert dataset.name == "fashion"
    assert "fashion" in dataset.description
    assert repr(dataset) == "<ImageDataset fashion: 50 images of 28 x 20, 7 classes>"


def test_the_environment_names_a_folder_and_an_argument_goes_before_it(tmp_path, monkeypatch):
    write_folder(tmp_path / "named", seed=1)
    write_folder(tmp_path / "given", seed=2)
    monkeypatch.setenv("SGGRAPH_MNIST", str(tmp_path / "named"))
    assert load_mnist().name == "named"
    assert load_mnist(str(tmp_path / "given")).name == "given"
    monkeypatch.setenv("SGGRAPH_MNIST", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere is not a folder"):
        load_mnist()


def test_an_empty_folder_is_not_filled_from_the_network(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lacks train-images-idx3-ubyte, .*without \.gz"):
        load_mnist(tmp_path)


def test_a_folder_of_no_images_is_a_dataset(tmp_path):
    write_folder(tmp_path, n=(0, 0))
    dataset = load_mnist(tmp_path)
    assert dataset.images.shape == (0, 5, 3)
    assert dataset.label_names == []


@pytest.mark.parametrize("pandas", [True, False])
def test_without_a_folder_scikit_learn_fetches(monkeypatch, pandas):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (30, 784))
    digits = rng.permutation(30) % 10
    calls = answer_fetch(monkeypatch, (pixels.astype(float), digits.astype(str).astype(object)))
    monkeypatch.setattr("sggraph.datasets.images.find_spec", lambda name: pandas or None)
    monkeypatch.setenv("SGGRAPH_MNIST", "")  # as good as not set
    dataset = load_mnist()
    np.testing.assert_array_equal(dataset.images.reshape(30, 784), pixels)
    np.testing.assert_array_equal(dataset.labels, digits)
    assert dataset.images.shape == (30, 28, 28)
    assert dataset.images.dtype == np.uint8
    assert repr(dataset) == "<ImageDataset mnist: 30 images of 28 x 28, 10 classes>"
    [(args, kwargs)] = calls
    assert args == ("mnist_784",)
    assert kwargs["parser"] == ("pandas" if pandas else "liac-arff")  # which works without pandas


@pytest.mark.parametrize("error", [URLError("no route"), TimeoutError("no route"), IncompleteRead(b"")], ids=repr)
def test_without_a_network_the_remedy_is_told(monkeypatch, error):
    answer_fetch(monkeypatch, error)
    with pytest.raises(ConnectionError, match=r"openml\.org.*load_mnist\(folder\).*SGGRAPH_MNIST") as caught:
        load_mnist()
    assert caught.value.__cause__ is error


def test_other_errors_of_the_fetch_are_not_hidden(monkeypatch):
    answer_fetch(monkeypatch, PermissionError("cache"))
    with pytest.raises(PermissionError, match="cache"):
        load_mnist()


def test_reading_a_folder_loads_no_heavy_package(tmp_path):
    write_folder(tmp_path)
    code = (
        "import sys; from sggraph.datasets import load_mnist; load_mnist(sys.argv[1]); "
        "assert not {'sklearn', 'pandas', 'numba', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)

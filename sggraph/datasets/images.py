"""Load MNIST, or other images whose classes are known, from a folder or by scikit-learn.

The digits are not part of the package. They are read from files that the caller has (`idx`), or fetched by
scikit-learn, which keeps them for the next time; nothing else is written. No features are made of them here.
"""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.types import FilePath
from .idx import read_idx_folder


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Images of one size with a class for each of them.

    Attributes
    ----------
    name : str
        Short name, such as "mnist".
    images : ndarray of uint8, shape (n, height, width)
        Grey values, 0 for the ground.
    labels : ndarray of int, shape (n,)
        Class of each image, a position in ``label_names``.
    label_names : list of str
        Names of the classes.
    description : str
        What the images are and where they come from.

    Examples
    --------
    >>> import numpy as np
    >>> from sggraph.datasets import ImageDataset
    >>> ImageDataset("stamps", np.zeros((2, 9, 7), np.uint8), np.array([0, 1]), ["blue", "red"], "Two stamps.")
    <ImageDataset stamps: 2 images of 9 x 7, 2 classes>
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.intp]
    label_names: list[str]
    description: str

    def __repr__(self) -> str:
        n, height, width = self.images.shape
        return f"<ImageDataset {self.name}: {n:,} images of {height} x {width}, {len(self.label_names)} classes>"


def load_mnist(folder: FilePath | None = None) -> ImageDataset:
    """Load the 70,000 handwritten digits of MNIST, or other images in idx files of the same names.

    They are not part of the package. They are read from the folder given; else from the folder that the environment
    variable SGGRAPH_MNIST names; else scikit-learn fetches them from openml.org and keeps them for the next time.

    Parameters
    ----------
    folder : str or path, optional
        Holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each
        with or without .gz at its end. Fashion-MNIST, KMNIST and others come in files of these names, too; the size
        of the images and the number of classes are theirs.

    Returns
    -------
    ImageDataset
        The training images first (60,000 of MNIST), then the test images (10,000). A label is the number in the file.

    Raises
    ------
    FileNotFoundError
        If the folder lacks one of the files.
    ValueError
        If one of them is damaged, or they do not belong together.
    ConnectionError
        If no folder is named and the digits cannot be fetched.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", Proceedings
    of the IEEE 86 (1998), 2278-2324.

    Examples
    --------
    A folder of three images of 2 x 2 to learn from and one to test:

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sggraph.datasets import load_mnist
    >>> with TemporaryDirectory() as temporary:
    ...     folder = Path(temporary, "tiny")
    ...     folder.mkdir()
    ...     for part, n in (("train", 3), ("t10k", 1)):
    ...         images = bytes([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 2]) + bytes(4 * n)
    ...         _ = Path(folder, f"{part}-images-idx3-ubyte").write_bytes(images)
    ...         labels = bytes([0, 0, 8, 1, 0, 0, 0, n]) + bytes(range(n))
    ...         _ = Path(folder, f"{part}-labels-idx1-ubyte").write_bytes(labels)
    ...     load_mnist(folder)
    <ImageDataset tiny: 4 images of 2 x 2, 3 classes>
    """
    folder = folder if folder is not None else os.getenv("SGGRAPH_MNIST") or None
    if folder is None:
        name, (images, labels) = "mnist", _fetch_mnist()
        description = "Handwritten digits (LeCun et al. 1998) from openml.org: 60,000 to learn from, 10,000 to test."
    else:
        name, (images, labels) = Path(folder).resolve().name, read_idx_folder(folder)
        description = f"Images and labels of the idx files in the folder {name!r}, the training part first."
    labels = labels.astype(np.intp)
    label_names = [str(c) for c in range(labels.max(initial=-1) + 1)]
    return ImageDataset(name, images, labels, label_names, description)


def _fetch_mnist():
    from http.client import HTTPException
    from urllib.error import URLError

    from sklearn.datasets import fetch_openml

    parser = "pandas" if find_spec("pandas") else "liac-arff"  # slower, but needs nothing
    try:
        X, y = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False, parser=parser)
    except (URLError, ConnectionError, TimeoutError, HTTPException) as error:
        raise ConnectionError(
            f"MNIST could not be fetched from openml.org ({error}): try again with a network, or get its idx files and "
            "name the folder that holds them, by load_mnist(folder) or in the environment variable SGGRAPH_MNIST"
        ) from error
    return X.reshape(-1, 28, 28).astype(np.uint8), y.astype(np.uint8)

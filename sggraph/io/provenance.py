"""What an embedding was made with: versions, parameters, seed, as plain values."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

import numpy as np

from .. import __version__
from ..graph.fingerprint import graph_hash

LIBRARIES = ("numpy", "scipy", "numba")  # whose version may change the last bits of a picture


def provenance_of(estimator):
    """What a fitted estimator knows about its run, as plain JSON values."""
    fitted = getattr(estimator, "fitted_params_", None) or estimator.get_params(deep=False)
    parameters = {name: to_plain(value) for name, value in fitted.items()}
    seed = parameters.get("random_state")
    found = {
        "version": __version__,
        "libraries": {"python": python_version()} | {name: version_of(name) for name in LIBRARIES},
        "parameters": parameters,
        "seed": seed if isinstance(seed, int) else None,  # anything else was consumed, and cannot be told
        "graph_hash": graph_hash(estimator.graph_) if hasattr(estimator, "graph_") else None,
    }
    for name in ("n_iter", "kl_divergence", "n_clamped"):
        found[name] = to_plain(getattr(estimator, f"{name}_", None))
    return found


def version_of(name):
    """Version of an installed package, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def to_plain(value):
    """A parameter as JSON has it; arrays as their fingerprint, functions and objects as what they print."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "_asdict"):
        return {name: to_plain(item) for name, item in value._asdict().items()}
    if isinstance(value, (tuple, list)) and len(value) < 1000:
        return [to_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return {"array": list(value.shape), "dtype": str(value.dtype), "sha256": digest}
    return getattr(value, "__qualname__", None) or type(value).__qualname__

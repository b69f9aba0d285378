"""Write a file whole or not at all: beside its place first, then moved there."""

import glob
import hashlib
import os
import uuid
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path):
    """A path to write to, which takes the place of `path` if no exception comes; links are followed, not replaced.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sggraph.replacing import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt")) as partial:
    ...         _ = partial.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path is in the folder {str(path.parent)!r}, which does not exist; create it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"path is {str(path)!r}, which is no regular file; give the name of a file")
    partial = path.with_name(_partial(path, uuid.uuid4().hex))
    try:
        yield partial
        with open(partial, "r+b") as file:
            os.fsync(file.fileno())  # the name must not reach the disk before the content does
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def try_to_write(path):
    """Raise an OSError unless `path` can be written."""
    path = Path(os.path.realpath(path))
    partial = path.with_name(_partial(path, uuid.uuid4().hex))
    partial.touch(exist_ok=False)
    partial.unlink()


def remove_leftovers(path):
    """Remove what a process left that was killed while it wrote `path`."""
    path = Path(os.path.realpath(path))
    for partial in path.parent.glob(_partial(path, "[0-9a-f]" * 32, glob.escape)):
        partial.unlink(missing_ok=True)


def _partial(path, number, quoted=str):
    """Name of a partial file; one of a long name's own, as file systems have a limit."""
    name = path.name if len(os.fsencode(path.name)) < 200 else hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return f".{quoted(name)}.{number}.part"

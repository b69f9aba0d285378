"""Write a file whole or not at all: beside its place first, then moved there."""

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
    partial = path.with_name(f".{path.name[:100]}.{uuid.uuid4().hex}.part")
    try:
        yield partial
        with open(partial, "r+b") as file:
            os.fsync(file.fileno())  # the name must not reach the disk before the content does
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)

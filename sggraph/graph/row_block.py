"""`RowBlock`: some rows of a graph that no process has as a whole."""

from dataclasses import dataclass

from ..core.types import Int, SparseMatrix


@dataclass(frozen=True, eq=False)
class RowBlock:
    """Consecutive rows of the adjacency of a graph, for `embed_graph` on several processes, each of which has some.

    Parameters
    ----------
    rows : scipy.sparse array or matrix of shape (m, n)
        The rows ``first`` to ``first + m - 1`` of the n x n matrix, of any format and real dtype; entry (i, j) is the
        weight of the arc from i to j, as in `as_graph`: an asymmetric matrix is a directed graph, duplicates are
        summed, entries on the diagonal are dropped.
    first : int, default 0
        The first of the rows. The blocks of ranks 0, 1, 2, ... follow each other, without gaps; a block may be empty.

    Examples
    --------
    Of a graph of four nodes in a ring the first two rows:

    >>> from scipy.sparse import csr_array
    >>> from sggraph import RowBlock
    >>> RowBlock(csr_array([[0, 1, 0, 1], [1, 0, 1, 0]]), first=0)
    <RowBlock: rows 0 to 1 of 4, 4 entries>

    On two processes each makes a block of its own, and gets the coordinates of its rows:

    >>> Y = sg.embed_graph(RowBlock(rows, first), comm=MPI.COMM_WORLD)  # doctest: +SKIP
    """

    rows: SparseMatrix
    first: Int = 0

    def __repr__(self) -> str:
        m, n = self.rows.shape
        return f"<RowBlock: rows {self.first} to {self.first + m - 1} of {n}, {self.rows.nnz} entries>"

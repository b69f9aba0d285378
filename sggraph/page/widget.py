"""`Explorer.widget`: the page in a notebook, where what is chosen is chosen in Python, too.

The widget's script, widget.js, puts the page in a frame. What travels are numbers, places of nodes in the order of the
page; names stay in Python.
"""

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from ..runtime.checks import is_whole, refused, shown

if TYPE_CHECKING:
    from .explorer import Explorer


def widget_of(self: "Explorer") -> Any:
    """The page as a widget of a notebook: its ``selected`` is what is chosen in the page, to read and to set.

    It needs anywidget: ``pip install "sggraph[widget]"``.

    Returns
    -------
    anywidget.AnyWidget
        With the trait ``selected``, a list of names of nodes, in the order of the rows of `embedding`: the node that
        was clicked (without its neighbours, which the page shows), the nodes of a path, or what the lasso took.
        Names assigned to it, in any order, are chosen in the page. ``view.observe(f, "selected")`` calls f when it
        changes.

    Raises
    ------
    ImportError
        anywidget is not installed.
    ValueError
        What is assigned holds a name that no node of the page has; the choice stays what it was.

    Examples
    --------
    >>> import sggraph as sg
    >>> view = sg.explore({"ann": (0, 1), "bob": (2, 3), "cid": (4, 0)}).widget()
    >>> view.selected  # nothing is chosen yet
    []
    >>> view.selected = ["cid", "ann"]
    >>> view.selected
    ['ann', 'cid']
    """
    return _kind_of_widget()(self.html, Nodes(self.embedding.nodes, self.rows))


class Nodes:
    """Nodes of a page: by name, by row of the embedding, by place in the page."""

    def __init__(self, nodes, rows):
        self.nodes, self.rows = nodes, rows

    @cached_property
    def rows_of(self):
        """Rows by name: mostly one."""
        found = {}
        for row in np.sort(self.rows).tolist():
            found.setdefault(self.nodes[row], []).append(row)
        return found

    def named(self, places):
        """Names of the nodes at these places, in the order of rows; what is no place is left out."""
        rows = {int(self.rows[k]) for k in places if is_whole(k) and 0 <= k < len(self.rows)}
        return [self.nodes[row] for row in sorted(rows)]

    def known(self, names):
        """The names in the order of rows, each as often as nodes have it."""
        return [self.nodes[row] for row in self._rows(names)]

    def places(self, names):
        """Places of the nodes that have these names, ascending."""
        return np.flatnonzero(np.isin(self.rows, self._rows(names))).tolist()

    def _rows(self, names):
        if isinstance(names, (str, bytes, Mapping)) or not isinstance(names, Iterable):
            raise refused("selected", names, "a list of names of nodes, [] for none")
        rows = set()
        for name in names:
            try:
                rows.update(self.rows_of[name])
            except (KeyError, TypeError):  # TypeError: what cannot be hashed names nobody
                raise ValueError(
                    f"selected holds {shown(name)}, which no node of the page is called: give names of embedding.nodes "
                    "whose rows are not NaN"
                ) from None
        return sorted(rows)


@cache
def _kind_of_widget():
    """The class of the widgets, made when the first is wanted: nothing else needs anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ImportError('widget() needs anywidget: pip install "sggraph[widget]"') from error

    class Names(traitlets.TraitType):
        """Names of nodes; refused before anything is changed."""

        def validate(self, view, names):
            return view.nodes.known(names)

    class View(anywidget.AnyWidget):
        """A page and what is chosen in it."""

        _esm = (files(__package__) / "widget.js").read_text("utf-8")
        _page = traitlets.Unicode().tag(sync=True)
        _chosen = traitlets.List().tag(sync=True)
        selected = Names()

        def __init__(self, page, nodes):
            self.nodes = nodes
            super().__init__(_page=page)

        def __repr__(self):
            return f"<Widget of {len(self.nodes.rows):,} nodes, {len(self._chosen):,} selected>"

        @traitlets.default("selected")
        def _nothing(self):
            return []

        @traitlets.observe("_chosen")
        def _hear(self, change):
            self.selected = self.nodes.named(change["new"])

        @traitlets.observe("selected")
        def _tell(self, change):
            self._chosen = self.nodes.places(change["new"])

    return View

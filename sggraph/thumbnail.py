"""An embedding as PNG for a notebook, drawn without pyplot: no figure stays open, none is shown twice."""

from base64 import b64encode
from io import BytesIO

from matplotlib.figure import Figure

from .plot import plot_embedding
from .plot_frame import whole_axes

MOST_EDGES = 20_000  # of more, the picture in passing shows the points alone
SIDE = 5  # inches


def embedding_png(Y, graph=None):
    """PNG of the embedding in base64, as notebooks store it; with the edges of the Graph if they are few."""
    if graph is not None and graph.adjacency.nnz > 2 * MOST_EDGES:
        graph = None
    figure = Figure(figsize=(SIDE, SIDE))
    ax = whole_axes(figure, Y)
    plot_embedding(Y, graph=graph, ax=ax)
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight", dpi=80)
    return b64encode(png.getvalue()).decode()

"""Pictures and films of the commands, on figures of their own: no window, no pyplot, whatever the backend."""

FILMS = (".gif", ".mp4")


def draw_embedding(Y, graph, labels, path, title, names):
    """Draw an embedding, titled by the name of a file."""
    from matplotlib.figure import Figure

    from ..plot.embedding import plot_embedding
    from ..plot.frame import whole_axes

    figure = Figure(figsize=(8, 8))
    ax = whole_axes(figure, Y)
    plot_embedding(Y, labels, graph=graph, ax=ax, title=title, **names)
    ax.title.set_parse_math(False)
    figure.savefig(path, dpi=150, bbox_inches="tight")


def draw_sequence(snapshots, labels, trails, path, seed):
    """Draw a sequence: a film where the name ends as one, else its pictures side by side."""
    from matplotlib.figure import Figure

    from ..plot.animation import film_of
    from ..plot.grid import Grid, proportions_of
    from ..plot.look import Look
    from ..plot.sequence import PANEL, PANELS, draw_panels, spread
    from ..plot.snapshots import Series

    series = Series(snapshots)
    look = Look(series, labels, trails, {"random_state": seed})
    if path.suffix.lower() in FILMS:
        film_of(Figure(layout="none"), look, None, "", "auto", path, 100)
        return
    kept = spread(len(series), PANELS)
    grid = Grid(len(kept), None, PANEL * proportions_of([series.places[series.is_there]]), 0)
    axes = draw_panels(Figure(layout="none"), grid, look, kept, "auto")
    axes[0].figure.savefig(path, dpi=150)

"""Progress bars for the loop and for the stages before it, or nothing at all."""

from contextlib import contextmanager


@contextmanager
def stage(name, verbose):
    """Context of the function ``tick(done, total)`` for a stage; the bar is full when the stage ends."""
    if not verbose:
        yield lambda done, total: None
        return
    from tqdm.auto import tqdm

    with tqdm(
        total=1, desc=name, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}", dynamic_ncols=True
    ) as bar:

        def tick(done, total):
            bar.update(done / total - bar.n)

        yield tick
        tick(1, 1)


@contextmanager
def progress(n_iter, verbose):
    """Context of the function ``tick(iteration, phase)`` that the loop calls; None where `verbose` is false."""
    if not verbose:
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=n_iter, desc="embedding", unit="it", dynamic_ncols=True) as bar:

        def tick(iteration, phase):
            if phase.exaggeration != tick.exaggeration:
                tick.exaggeration = phase.exaggeration
                bar.set_postfix(exaggeration=f"{phase.exaggeration:g}", refresh=False)
            bar.update()

        tick.exaggeration = None
        yield tick

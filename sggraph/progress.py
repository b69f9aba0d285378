"""A progress bar for the loop, or nothing at all."""

from contextlib import contextmanager


@contextmanager
def progress(schedule, verbose):
    """Context of the function ``tick(iteration, phase)`` that the loop calls; None where `verbose` is false."""
    if not verbose:
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=sum(phase.n_iter for phase in schedule), desc="embedding", unit="it", dynamic_ncols=True) as bar:

        def tick(iteration, phase):
            if phase.exaggeration != tick.exaggeration:
                tick.exaggeration = phase.exaggeration
                bar.set_postfix(exaggeration=f"{phase.exaggeration:g}", refresh=False)
            bar.update()

        tick.exaggeration = None
        yield tick

"""Kill a run with a checkpoint at random moments, again and again, until it ends: `python tests/kills.py --kills 50`.

After each kill the file must be whole and at most one interval behind what the process had told; the picture at the
end must be that of a run that nobody killed, to the bit.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RUN = """
import sys
import networkx as nx
import numpy as np
import sggraph as sg

def tell(iteration, *_):
    print(iteration, flush=True)

G = nx.grid_2d_graph(30, 40)
options = dict(init="stress", max_iter={n_iter}, callback=tell, callback_every=1)
Y = sg.embed_graph(G, random_state=0, checkpoint={checkpoint}, checkpoint_every={every}, **options)
np.save({target!r}, Y)
"""


def main(n_kills, folder, n_iter, seed=0, every=7):
    rng = random.Random(seed)
    checkpoint, kills, told, most_lost, waits = folder / "run.npz", 0, 0, 0, []

    def start(name, checkpoint):
        script = RUN.format(n_iter=n_iter, checkpoint=checkpoint, every=every, target=str(folder / f"{name}.npy"))
        return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)

    whole = start("whole", None)
    told_of_whole = whole.communicate()[0].split()
    assert whole.returncode == 0
    assert told_of_whole[-1] == str(n_iter)
    from sggraph.method.checkpoint import read_state

    while kills < n_kills:
        process = start("killed", repr(str(checkpoint)))
        first = process.stdout.readline()
        assert first, "the run ended before all kills: raise n_iter"
        began = int(first)
        assert began > told - every, f"began at {began}, although {told} were done"
        time.sleep(rng.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        told = int((first + process.communicate()[0].rpartition("\n")[0]).split()[-1])
        kills += 1
        state = read_state(checkpoint) if checkpoint.exists() else None  # raises if it is broken
        found = 0 if state is None else state.n_iter
        most_lost = max(most_lost, told - found)
        assert found > told - every - 1, f"checkpoint of iteration {found}, although {told} were done"
        waits.append(told - began)
    last = start("killed", repr(str(checkpoint)))
    last.communicate()
    assert last.returncode == 0
    assert np.array_equal(np.load(folder / "whole.npy"), np.load(folder / "killed.npy")), "another picture"
    left = [path.name for path in folder.iterdir() if path.name.endswith(".part")]
    assert not left, left
    print(f"{kills} kills, at most {most_lost} iterations lost (interval {every}), same bits, no file left over;")
    print(f"reached iteration {told} of {n_iter}; iterations between kills: {min(waits)} to {max(waits)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--iterations", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        main(arguments.kills, arguments.folder or Path(temporary), arguments.iterations)

"""Memory: pages that nobody writes to are not there, and what is free goes back."""

import mmap
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sggraph.core.engine.memory import forget, give_back, untouched

RESIDENT = """
from pathlib import Path
import numpy as np
from sggraph.core.engine.memory import give_back, untouched

def resident():
    return 4096 * int(Path("/proc/self/statm").read_text().split()[1])

"""
on_linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counts pages by /proc/self/statm")


def grown(script):
    """By how many bytes a process of its own grows in the lines of a script, between ``before`` and ``after``."""
    script = RESIDENT + script + "\nprint(after - before)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.parametrize("dtype", [np.float32, np.uint64, np.int32])
@pytest.mark.parametrize("shape", [(), (0,), (7,), (1000, 3)])
def test_zeros_that_can_be_written(shape, dtype):
    room = untouched(shape, dtype)
    assert room.shape == shape
    assert room.dtype == dtype
    assert not room.any()
    room[...] = 7
    assert (room == 7).all()
    assert not untouched(shape, dtype).any()


@on_linux
def test_what_nobody_writes_to_takes_no_memory():
    used = "before = resident(); room = untouched((30_000_000,)); room[:1000] = 1; assert not room[1000:].any()"
    assert grown(f"{used}; after = resident()") < 2_000_000


@on_linux
def test_neither_where_memory_was_used_before():
    used = (
        "large = np.ones(3_000_000); del large; old = [np.ones(2_500_000) for _ in range(4)]; behind = np.ones(10_000)"
    )
    rooms = "del old; give_back(); before = resident(); rooms = [untouched((2_400_000,), np.float64) for _ in range(4)]"
    assert grown(f"{used}; {rooms}; after = resident()") < 2_000_000


@on_linux
def test_what_is_free_goes_back():
    used = "kept = [np.ones(10_000) for _ in range(2000)]; del kept[::2]; before = resident(); give_back()"
    grew = grown(used + "; after = resident()")
    assert grew < (-40_000_000 if platform.libc_ver()[0] == "glibc" else 1_000_000)
    give_back()  # at any time


def test_rows_that_are_forgotten_are_zeros_again():
    room = untouched((30_000, 5), np.int32)
    room[...] = 3
    forget(room, 10_000, 20_000)
    assert (room[:10_000] == 3).all()
    assert (room[20_000:] == 3).all()
    if hasattr(mmap.mmap, "madvise") and sys.platform == "linux":
        assert not room[11_000:19_000].any()
    forget(room, 5, 6)  # less than a page
    assert (room[:10_000] == 3).all()

"""A card that is none: the kernels of kernels.cu compiled for the processor (emulated.h), on NumPy arrays.

It finds wrong indices, and threads that wait in vain or race; not what a compiler for cards makes of the source.
"""

import ctypes
import shutil
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path

import numpy as np
from host_card import HostCard

from sggraph.core.cuda import source

TURN = threading.Lock()  # there is one set of threads
HEADER = Path(__file__).with_name("emulated.h")
COMPILER = shutil.which("g++")
REASON = "no g++ is here, which compiles the kernels for the processor"
NAMES = {np.int32: "int", np.int64: "i64", np.float32: "float", np.float64: "double"}
NAMES |= {np.uint64: "u64", np.uint32: "u32", np.uint16: "u16"}


def wrappers():
    """Functions of C that launch the kernels."""
    for name, parameters in source.signatures().items():
        listed = ", ".join(f"{NAMES[p.kind]} {'*' if p.is_array else ''}{p.name}" for p in parameters)
        given = ", ".join(p.name for p in parameters)
        yield f'extern "C" const char *launch_{name}(int grid_, {listed}) {{'
        yield f"    return emulated::launch(grid_, BLOCK, [=] {{ {name}({given}); }});"
        yield "}"


@cache
def library(d):
    """The kernels in d dimensions, compiled."""
    folder = Path(tempfile.mkdtemp(prefix="sggraph-emulated-"))
    program, built = folder / "kernels.cpp", folder / f"kernels{d}.so"
    program.write_text(
        f'#include "{HEADER}"\n#line 0 "kernels.cu"\n' + source.text_for(d) + "\n".join(wrappers()) + "\n"
    )
    options = ["-O1", "-std=c++17", "-shared", "-fPIC", "-w", "-fno-strict-aliasing", "-U_FORTIFY_SOURCE"]
    options.append("-Wl,-Bsymbolic")  # the C library has a `step`, too
    subprocess.run([COMPILER, *options, str(program), "-o", str(built)], check=True)
    found = ctypes.CDLL(str(built))
    shutil.rmtree(folder)
    return found


class EmulatedCard(HostCard):
    """Launches the kernels; `backwards` takes threads and blocks the other way round."""

    def __init__(self, d, backwards=False, number=0, most=None):
        super().__init__(d, number, most)
        self.library, self.backwards = library(d), backwards

    def launch(self, kernel, blocks, *arguments):
        """Run the kernel in so many blocks."""
        function = getattr(self.library, f"launch_{kernel}")
        function.restype = ctypes.c_char_p
        given = [ctypes.c_int(blocks)]
        for parameter, argument in zip(source.signatures()[kernel], source.checked(kernel, arguments), strict=True):
            if parameter.is_array:
                given.append(ctypes.c_void_p(None if argument is None else argument.ctypes.data))
            else:
                given.append(np.ctypeslib.as_ctypes_type(parameter.kind)(argument.item()))
        with TURN:
            self.library.emulated_order(int(self.backwards))
            trouble = function(*given)
        if trouble is not None:
            raise RuntimeError(f"{kernel}: {trouble.decode()}")

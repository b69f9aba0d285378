"""The kernels' source, and what the host reads in it: constants, and the arguments of each kernel.

A kernel takes what it is given as it lies in memory: an array of another type, or a number of another width, would be
read as something else, without an error. So whoever launches one has its arguments looked at here.
"""

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

NAMES = "kernels.cu", "affinity.cu", "paths.cu", "neighbors.cu"  # compiled as one, in this order
FILES = [Path(__file__).with_name(name) for name in NAMES]
TYPES = {
    "int": np.int32,
    "i64": np.int64,
    "u64": np.uint64,
    "u32": np.uint32,
    "u16": np.uint16,
    "float": np.float32,
    "double": np.float64,
}
ENUM = re.compile(r"enum (\w+) \{(.*?)\};", re.DOTALL)
KERNEL = re.compile(r'extern "C" __global__ void (\w+)\((.*?)\)', re.DOTALL)


class Parameter(NamedTuple):
    """Of a kernel: its name, the type of its items, and whether it is an array."""

    name: str
    kind: type
    is_array: bool


@cache
def text():
    """The source."""
    return "\n".join(path.read_text(encoding="utf-8") for path in FILES)


def text_for(d):
    """The source of the kernels in d dimensions, for a compiler that finds no headers."""
    return f"#define D {d}\n{text()}"


@cache
def signatures():
    """Tuples of Parameters by the names of the kernels."""
    found = {}
    for name, parameters in KERNEL.findall(text()):
        listed = []
        for parameter in parameters.split(","):
            kind, name_of = parameter.replace("const ", "").replace("*", " ").split()
            listed.append(Parameter(name_of, TYPES[kind], "*" in parameter))
        found[name] = tuple(listed)
    return found


@cache
def _constants(enum):
    body = re.sub(r"//.*", "", dict(ENUM.findall(text()))[enum])
    return SimpleNamespace(**{name: int(value) for name, value in re.findall(r"(\w+) = (\d+)", body)})


NOW, HALT, SIZE, LISTS = (_constants(enum) for enum in ("Now", "Halt", "Size", "Lists"))


def checked(kernel, arguments):
    """The arguments as the kernel takes them: numbers of its types, arrays of theirs or None."""
    parameters = signatures()[kernel]
    if len(arguments) != len(parameters):
        raise TypeError(f"{kernel} takes {len(parameters)} arguments, not {len(arguments)}")
    taken = []
    for parameter, argument in zip(parameters, arguments, strict=True):
        if not parameter.is_array:
            argument = parameter.kind(argument)
        elif argument is not None and not (argument.dtype == parameter.kind and argument.flags.c_contiguous):
            raise TypeError(f"{kernel}: {parameter.name} is {argument.dtype}, not contiguous {parameter.kind.__name__}")
        taken.append(argument)
    return taken

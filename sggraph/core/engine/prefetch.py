"""A hint to the processor: a row of an array is needed soon. Random access then waits for memory once, not each time.

In Python, and under NUMBA_DISABLE_JIT, the hint does nothing.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .jit import stands_for

AHEAD = 128  # entries of a matrix: with 32 the memory is still waited for, from 96 on nothing is gained


def prefetch(array, i):
    """Have ``array[i]`` (its first 64 bytes) brought to the cache; i must be a row of the array."""


@stands_for(prefetch, jit_options={"forceinline": True})
def _prefetch(array, i):
    return lambda array, i: _hint(array, i)


@intrinsic
def _hint(typing_context, array, i):
    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        stride = cgutils.unpack_tuple(builder, array.strides)[0]
        byte = ir.IntType(8).as_pointer()
        address = builder.gep(builder.bitcast(array.data, byte), [builder.mul(index, stride)])
        number = ir.IntType(32)
        signature = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        read, near, data = number(0), number(3), number(1)
        builder.call(builder.module.declare_intrinsic("llvm.prefetch", [byte], signature), [address, read, near, data])
        return context.get_dummy_value()

    return types.void(array, i), generate

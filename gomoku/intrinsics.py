"""Operations that Python does not have: locks that threads share, counting of bits, room on the
stack."""

import ctypes
import sys
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types, typing
from numba.extending import lower_builtin, type_callable
from numba.np import arrayobj


def acquire(lock: Any) -> None:
    """Take a lock that threads share, an int32 array `[1]` of 0, once it is free; in kernels."""
    raise NotImplementedError("a lock is for compiled kernels")


def release(lock: Any) -> None:
    """Give a lock back; what was written before is seen by whoever takes it next."""
    raise NotImplementedError("a lock is for compiled kernels")


def give_way() -> None:
    """Let another thread have the processor, where one waits for it; in kernels only."""
    raise NotImplementedError("only compiled kernels give way")


@type_callable(give_way)
def _type_of_give_way(context: Any) -> Any:
    return lambda: typing.signature(types.none)


@lower_builtin(give_way)
def _lower_give_way(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    builder.call(_other_thread(builder), [])
    return context.get_dummy_value()


def _other_thread(builder: Any) -> Any:
    kind = ir.FunctionType(ir.IntType(32), [])
    return cgutils.get_or_insert_function(builder.module, kind, "gomoku_zero.give_way")


_SPINS = 200  # looks at a lock before another thread gets the processor


@type_callable(acquire)
@type_callable(release)
def _type_of_locking(context: Any) -> Any:
    return lambda lock: typing.signature(types.none, lock)


@lower_builtin(acquire, types.Array)
def _lower_acquire(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    lock = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    count = ir.IntType(32)
    spins = cgutils.alloca_once_value(builder, count(0))
    spin, wait, give_way, done = (
        builder.append_basic_block(name) for name in ("spin", "wait", "give_way", "done")
    )
    builder.branch(spin)
    builder.position_at_end(spin)
    swapped = builder.cmpxchg(lock, count(0), count(1), "acquire", "monotonic")
    builder.cbranch(builder.extract_value(swapped, 1), done, wait)
    builder.position_at_end(wait)
    looked = builder.add(builder.load(spins), count(1))
    builder.store(looked, spins)
    builder.cbranch(builder.icmp_unsigned("<", looked, count(_SPINS)), spin, give_way)
    builder.position_at_end(give_way)
    builder.store(count(0), spins)
    builder.call(_other_thread(builder), [])
    builder.branch(spin)
    builder.position_at_end(done)
    return context.get_dummy_value()


@lower_builtin(release, types.Array)
def _lower_release(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    lock = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    builder.store_atomic(ir.IntType(32)(0), lock, "release", 4)
    return context.get_dummy_value()


_give_way = (
    ctypes.windll.kernel32.SwitchToThread  # type: ignore[attr-defined,unused-ignore]
    if sys.platform == "win32"
    else ctypes.CDLL(None).sched_yield
)
llvmlite.binding.add_symbol("gomoku_zero.give_way", ctypes.cast(_give_way, ctypes.c_void_p).value)


def count_bits(word: int) -> int:
    """The number of set bits of a 64-bit integer; one instruction in a kernel."""
    return (int(word) & (1 << 64) - 1).bit_count()


def lowest_bit(word: int) -> int:
    """The index of the lowest set bit, of a word that is not 0; one instruction in a kernel."""
    return (int(word) & -int(word)).bit_length() - 1


@type_callable(count_bits)
@type_callable(lowest_bit)
def _type_of_bits(context: Any) -> Any:
    return lambda word: typing.signature(types.int64, types.int64)


@lower_builtin(count_bits, types.int64)
def _lower_count_bits(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.ctpop(arguments[0])


@lower_builtin(lowest_bit, types.int64)
def _lower_lowest_bit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))


def stack_array(count: int, dtype: Any) -> Any:
    """An array of that many numbers, not set, which is gone when the kernel that asks returns.

    Kernels borrow all they work on, so none can make an array that outlives it; see `gomoku.jit`.
    """
    return np.empty(count, dtype)


@type_callable(stack_array)
def _type_of_stack_array(context: Any) -> Any:
    return lambda count, dtype: types.Array(dtype.dtype, 1, "C")


_CACHE_LINE = 64


@lower_builtin(stack_array, types.Integer, types.Any)
def _lower_stack_array(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.return_type
    word = context.get_value_type(types.intp)
    count = context.cast(builder, arguments[0], signature.args[0], types.intp)
    item = context.get_data_type(kind.dtype)
    data = builder.alloca(item, size=count)
    data.align = _CACHE_LINE
    itemsize = word(context.get_abi_sizeof(item))
    array = context.make_array(kind)(context, builder)
    arrayobj.populate_array(
        array, data=data, shape=[count], strides=[itemsize], itemsize=itemsize, meminfo=None
    )
    return array._getvalue()

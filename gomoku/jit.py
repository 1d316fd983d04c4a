"""How kernels are compiled: each once, without the GIL, and kept on disk.

A kernel's signature is its annotations, so it has one specialization whatever integers it is called
with. numba, left alone, optimizes a function on its own and once more inside every caller. Here a
kernel that only other kernels call is lowered to LLVM's language and no further; it is optimized
where it ends up, in an *entry*: a kernel that Python calls, or one that is decorated with
`@kernel(apart=True)`. The latter is not inlined: its callers reach it through an address, which is
looked up, or compiled, when it is first needed.

Kernels borrow: Python makes the arrays that they are given, and what they need for a while lies on
the stack (`gomoku.intrinsics.stack_array`). So nothing in them counts references, which took a
tenth of the time of a search.

Entries are kept on disk (`gomoku.kernel_cache`). What Python has no words for is in
`gomoku.intrinsics`.
"""

import ctypes
import functools
import hashlib
import inspect
import logging
import threading
import time
import types as pytypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints, overload

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, compiler, types, typing
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

from gomoku.kernel_cache import compiled_file, load_compiled, save_compiled

_Function = TypeVar("_Function", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


@overload
def kernel(function: _Function) -> _Function: ...
@overload
def kernel(
    *, apart: bool = False, fastmath: tuple[str, ...] = ()
) -> Callable[[_Function], _Function]: ...
def kernel(function: Any = None, *, apart: bool = False, fastmath: tuple[str, ...] = ()) -> Any:
    """Compile a function of numbers, arrays and NamedTuples of those; it runs without the GIL.

    Arrays are C-contiguous. One of several dimensions, or of records, says so:
    `Annotated[NDArray[np.int8], 2]`, `Annotated[NDArray[Any], 1, DTYPE]`. Bounds are checked when
    the environment says `NUMBA_BOUNDSCHECK=1`.

    apart: called by other kernels rather than inlined into them; for what is long, or rarely run.
    fastmath: LLVM's flags for arithmetic, by which sums may run in any order; they then run in
        vectors of 512 bits where there are any, which LLVM would leave half empty.
    """
    if function is None:
        return functools.partial(kernel, apart=apart, fastmath=fastmath)
    return Kernel(function, apart, fastmath)


class _PartLibrary(JITCodeLibrary):
    """The code of a kernel before it is optimized; nothing in it can be run."""

    def __init__(self, codegen: Any, name: str, wide: bool) -> None:
        super().__init__(codegen, name)
        self._wide = wide

    def add_ir_module(self, module: Any) -> None:
        for function in module.functions:
            for block in function.blocks:
                block.instructions[:] = [
                    each for each in block.instructions if not _counts_references(each)
                ]
            if self._wide and not function.is_declaration:
                # llvmlite lists the attributes that are single words, and this one is a pair.
                set.add(function.attributes, '"prefer-vector-width"="512"')
        super().add_ir_module(module)

    def finalize(self) -> None:
        self._raise_if_finalized()
        self._finalized = True

    def reached(self) -> list[Any]:
        """The libraries that its code calls, and those that they call."""
        return list(dict.fromkeys(self._linking_libraries))


def _counts_references(instruction: Any) -> bool:
    return isinstance(instruction, ir.CallInstr) and instruction.callee.name in (
        "NRT_incref",
        "NRT_decref",
    )


class _EntryLibrary(JITCodeLibrary):
    """The code of an entry: all parts that it reaches, optimized together once."""

    def __init__(self, codegen: Any, name: str, description: Any, part: _PartLibrary) -> None:
        super().__init__(codegen, name)
        self.enable_object_caching()
        main = description.llvm_func_name
        self._environment = description.env_name
        # The wrapper for Python calls the kernel: inlining it there would compile it twice.
        module = part._final_module.clone()
        module.get_function(main).add_function_attribute("noinline")
        self._final_module.link_in(module)
        for library in part.reached():
            self.add_linking_library(library)

    def _optimize_final_module(self) -> None:
        # What is linked in belongs to this entry alone, so LLVM may change how it is called. The
        # engine finds functions by name whatever their linkage, hence the new names.
        for function in self._final_module.functions:
            if function.name.startswith("NRT_MemInfo_alloc"):
                raise TypeError(f"{self.name} makes an array: kernels take them, or a stack_array")
            # A pass removes counts of references, and knows them by name.
            if function.name.startswith("NRT_"):
                continue
            if function.linkage == llvmlite.binding.Linkage.linkonce_odr:
                function.linkage = "internal"
                function.name = f"{self.name}:{function.name}"
        for variable in self._final_module.global_variables:
            if variable.name.startswith("_ZN08NumbaEnv") and variable.name != self._environment:
                variable.linkage = "internal"
                variable.name = f"{self.name}:{variable.name}"
        super()._optimize_final_module()


class Kernel(CPUDispatcher):
    """A function that is compiled when it is first called; made by `kernel`."""

    def __init__(
        self, function: Callable[..., Any], apart: bool, fastmath: tuple[str, ...]
    ) -> None:
        options = {"nopython": True, "nogil": True, "error_model": "numpy"}
        if fastmath:
            options["fastmath"] = set(fastmath)
        super().__init__(function, targetoptions=options)
        self.apart = apart
        self._part: Any = None
        self._pysig = inspect.signature(function)
        self._name = f"{function.__module__}.{function.__qualname__}"
        if apart:
            # Callers know these two by name; a name is all that fits into a cached file.
            self._address = ctypes.c_void_p(0)
            self._ensure = ctypes.CFUNCTYPE(None)(self._compile_when_called)
            symbol = self._symbol = f"gomoku_zero.{self._name}"
            add_symbol = llvmlite.binding.add_symbol
            add_symbol(f"{symbol}.address", ctypes.addressof(self._address))
            add_symbol(f"{symbol}.ensure", ctypes.cast(self._ensure, ctypes.c_void_p).value)

    @functools.cached_property
    def declared(self) -> Any:
        """The signature that the annotations declare, as numba's; the result only if `apart`."""
        hints = get_type_hints(self.py_func, include_extras=True)
        result = hints.pop("return")
        arguments = [_numba_type(hint) for hint in hints.values()]
        return typing.signature(_numba_type(result) if self.apart else None, *arguments)

    # What Python calls.

    def compile(self, sig: Any) -> Any:
        """Make the entry, whatever the arguments are; they are converted."""
        with global_compiler_lock:
            if self.overloads:  # another thread was quicker
                return next(iter(self.overloads.values())).entry_point
            self.targetctx.refresh()
            for listener in _listeners:
                listener(self, "entry")
            compiled = load_compiled(self)
            if compiled is None:
                compiled = self._compile_entry()
                save_compiled(self, compiled)
            self.add_overload(compiled)
            if self.apart:
                self._address.value = compiled.library.get_pointer_to_function(
                    compiled.fndesc.llvm_func_name
                )
            return compiled.entry_point

    def prepare(self) -> None:
        """Compile now what a call from Python would compile."""
        if not self.overloads:
            self.compile(self.declared.args)

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        # Called where there is no entry, or the types of the arguments are not exactly its own;
        # returns the function to call with them.
        if _interpreting.active:
            return self.py_func
        if not self.overloads and _preparing.is_elsewhere() and self._name.startswith("gomoku."):
            return functools.partial(interpret, self)
        self.prepare()
        given = [self.typeof_pyval(each) for each in args]
        for name, each, declared in zip(
            self._pysig.parameters, given, self.declared.args, strict=True
        ):
            if isinstance(each, types.Array):
                each = each.copy(readonly=False)
            if self.typingctx.can_convert(each, declared) is None:
                raise TypeError(f"{self._name} takes {declared} for {name}, not {each}")
        (entry,) = self.overloads.values()
        return entry.entry_point

    def _compile_entry(self) -> Any:
        started = time.perf_counter()
        part = self.part()
        if _holds_array(part.signature.return_type):
            raise TypeError(f"{self._name} gives Python an array: kernels write to those they take")
        context, description = part.target_context, part.fndesc
        library = _EntryLibrary(context.codegen(), self._name, description, part.library)
        with context.push_code_library(library):
            context.create_cpython_wrapper(
                library, description, part.environment, part.call_helper, release_gil=True
            )
        library.finalize()
        entry = context.get_executable(library, description, part.environment)
        _log.debug("%s compiled in %.2f s", self._name, time.perf_counter() - started)
        return part._replace(library=library, entry_point=entry)

    def _compile_when_called(self) -> None:
        self.prepare()

    # What other kernels call.

    def part(self) -> Any:
        """The kernel lowered, to be linked into entries: a `CompileResult` that cannot be run."""
        with global_compiler_lock:
            if self._part is None:
                flags = compiler.Flags()
                self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
                flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
                self.targetctx.refresh()
                for listener in _listeners:
                    listener(self, "part")
                self._part = compiler.compile_extra(
                    self.typingctx,
                    self.targetctx,
                    self.py_func,
                    args=self.declared.args,
                    return_type=self.declared.return_type,
                    flags=flags,
                    locals={},
                    library=_PartLibrary(
                        self.targetctx.codegen(), self._name, wide="fastmath" in self.targetoptions
                    ),
                )
            return self._part

    def get_call_template(self, args: Any, kws: Any) -> Any:
        pysig, args = self._compiler.fold_argument_types(args, kws)
        if self.apart:
            signature = self.declared
            define = self._call_by_address()
        else:
            part = self.part()
            signature = part.signature
            define = _call_part(part)
        if not self._is_defined:
            self.targetctx.insert_func_defn([(define, self, signature.args)])
            self._is_defined = True
        template = typing.make_concrete_template(self._name, self, [signature])
        return template, pysig, args, {}

    _is_defined = False

    def get_overload(self, sig: Any) -> "Kernel":
        return self

    def _call_by_address(self) -> Any:
        result, arguments = self.declared.return_type, self.declared.args

        def call(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            word, convention = ir.IntType(64), context.call_conv
            slot = context.get_c_value(builder, word, f"{self._symbol}.address")
            address = cgutils.alloca_once(builder, word)
            builder.store(builder.load(slot), address)
            with builder.if_then(
                builder.icmp_unsigned("==", builder.load(address), word(0)), likely=False
            ):
                ensure = cgutils.get_or_insert_function(
                    builder.module, ir.FunctionType(ir.VoidType(), []), f"{self._symbol}.ensure"
                )
                builder.call(ensure, [])
                builder.store(builder.load(slot), address)
                with cgutils.if_unlikely(
                    builder, builder.icmp_unsigned("==", builder.load(address), word(0))
                ):
                    convention.return_user_exc(
                        builder, RuntimeError, (f"{self._name} could not be compiled",)
                    )
            kind = convention.get_function_type(result, arguments)
            function = builder.inttoptr(builder.load(address), kind.as_pointer())
            status, value = convention.call_function(builder, function, result, arguments, values)
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return value

        return call

    # What it is made of.

    def linked(self) -> list["Kernel"]:
        """The kernel itself and all that its code is linked with, in an order of their own."""
        found: dict[Kernel, None] = {}
        waiting = [self]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found[each] = None
                waiting.extend(
                    value
                    for _, value in each.uses()
                    if isinstance(value, Kernel) and not value.apart
                )
        return list(found)

    def is_on_disk(self) -> bool:
        """Return whether its code is cached."""
        file = compiled_file(self)
        return file is not None and file.exists()

    def uses(self) -> Iterator[tuple[str, object]]:
        """Names and values of the globals that the function reads, those of modules resolved."""
        names = _names_of(self.py_func.__code__)
        for name in names:
            if name not in self.py_func.__globals__:
                continue
            value = self.py_func.__globals__[name]
            if isinstance(value, pytypes.ModuleType):
                if value.__name__.partition(".")[0] in ("gomoku", "mcts", "nets"):
                    for attribute in names:
                        if hasattr(value, attribute):
                            yield f"{name}.{attribute}", getattr(value, attribute)
            else:
                yield name, value

    def digest(self) -> str:
        """A digest of what its machine code is made of; docstrings are not."""
        digest = hashlib.sha256()
        for each in self.linked():
            code, comment = each.py_func.__code__, each.py_func.__doc__
            constants = tuple(value for value in code.co_consts if value != comment)
            digest.update(repr((each._name, each.apart, code.co_code, code.co_varnames)).encode())
            digest.update(repr((code.co_names, _plain(constants))).encode())
            digest.update(repr((each.declared, _plain(each.targetoptions))).encode())
            for name, value in each.uses():
                said = (value._name, value.declared) if isinstance(value, Kernel) else _plain(value)
                digest.update(f"{name}={said!r}".encode())
        return digest.hexdigest()


def _call_part(part: Any) -> Any:
    """Code that calls a lowered kernel, which is linked into whatever entry calls it."""

    def call(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        description = part.fndesc
        function = context.declare_function(builder.module, description)
        status, value = context.call_conv.call_function(
            builder, function, description.restype, description.argtypes, values
        )
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return value

    call.libs = (part.library, *part.library.reached())
    return call


def _holds_array(kind: Any) -> bool:
    parts: Any = kind if isinstance(kind, types.BaseTuple) else ()
    return isinstance(kind, types.Array) or any(_holds_array(part) for part in parts)


class _Interpreting(threading.local):
    """Return whether kernels are run by the interpreter in this thread."""

    active = False


class _Preparing:
    """Which thread compiles ahead, if one does."""

    thread: int | None = None

    def is_elsewhere(self) -> bool:
        return self.thread not in (None, threading.get_ident())


_interpreting = _Interpreting()
_preparing = _Preparing()
_listeners: list[Callable[[Kernel, str], None]] = []


def interpret(entry: Kernel, *arguments: Any) -> Any:
    """Run a kernel by Python's interpreter, a thousand times as slow, without compiling anything.

    Integers are those of numpy's 64 bits throughout, as they are in a compiled kernel.
    """
    wide = [
        each.astype(np.int64) if isinstance(each, np.ndarray) and each.dtype.kind == "i" else each
        for each in arguments
    ]
    before, _interpreting.active = _interpreting.active, True
    try:
        with np.errstate(all="ignore"):
            result = entry.py_func(*wide)
    finally:
        _interpreting.active = before
    for narrow, array in zip(arguments, wide, strict=True):
        if narrow is not array:
            narrow[...] = array
    return result


def expect_compiling(expected: bool = True) -> None:
    """Say that another thread is about to `compile_ahead`, so that this one need not wait; or that
    none is, after all."""
    _preparing.thread = -1 if expected else None


def is_compiled(entry: Callable[..., Any]) -> bool:
    """Return whether a kernel is compiled, in this process or on the disk."""
    return bool(cast(Kernel, entry).overloads) or cast(Kernel, entry).is_on_disk()


def is_ready(entry: Callable[..., Any]) -> bool:
    """Return whether a kernel can be called at once: it was compiled or read before, or can be
    read from the disk, which would wait for another thread that compiles."""
    was_read = bool(cast(Kernel, entry).overloads)
    return was_read or (is_compiled(entry) and not _preparing.is_elsewhere())


def compile_ahead(
    entries: Iterable[Callable[..., Any]], progress: Callable[[int, int], None] = lambda k, n: None
) -> None:
    """Compile kernels that Python is going to call, or load them from the disk.

    While this runs, other threads that call a kernel of the rules do not wait: it is interpreted
    for them.

    progress: told how many kernels of how many have been compiled; not called if all are on disk.
    """
    kernels = [cast(Kernel, entry) for entry in entries]
    missing = [each for each in kernels if not is_compiled(each)]
    parts = {part for each in missing for part in each.linked() if part._part is None}
    done = 0

    def count(part: Kernel, stage: str) -> None:
        nonlocal done
        if stage == "part" and part in parts:
            done += 1
            progress(done, len(parts))

    if missing:
        progress(0, len(parts))
    _preparing.thread = threading.get_ident()
    _listeners.append(count)
    try:
        for each in kernels:
            each.prepare()
    finally:
        _listeners.remove(count)
        _preparing.thread = None


def _names_of(code: pytypes.CodeType) -> list[str]:
    return sorted(set(code.co_names))


def _plain(value: Any) -> Any:
    """A value whose `repr` says all that a kernel can make of it."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, np.ndarray):
        return value.dtype.descr, value.shape, hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, type) and hasattr(value, "_fields"):
        return value.__qualname__, value._fields
    if isinstance(value, pytypes.CodeType):
        return value.co_code, _plain(value.co_consts)
    if value is None or isinstance(value, int | float | str | bytes | np.generic | np.dtype):
        return value
    if isinstance(value, type | pytypes.BuiltinFunctionType | pytypes.ModuleType | np.ufunc):
        return value.__name__
    if getattr(value, "__module__", "").partition(".")[0] in ("typing", "numpy", "builtins"):
        return repr(value)
    if callable(value):
        return f"{value.__module__}.{value.__qualname__}"
    raise TypeError(f"a kernel reads {value!r}, which a digest cannot tell from others")


def _numba_type(hint: Any) -> Any:
    """numba's type for an annotation of a kernel."""
    plain = {int: types.int64, float: types.float64, bool: types.boolean, type(None): types.none}
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, np.generic):
        return numba.from_dtype(np.dtype(hint))
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        fields = get_type_hints(hint, include_extras=True)
        return types.BaseTuple.from_types([_numba_type(fields[f]) for f in hint._fields], hint)
    dimensions, dtype = 1, None
    if hasattr(hint, "__metadata__"):
        dimensions, *rest = hint.__metadata__
        dtype = rest[0] if rest else None
        hint = hint.__origin__
    if get_origin(hint) is tuple:
        return types.BaseTuple.from_types([_numba_type(each) for each in get_args(hint)])
    if get_origin(hint) is np.ndarray:
        if dtype is None:
            (dtype,) = get_args(get_args(hint)[1])
        return types.Array(numba.from_dtype(np.dtype(dtype)), dimensions, "C")
    raise TypeError(f"a kernel cannot take {hint!r}")

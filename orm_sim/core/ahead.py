"""`entry`, which lets a fresh process run compiled code without importing the compiler.

Importing numba takes longer than simulating a small centre. Functions the interpreter calls on the way to a first
result are therefore kept a second time, as an object file with a plain C interface in the folder of
`compiled.cache_folder`; llvmlite alone can load it. Whatever is not as expected there goes the way of `jit`.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.machinery
import importlib.util
import os
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import numpy as np

from orm_sim.core.compiled import Compiled, cache_folder
from orm_sim.core.files import write_whole

P = ParamSpec("P")
R = TypeVar("R")
Key = tuple[Any, ...]
Routine = Callable[[Any, Any], None]
"""Machine code that takes its arguments from a frame and puts there what it gives.

It is called with the frame twice: as that of whole numbers and as that of fractions.
"""

_SUM_BYTES: Final = 16
_DONE, _RESULT, _ARGUMENTS = range(3)
"""Places of a frame's words, 64 bits each: whether the end was reached, what was given, the arguments from here on."""
_RESULTS: Final = {type(None): "nothing", bool: "bool", int: "int", float: "float"}
_BYTE: Final = ctypes.c_byte.from_buffer
_BUILDING = threading.RLock()
_KEPT: list[Any] = []
"""What must live as long as loaded machine code does."""
_TELL: list[Callable[[], None]] = []


def before_compiling(tell: Callable[[], None]) -> None:
    """Have somebody told, once, just before this process first compiles an entry that no object file serves."""
    _TELL[:] = [tell]


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """A `jit` function that a fresh process runs without numba once any process has run it.

    Parameters
    ----------
    function
        Made by `jit`. It gives back a number, a truth value or nothing, always of the same type.

    Returns
    -------
    callable
        `Entry`, with the signature of `function`, for the interpreter and for compiled code alike.
    """
    if not isinstance(function, Compiled):
        raise TypeError("only what is declared with jit can be an entry")
    return Entry(cast(Compiled[P, R], function))


class Entry(Compiled[P, R]):
    """A compiled function with a second way in; see `entry`."""

    def __init__(self, function: Compiled[P, R]) -> None:
        super().__init__(function.py_func, inline=False)
        self._routines: dict[Key, _Loaded | None] = {}

    def __call__(self, *arguments: P.args, **options: P.kwargs) -> R:
        """What the function gives, by its object file where there is one for these types."""
        words: list[Any] = [0, 0]
        key = None if options else _key(arguments, words)
        if key is None:
            return super().__call__(*arguments, **options)
        if key not in self._routines:
            with _BUILDING:
                if key not in self._routines:
                    return self._first(key, words, *arguments, **options)
        found = self._routines[key]
        if found is None:
            return super().__call__(*arguments, **options)
        return cast(R, found.give(words))

    def _first(self, key: Key, words: list[Any], *arguments: P.args, **options: P.kwargs) -> R:
        """The first call with some types: by the object file if it is sound, else by numba, and one is written."""
        path = _path(self.py_func, key)
        found = None if path is None else _loaded(path, key)
        if found is not None:
            result = cast(R, found.give(words))
        else:
            if _TELL:
                _TELL.pop()()
            result = super().__call__(*arguments, **options)
            if path is not None:
                with suppress(
                    AttributeError, ImportError
                ):  # another numba: every process starts with the compiler
                    _write(path, self.dispatcher, arguments, result)
        self._routines[key] = found
        return result


class _Loaded:
    """Machine code for some types, and the layout of its frame."""

    def __init__(self, routine: Routine, result: str, key: Key) -> None:
        self._routine, self._result = routine, result
        self._frame = struct.Struct("=qq" + _format(key))
        self._buffer = ctypes.c_char * self._frame.size
        self._given = struct.Struct("=qd" if result == "float" else "=qq")

    def give(self, words: list[Any]) -> Any:
        """What machine code gives for the words of a frame."""
        frame = self._buffer.from_buffer_copy(self._frame.pack(*words))
        self._routine(frame, frame)
        done, given = self._given.unpack_from(frame)
        if not done:
            raise RuntimeError(
                "compiled code stopped before its end; its reason was written to standard error"
            )
        if self._result == "nothing":
            return None
        return bool(given) if self._result == "bool" else given


def _key(arguments: tuple[Any, ...], words: list[Any]) -> Key | None:
    """Types of arguments, or None where one has no place in a frame; their words are put behind those there are.

    In one pass, because it runs at every call with the interpreter's lock held. An array is its address and its shape.
    """
    kinds: list[Any] = []
    for each in arguments:
        kind = type(each)
        if kind is np.ndarray:
            if not each.flags.carray or not each.ndim:
                return None
            kinds.append((each.ndim, each.dtype))
            words.append(_address(each))
            words.extend(each.shape)
        elif kind is float or kind is np.float64:
            kinds.append(float)
            words.append(each)
        elif kind is np.int64 or (kind is int and -(2**63) <= each < 2**63):
            kinds.append(int)
            words.append(each)
        elif isinstance(each, tuple) and hasattr(kind, "_fields"):
            inner = _key(each, words)
            if inner is None:
                return None
            kinds.append((kind, inner))
        else:
            return None
    return tuple(kinds)


def _format(key: Key) -> str:
    """Codes of `struct` for the words of arguments of some types."""
    codes = ""
    for kind in key:
        if kind is float or kind is int:
            codes += "d" if kind is float else "q"
        else:
            first, second = kind
            codes += "q" * (1 + first) if isinstance(first, int) else _format(second)
    return codes


def _address(array: Any) -> int:
    """Where an array begins, the fastest way there is: numpy takes its time over records, not over what they view."""
    if array.dtype.fields is not None:
        under = array.base
        if type(under) is not np.ndarray or under.nbytes != array.nbytes or not under.flags.carray:
            return int(array.ctypes.data)
        array = under
    if array.size and array.dtype.fields is None:
        return ctypes.addressof(_BYTE(array))
    return int(array.ctypes.data)


def _path(function: Callable[..., Any], key: Key) -> Path | None:
    """Where the object file for some types lies: named by what the folder's digest does not cover.

    That is the function, the types, the processor, and numba's settings in the environment.
    """
    folder = cache_folder()
    if folder is None or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return None
    settings = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if name.startswith("NUMBA_") and name != "NUMBA_CACHE_DIR"
    )
    name = f"{function.__module__}.{function.__qualname__}"
    text = "\n".join((name, repr(key), *_processor(), *settings))
    return folder / f"{function.__name__}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}.o"


@cache
def _processor() -> tuple[str, str, str]:
    import llvmlite.binding as llvm

    return llvm.get_default_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def _loaded(path: Path, key: Key) -> _Loaded | None:
    """Machine code of an object file and what it gives; None where there is none, or it is damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    body = content[_SUM_BYTES:]
    if hashlib.blake2b(body, digest_size=_SUM_BYTES).digest() != content[:_SUM_BYTES] or not _linked():
        return None
    import llvmlite.binding as llvm

    result, symbol, code = body.split(b"\n", 2)
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _KEPT.append(engine)
    address = engine.get_function_address(symbol.decode())
    routine = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address)
    return _Loaded(routine, result.decode(), key)


@cache
def _linked() -> bool:
    """Make what machine code may call known to llvmlite: two small libraries of numba, loaded without numba."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name, prefix in (("numba._helperlib", "numba_"), ("numba.core.runtime._nrt_python", "NRT_")):
        module = sys.modules.get(name) or _extension(name)
        if module is None:
            return False
        for word, address in getattr(module, "c_helpers", {}).items():
            llvm.add_symbol(word if word.startswith("_") else prefix + word, address)
    return True


def _extension(name: str) -> Any:
    """A library of numba under its own name, so that numba finds it there if it is imported later; None if missing."""
    package = importlib.util.find_spec("numba")
    if package is None or not package.submodule_search_locations:
        return None
    folder = Path(package.submodule_search_locations[0], *name.split(".")[1:-1])
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        path = folder / (name.rpartition(".")[2] + suffix)
        spec = importlib.util.spec_from_file_location(name, path)
        if path.is_file() and spec is not None and spec.loader is not None:
            sys.modules[name] = module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    return None


def _write(path: Path, function: Callable[..., Any], arguments: tuple[Any, ...], result: object) -> None:
    """Compile the C interface of a function for the types of some arguments, and write it as a whole."""
    import numba
    from numba import types

    kind = _RESULTS[type(result)]
    taken = _taken(types.BaseTuple.from_types([numba.typeof(each) for each in arguments]))

    def nothing(whole: Any, real: Any) -> None:
        function(*taken(whole))
        whole[_DONE] = 1

    def number(whole: Any, real: Any) -> None:
        whole[_RESULT] = function(*taken(whole))
        whole[_DONE] = 1

    def fraction(whole: Any, real: Any) -> None:
        real[_RESULT] = function(*taken(whole))
        whole[_DONE] = 1

    body = {"nothing": nothing, "float": fraction}.get(kind, number)
    signature = types.void(types.CPointer(types.int64), types.CPointer(types.float64))
    made: Any = numba.cfunc(signature, error_model="numpy")(body)
    code = made._library._get_compiled_object()
    content = b"\n".join((kind.encode(), made.native_name.encode(), code))
    with suppress(OSError):  # no room: the next process compiles again
        write_whole(path, hashlib.blake2b(content, digest_size=_SUM_BYTES).digest() + content)


def _taken(kind: Any) -> Any:
    """Compiled code that takes arguments of some types from a frame."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array, populate_array

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        places = count(_ARGUMENTS)

        def word() -> Any:
            return builder.load(builder.gep(values[0], [ir.Constant(ir.IntType(64), next(places))]))

        def array(kind: Any) -> Any:
            made = make_array(kind)(context, builder)
            size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
            data = builder.inttoptr(word(), context.get_data_type(types.CPointer(kind.dtype)))
            shape = [word() for _ in range(kind.ndim)]
            steps = [ir.Constant(ir.IntType(64), size)]
            for length in reversed(shape[1:]):
                steps.insert(0, builder.mul(steps[0], length))
            populate_array(made, data, shape, steps, ir.Constant(ir.IntType(64), size), None)
            return made._getvalue()

        def value(kind: Any) -> Any:
            if isinstance(kind, types.Array):
                return array(kind)
            if hasattr(kind, "types"):
                return context.make_tuple(builder, kind, [value(each) for each in kind.types])
            return builder.bitcast(word(), context.get_value_type(kind))

        return value(kind)

    def taken(context: Any, frame: Any) -> Any:
        return kind(frame), generate

    return intrinsic(taken)

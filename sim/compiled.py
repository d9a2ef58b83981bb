"""How rules are compiled: as parts of what Python calls, once and whole, so that a first run starts soon.

`numba.njit` makes a library of machine code of every function, ready to be called from Python, and optimises each of
them with all that it calls: what lies at the bottom is optimised once for every level above it. Of some 250 rules
Python calls a handful. So `compiled` takes a rule only as far as code for the optimiser; it is optimised and
made machine code as part of what Python calls, where nothing else can reach it. A rule that Python does call (an
agent's decision, a test) is compiled for it then, and that is kept on disk.

Numba lets a function write its value where a pointer says and return whether an error occurred. Where a part was not
inlined, that value went through memory at every call; here a part returns both together. Division by zero leaves an
infinity or no number, as in numpy, and is found at the end of a run (`sim.turn.is_finite`): asking at every division
costs more. Measurements: docs/decisions.md.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, ClassVar, Final

from llvmlite import ir
from llvmlite.binding import create_new_module_pass_manager
from numba import njit, types
from numba.core import cgutils, config, sigutils
from numba.core.callconv import RETCODE_OK, errcode_t
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, Flags
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.imputils import impl_ret_new_ref
from numba.core.lowering import Lower
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import (
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    RewriteSemanticConstants,
    TranslateByteCode,
)

ERROR_MODEL: Final = "numpy"  # of division by zero
PART_OPTIONS = {"nopython": True, "error_model": ERROR_MODEL}


class PartLibrary(JITCodeLibrary):
    """Code that is only ever linked into other code: neither optimised nor made machine code, nor linked, by itself."""

    def add_llvm_module(self, ll_module: Any) -> None:
        """Take a module in as it is."""
        self._final_module.link_in(ll_module)

    def add_linking_library(self, library: Any) -> None:
        """Remember, once, what a caller has to link beside this library."""
        if library not in self._linking_libraries:
            super().add_linking_library(library)

    def finalize(self) -> None:
        """Make ready for linking, and nothing else."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def with_callees(self) -> list[JITCodeLibrary]:
        """Return this library and all that it calls."""
        return [self, *self._linking_libraries]


class WholeLibrary(JITCodeLibrary):
    """Code that Python calls, with all its parts."""

    def _optimize_final_module(self) -> None:
        """Optimise. Nobody else calls the parts, so they may be taken apart; loops are too short for vectors.

        LLVM's third level of optimising takes two seconds more than the second and gains nothing.

        Private, not internal: an internal function keeps its name in the object, and numba numbers functions anew in
        each process, so that a part loaded from disk could be taken for another function of that name.
        """
        for part in self._linking_libraries:
            for function in part.get_defined_functions() if isinstance(part, PartLibrary) else ():
                self._final_module.get_function(function.name).linkage = "private"
        passes, builder = self._codegen._module_pass_manager(opt=2, loop_vectorize=False)
        inliner = create_new_module_pass_manager()
        inliner.add_always_inliner_pass()  # so that what stands in a part's two functions is not optimised twice
        inliner.run(self._final_module, builder)
        passes.run(self._final_module, builder)


@register_pass(mutates_CFG=True, analysis_only=False)
class WholeLowering(NativeLowering):
    """Lower a function to a WholeLibrary."""

    _name = "whole_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower; its machine code is what is kept on disk."""
        state.library = WholeLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return super().run_pass(state)


def returning(function_type: ir.FunctionType) -> ir.FunctionType:
    """Return the type of one of numba's functions, once it returns (status, value) and takes no pointer for that."""
    pointer, *others = function_type.args
    return ir.FunctionType(ir.LiteralStructType([errcode_t, pointer.pointee]), others)


def returning_name(name: str) -> str:
    """Return the name of the function that returns (status, value) for one of numba's."""
    return f"{name}.returning"


class PartLower(Lower):
    """Lower a part to numba's function inside one that returns (status, value), in which it is inlined before all."""

    def lower_normal_function(self, fndesc: Any) -> None:
        """Lower; add the function that parts call."""
        super().lower_normal_function(fndesc)
        inner = self.function
        inner.attributes.add("alwaysinline")
        outer = ir.Function(self.module, returning(inner.function_type), returning_name(inner.name))
        builder = ir.IRBuilder(outer.append_basic_block())
        value = builder.alloca(inner.function_type.args[0].pointee)
        status = builder.call(inner, [value, *outer.args])
        result = builder.insert_value(ir.Constant(outer.function_type.return_type, ir.Undefined), status, 0)
        builder.ret(builder.insert_value(result, builder.load(value), 1))


def part_call(fndesc: Any, libraries: list[JITCodeLibrary]) -> Any:
    """Return what writes the call of a part into its caller; a part's error is its caller's, told at the same place."""

    def call(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        convention = context.call_conv
        function_type = returning(convention.get_function_type(fndesc.restype, fndesc.argtypes))
        function = cgutils.get_or_insert_function(builder.module, function_type, returning_name(fndesc.mangled_name))
        given = context.get_arg_packer(fndesc.argtypes).as_arguments(builder, arguments)
        result = builder.call(function, [convention._get_excinfo_argument(builder.function), *given])
        status = builder.extract_value(result, 0)
        with cgutils.if_unlikely(builder, builder.icmp_signed("!=", status, RETCODE_OK)):
            builder.ret(status)
        value = context.get_returned_value(builder, fndesc.restype, builder.extract_value(result, 1))
        return impl_ret_new_ref(context, builder, fndesc.restype, value)

    call.signature = fndesc.argtypes  # type: ignore[attr-defined]
    call.libs = tuple(libraries)  # type: ignore[attr-defined]
    return call


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Lower a function to a PartLibrary and let other compiled functions call it."""

    _name = "part_lowering"
    lowering_class = PartLower

    def run_pass(self, state: Any) -> bool:
        """Lower; the flag `no_compile` keeps numba from asking for machine code."""
        if isinstance(state.return_type, types.Optional):
            raise TypeError(f"{state.func_id.func_qualname}: a rule may not return a value or None")
        state.library = PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = state.flags.no_compile = True
        super().run_pass(state)
        key, call = object(), part_call(state.cr.fndesc, state.library.with_callees())
        state.targetctx._defns[key].append(call, call.signature)
        state.cr = state.cr._replace(cfunc=key)
        return True


PASSES = (
    TranslateByteCode, FixupArgs, IRProcessing, RewriteSemanticConstants, GenericRewrites, ReconstructSSA,
    NopythonTypeInference, PreLowerStripPhis, IRLegalization, AnnotateTypes,
)  # fmt: skip


class PartFlags(Flags):
    """The settings of a part, compared by what was set: numba asks some hundred thousand times whether they changed."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flags) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values))


class RememberingContext:
    """Numba's typing context, which would try all meanings of `a + b` again wherever two numbers are added."""

    known: ClassVar[dict[int, tuple[Any, dict]]] = {}  # by the identity of a function, for its hash takes long

    def __init__(self, context: Any) -> None:
        """Stand before a typing context."""
        self.context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)

    def resolve_function_type(self, function: Any, arguments: tuple, named: dict[str, Any]) -> Any:
        """Return the signature of a function for types of arguments; that of an operator or a builtin is kept."""
        found = self.context._lookup_global(function) or function
        if not isinstance(found, types.BaseFunction):
            return self.context.resolve_function_type(function, arguments, named)
        answers = self.known.setdefault(id(found), (found, {}))[1]
        question = arguments, tuple(named.items())
        try:
            return answers[question]
        except KeyError:
            answer = answers[question] = self.context.resolve_function_type(function, arguments, named)
            return answer


class WholeCompiler(CompilerBase):
    """Numba's pipeline without what rules do not use: object mode, closures, `with`, parallel loops, inlined calls."""

    lowering: type[NativeLowering] = WholeLowering

    def define_pipelines(self) -> list[PassManager]:
        """Return the one pipeline."""
        manager = PassManager("rules")
        for one in (*PASSES, self.lowering, NoPythonBackend):
            manager.add_pass(one, one.__name__)
        manager.finalize()
        return [manager]


class PartCompiler(WholeCompiler):
    """The same, to a part."""

    lowering = PartLowering

    def __init__(self, typing: Any, target: Any, library: Any, types: Any, result: Any, flags: Any, names: Any) -> None:
        """Ready the compiler for one part."""
        super().__init__(RememberingContext(typing), target, library, types, result, PartFlags(flags), names)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Keep Python's garbage collector from looking, now and later, through all that the compiler holds."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()
            gc.enable()


Dispatcher: Any = CPUDispatcher


class Part(Dispatcher):
    """A compiled function: a part where compiled code calls it, compiled for itself where Python does."""

    def __init__(self, function: Callable, locals: dict | None = None, targetoptions: dict | None = None) -> None:  # noqa: A002
        """Wrap a function; the names of the arguments are numba's."""
        super().__init__(function, locals, targetoptions or PART_OPTIONS, pipeline_class=PartCompiler)
        self.known_to_python: set[tuple] = set()

    @cached_property
    def entry(self) -> Any:
        """The same function as Python calls it."""
        return compiled_whole(self.py_func)

    def get_call_template(self, args: Any, kws: dict[str, Any]) -> tuple:
        """Return what numba needs to call the function; it would make a version of its own for every literal 0 or True.

        The optimiser, which sees caller and function together, makes as much of a literal where it pays.
        """
        plain = {name: types.unliteral(one) for name, one in kws.items()}
        return super().get_call_template(tuple(types.unliteral(one) for one in args), plain)

    def add_overload(self, cres: Any) -> None:
        """Make a signature known to compiled callers, not to Python."""
        self.overloads[tuple(cres.signature.args)] = cres

    def compile(self, sig: Any) -> Any:
        """Compile for a compiled caller; nothing is kept on disk but the caller."""
        with global_compiler_lock, self._compiling_counter, nothing_collected():
            arguments, return_type = sigutils.normalize_signature(sig)
            if tuple(arguments) not in self.overloads:
                self.add_overload(self._compiler.compile(arguments, return_type))
            return self.overloads[tuple(arguments)].entry_point

    def _compile_for_args(self, *arguments: Any, **named: Any) -> Any:
        """Compile for Python, which asks here once for each signature; return what it is to call.

        Several threads may ask at once. A signature told to numba twice is one that it cannot choose from: it would ask
        again at every call.
        """
        with global_compiler_lock:
            function = self.entry._compile_for_args(*arguments, **named)
            for types, result in self.entry.overloads.items():
                if result.entry_point is function and types not in self.known_to_python:
                    self.known_to_python.add(types)
                    self._insert([one._code for one in types], function, False)
        return function


def compiled(function: Callable) -> Any:
    """Return a function compiled for compiled callers and, when it calls it, for Python; as it is with numba off."""
    return function if getattr(config, "DISABLE_JIT", 0) else Part(function)


def compiled_whole(function: Callable) -> Any:
    """Return a function compiled for Python alone, which keeps no lock meanwhile; as it is with numba off."""
    return njit(cache=True, nogil=True, error_model=ERROR_MODEL, pipeline_class=WholeCompiler)(function)

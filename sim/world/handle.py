"""The World as compiled rules see it: one pointer instead of some sixty arrays at every call.

Passing a tuple of sixty arrays from rule to rule made the compiler spend minutes on copying their descriptors and
counting references. `WorldRef` is a plain pointer to a table of (address, shape) words; `world.formations` in a rule
reads two or three words and is an array without a reference count. The World itself keeps the memory alive. In plain
Python the World is its own handle.

The World's arrays are indexed by rows, and a row is never negative: -1 stands for nobody and must not be looked up.
`TableType` lets the compiler rely on that instead of wrapping every index around; a run with bounds checks
(NUMBA_BOUNDSCHECK=1) raises IndexError for it. Measurements of both: docs/decisions.md.
"""

import hashlib
import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.np.arrayobj import (
    getitem_array_tuple,
    getitem_arraynd_intp,
    load_item,
    make_array,
    populate_array,
    setitem_array,
)

from sim.world.world import World

WORDS_A_FIELD = 3


class TableType(types.Array):
    """Numba's type of an array of the World: an array whose integer indices are rows, never negative."""


@register_model(TableType)
class TableModel(models.ArrayModel):
    """A table is an array in compiled code."""


def as_rows(context: Any, builder: Any, index_type: Any, index: Any) -> tuple[Any, Any]:
    """Return an index (an integer or a tuple with integers in it) with its integers unsigned, and its type."""
    if isinstance(index_type, types.Integer):
        return types.uintp, context.cast(builder, index, index_type, types.uintp)
    parts = [
        as_rows(context, builder, one, builder.extract_value(index, place))
        if isinstance(one, types.Integer)
        else (one, builder.extract_value(index, place))
        for place, one in enumerate(index_type)
    ]
    tuple_type = types.Tuple([one for one, _ in parts])
    return tuple_type, context.make_tuple(builder, tuple_type, [value for _, value in parts])


@lower_builtin(operator.getitem, TableType, types.Integer)
def read_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an item of a table, or a row of a matrix, without wrapping its index around."""
    array_type, index_type = signature.args
    if array_type.ndim > 1 or context.enable_boundscheck:
        row_type, row = as_rows(context, builder, index_type, arguments[1])
        signature = signature.replace(args=(array_type, row_type))
        return getitem_arraynd_intp(context, builder, signature, (arguments[0], row))
    row = context.cast(builder, arguments[1], index_type, types.uintp)
    data = make_array(array_type)(context, builder, arguments[0]).data
    return load_item(context, builder, array_type, builder.gep(data, [row]))


@lower_builtin(operator.getitem, TableType, types.BaseTuple)
def read_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an item of a matrix without wrapping its indices around."""
    array_type, index_type = signature.args
    row_type, row = as_rows(context, builder, index_type, arguments[1])
    return getitem_array_tuple(context, builder, signature.replace(args=(array_type, row_type)), (arguments[0], row))


@lower_builtin(operator.setitem, TableType, types.Integer, types.Any)
@lower_builtin(operator.setitem, TableType, types.BaseTuple, types.Any)
def write_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Write an item without wrapping its index around."""
    array_type, index_type, value_type = signature.args
    row_type, row = as_rows(context, builder, index_type, arguments[1])
    signature = signature.replace(args=(array_type, row_type, value_type))
    return setitem_array(context, builder, signature, (arguments[0], row, arguments[2]))


class WorldRefType(types.Type):
    """Numba's type of a WorldRef: the names and array types of its fields, in order."""

    def __init__(self, fields: tuple[tuple[str, TableType], ...]) -> None:
        """Name the type by its fields."""
        self.fields = fields
        self.rows = {name: row for row, (name, _) in enumerate(fields)}
        self.types = dict(fields)
        # the name goes into every compiled symbol, and fields spelled out there slow the compiler down
        super().__init__(name=f"WorldRef_{hashlib.blake2b(repr(fields).encode(), digest_size=8).hexdigest()}")


@register_model(WorldRefType)
class WorldRefModel(models.PrimitiveModel):
    """A WorldRef is a pointer to 64-bit words in compiled code."""

    def __init__(self, manager: Any, world_type: WorldRefType) -> None:
        """Choose the machine type."""
        super().__init__(manager, world_type, ir.IntType(64).as_pointer())


@infer_getattr
class WorldRefAttributes(AttributeTemplate):
    """`world.formations` has the array type of that field."""

    key = WorldRefType

    def generic_resolve(self, world_type: Any, name: str) -> Any:  # type: ignore[override]
        """Return the type of a field, None for an unknown name."""
        return world_type.types.get(name)


@lower_getattr_generic(WorldRefType)
def read_field(context: Any, builder: Any, world_type: WorldRefType, pointer: Any, name: str) -> Any:
    """Build the array of a field from its words: address, then shape; all arrays are C-contiguous."""
    array_type = world_type.types[name]
    word = ir.IntType(64)
    first = world_type.rows[name] * WORDS_A_FIELD
    words = [
        builder.load(builder.gep(pointer, [ir.Constant(word, first + index)])) for index in range(1 + array_type.ndim)
    ]
    for one in words:  # no rule ever writes to the words, so the compiler may keep what it has read
        one.set_metadata("invariant.load", builder.module.add_metadata([]))
    array = make_array(array_type)(context, builder)
    shape = words[1:]
    item = ir.Constant(word, context.get_abi_sizeof(context.get_data_type(array_type.dtype)))
    strides = [item] if array_type.ndim == 1 else [builder.mul(shape[1], item), item]
    data = builder.inttoptr(words[0], context.get_data_type(array_type.dtype).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=item, meminfo=None)
    return array._getvalue()


@unbox(WorldRefType)
def unbox_world(world_type: WorldRefType, reference: Any, call: Any) -> NativeValue:
    """Read the pointer from the reference's `address`."""
    number = call.pyapi.object_getattr_string(reference, "address")
    address = call.pyapi.long_as_ulonglong(number)
    call.pyapi.decref(number)
    pointer = call.builder.inttoptr(address, ir.IntType(64).as_pointer())
    return NativeValue(pointer, is_error=cgutils.is_not_null(call.builder, call.pyapi.err_occurred()))


class WorldRef:
    """A reference to a World's arrays that compiled rules take as their argument; it keeps the World alive."""

    def __init__(self, world: World) -> None:
        """Write down where each array lies. Every array is C-contiguous, of one or two dimensions."""
        self.world = world
        self.words = np.zeros((len(world), WORDS_A_FIELD), np.int64)
        for row, array in enumerate(world):
            self.words[row, 0] = array.ctypes.data
            self.words[row, 1 : 1 + array.ndim] = array.shape
        self.address = int(self.words.ctypes.data)
        fields = [(name, numba.typeof(array)) for name, array in zip(World._fields, world, strict=True)]
        self._numba_type_ = WorldRefType(tuple((name, TableType(one.dtype, one.ndim, "C")) for name, one in fields))


def handle_of(world: World) -> "World | WorldRef":
    """Return what rules take: a reference to the World's arrays, or, with the compiler off, the World itself."""
    return world if getattr(config, "DISABLE_JIT", 0) else WorldRef(world)

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
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_cast,
    lower_getattr,
    lower_getattr_generic,
    models,
    register_model,
    unbox,
)
from numba.np.arrayobj import (
    getitem_array_tuple,
    getitem_arraynd_intp,
    make_array,
    populate_array,
    setitem_array,
)

from sim.world.world import World

WORDS_A_FIELD = 3


class RowType(types.Record):
    """Numba's type of a row of a table: a record that goes by a short name."""

    def __init__(self, record: types.Record) -> None:
        """Take over a record's fields."""
        fields = [(name, field._asdict()) for name, field in record.fields.items()]
        super().__init__(fields, record.size, record.aligned)  # type: ignore[arg-type]
        self.record = record
        self.name = short_name("Row", self.name)

    def __repr__(self) -> str:
        """Return the short name: a record spells out its fields here, which numba asks for thousands of times."""
        return self.name

    def can_convert_to(self, context: Any, other: Any) -> Conversion | None:  # noqa: ARG002
        """Return how a row becomes a plain record: it is one."""
        return Conversion.safe if other == self.record else None


register_model(RowType)(models.RecordModel)


@lower_cast(RowType, types.Record)
def row_as_record(context: Any, builder: Any, row_type: RowType, record_type: Any, row: Any) -> Any:  # noqa: ARG001
    """Take a row for the record that it is."""
    return row


def short_name(kind: str, fields: str) -> str:
    """Return a name for a type: it goes into every compiled symbol, and fields spelled out slow the compiler down."""
    return f"{kind}_{hashlib.blake2b(fields.encode(), digest_size=8).hexdigest()}"


class TableType(types.Array):
    """Numba's type of an array of the World: an array whose integer indices are rows, never negative."""

    @classmethod
    def of(cls, array: np.ndarray) -> "TableType":
        """Return the type of an array as a table."""
        plain = numba.typeof(array)
        dtype = RowType(plain.dtype) if isinstance(plain.dtype, types.Record) else plain.dtype
        return cls(dtype, plain.ndim, "C")


@register_model(TableType)
class TableModel(models.PrimitiveModel):
    """A table is, in compiled code, a pointer to its words; spelling it out as an array costs the compiler seconds."""

    def __init__(self, manager: Any, table_type: TableType) -> None:
        """Choose the machine type."""
        super().__init__(manager, table_type, ir.IntType(64).as_pointer())


def read_word(builder: Any, table: Any, index: int) -> Any:
    """Read a word of a table. No rule ever writes to the words, so the compiler may keep what it has read."""
    value = builder.load(builder.gep(table, [ir.Constant(ir.IntType(64), index)]))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def read_shape(builder: Any, table_type: TableType, table: Any) -> list[Any]:
    """Read the shape of a table."""
    return [read_word(builder, table, 1 + index) for index in range(table_type.ndim)]


def as_array(context: Any, builder: Any, table_type: TableType, table: Any) -> tuple[types.Array, Any]:
    """Return the type and value of the plain array that a table is; all are C-contiguous."""
    array_type = types.Array(table_type.dtype, table_type.ndim, "C")
    shape = read_shape(builder, table_type, table)
    item = ir.Constant(ir.IntType(64), context.get_abi_sizeof(context.get_data_type(table_type.dtype)))
    strides = [item] if table_type.ndim == 1 else [builder.mul(shape[1], item), item]
    data = builder.inttoptr(read_word(builder, table, 0), context.get_data_type(table_type.dtype).as_pointer())
    array = make_array(array_type)(context, builder)
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=item, meminfo=None)
    return array_type, array._getvalue()


def as_rows(context: Any, builder: Any, index_type: Any, index: Any) -> tuple[Any, Any]:
    """Return an index (an integer or a tuple of integers) as unsigned integers, and its type."""
    if isinstance(index_type, types.Integer):
        return types.uintp, context.cast(builder, index, index_type, types.uintp)
    tuple_type = types.UniTuple(types.uintp, len(index_type))
    return tuple_type, context.cast(builder, index, index_type, tuple_type)


@lower_getattr(TableType, "shape")
def table_shape(context: Any, builder: Any, table_type: TableType, table: Any) -> Any:
    """Read the shape of a table as a tuple."""
    shape_type = types.UniTuple(types.intp, table_type.ndim)
    return context.make_tuple(builder, shape_type, read_shape(builder, table_type, table))


@lower_builtin(operator.getitem, TableType, types.Integer)
def read_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an item of a table, or a row of a matrix, without wrapping its index around."""
    table_type, index_type = signature.args
    row_type, row = as_rows(context, builder, index_type, arguments[1])
    if table_type.ndim == 1 and not context.enable_boundscheck:
        return read_at(context, builder, table_type, arguments[0], row)
    array_type, array = as_array(context, builder, table_type, arguments[0])
    return getitem_arraynd_intp(context, builder, signature.replace(args=(array_type, row_type)), (array, row))


@lower_builtin(operator.getitem, TableType, types.BaseTuple)
def read_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an item of a matrix without wrapping its indices around."""
    row_type, row = as_rows(context, builder, signature.args[1], arguments[1])
    table_type, table = signature.args[0], arguments[0]
    if not context.enable_boundscheck and len(row_type) == table_type.ndim:
        return read_at(context, builder, table_type, table, item_index(builder, table, row_type, row))
    array_type, array = as_array(context, builder, table_type, table)
    return getitem_array_tuple(context, builder, signature.replace(args=(array_type, row_type)), (array, row))


def item_index(builder: Any, table: Any, row_type: Any, row: Any) -> Any:
    """Return the place of an item, counted from the first of its table."""
    if isinstance(row_type, types.Integer):
        return row
    first, second = cgutils.unpack_tuple(builder, row)
    return builder.add(builder.mul(first, read_word(builder, table, 2)), second)


def pointer_to(context: Any, builder: Any, table_type: TableType, table: Any, index: Any) -> Any:
    """Return the pointer to an item of a table, counted from its first."""
    item_type = context.get_data_type(table_type.dtype).as_pointer()
    return builder.gep(builder.inttoptr(read_word(builder, table, 0), item_type), [index])


def read_at(context: Any, builder: Any, table_type: TableType, table: Any, index: Any) -> Any:
    """Read an item of a table: a number, or the row itself."""
    pointer = pointer_to(context, builder, table_type, table, index)
    if isinstance(table_type.dtype, RowType):
        return pointer
    return builder.load(pointer, align=8)


@lower_builtin(operator.setitem, TableType, types.Integer, types.Any)
@lower_builtin(operator.setitem, TableType, types.BaseTuple, types.Any)
def write_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Write an item without wrapping its index around."""
    table_type, _, value_type = signature.args
    row_type, row = as_rows(context, builder, signature.args[1], arguments[1])
    if not context.enable_boundscheck and isinstance(table_type.dtype, types.Number):
        index = item_index(builder, arguments[0], row_type, row)
        pointer = pointer_to(context, builder, table_type, arguments[0], index)
        value = context.cast(builder, arguments[2], value_type, table_type.dtype)
        builder.store(value, pointer, align=8)
        return None
    array_type, array = as_array(context, builder, table_type, arguments[0])
    signature = signature.replace(args=(array_type, row_type, value_type))
    return setitem_array(context, builder, signature, (array, row, arguments[2]))


class WorldRefType(types.Type):
    """Numba's type of a WorldRef: the names and array types of its fields, in order."""

    def __init__(self, fields: tuple[tuple[str, TableType], ...]) -> None:
        """Name the type by its fields."""
        self.fields = fields
        self.rows = {name: row for row, (name, _) in enumerate(fields)}
        self.types = dict(fields)
        super().__init__(name=short_name("WorldRef", repr(fields)))


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
    """Return a table: the place of its words."""
    return builder.gep(pointer, [ir.Constant(ir.IntType(64), world_type.rows[name] * WORDS_A_FIELD)])


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
        fields = zip(World._fields, world, strict=True)
        self._numba_type_ = WorldRefType(tuple((name, TableType.of(array)) for name, array in fields))


def handle_of(world: World) -> "World | WorldRef":
    """Return what rules take: a reference to the World's arrays, or, with the compiler off, the World itself."""
    return world if getattr(config, "DISABLE_JIT", 0) else WorldRef(world)

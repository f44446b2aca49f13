"""Reads what a .tflite file holds: its operators in order and their constants. A .tflite is a FlatBuffer, of which this
reads the few tables that are needed, with the standard library and numpy alone."""
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NUMBERS = {0: "<f4", 2: "<i4", 4: "<i8", 9: "i1"}  # TensorType of the schema: float32, int32, int64, int8
SAME, VALID = 0, 1                                 # Padding
NO_ACTIVATION, RELU6 = 0, 3                        # ActivationFunctionType
CONV, DEPTHWISE, FULLY_CONNECTED, MUL = 3, 4, 9, 18  # BuiltinOperator


class Table:
    """One table of the buffer: its fields are found by their number in the schema, and may be absent."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]

    def place(self, number):
        """Where field `number` lies; None where it was left out."""
        slot = 4 + 2 * number
        if slot >= struct.unpack_from("<H", self.data, self.fields)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, self.fields + slot)[0]
        return self.at + offset if offset else None

    def number(self, number, form="i", default=0):
        at = self.place(number)
        return default if at is None else struct.unpack_from("<" + form, self.data, at)[0]

    def follow(self, at):
        return at + struct.unpack_from("<I", self.data, at)[0]

    def table(self, number):
        at = self.place(number)
        return None if at is None else Table(self.data, self.follow(at))

    def vector(self, number, form):
        """A vector of numbers as an array; empty where it was left out."""
        at = self.place(number)
        if at is None:
            return np.empty(0, form)
        start = self.follow(at)
        return np.frombuffer(self.data, form, struct.unpack_from("<I", self.data, start)[0], start + 4)

    def tables(self, number):
        at = self.place(number)
        if at is None:
            return []
        start = self.follow(at)
        count = struct.unpack_from("<I", self.data, start)[0]
        return [Table(self.data, self.follow(start + 4 + 4 * i)) for i in range(count)]


@dataclass
class Operator:
    """One step of the network. `constants`: those of its inputs that are stored, dequantised, in order."""
    code: int
    options: Table | None
    constants: list


def dequantised(stored, quantisation):
    """float32: (stored - zero point) * scale, with one scale for all or one for each entry of an axis."""
    scale = quantisation.vector(2, "<f4")
    if scale.size == 0:
        return stored
    zero = quantisation.vector(3, "<i8")
    shape = [1] * stored.ndim
    if scale.size > 1:
        shape[quantisation.number(6)] = -1
    zero = zero.reshape(shape) if zero.size else 0
    return ((stored.astype(np.float64) - zero) * scale.reshape(shape)).astype(np.float32)


def constant(tensor, buffers):
    """What a tensor holds; None where it is computed, or of a type that we have no use for."""
    bytes_ = buffers[tensor.number(2, "I")].vector(0, "u1")
    form = NUMBERS.get(tensor.number(1, "b"))
    if bytes_.size == 0 or form is None:
        return None
    stored = np.frombuffer(bytes_.tobytes(), form).reshape(tensor.vector(0, "<i4"))
    quantisation = tensor.table(4)
    return stored if quantisation is None else dequantised(stored, quantisation)


def read(file):
    """The operators of the file's first graph, in order. Raises ValueError for what is no .tflite."""
    data = Path(file).read_bytes()
    if data[4:8] != b"TFL3":
        raise ValueError(f"{file} is no .tflite file")
    model = Table(data, struct.unpack_from("<I", data)[0])
    # Old files have the code in a byte, newer ones in an integer beside it; the larger one holds.
    codes = [max(code.number(0, "b"), code.number(3)) for code in model.tables(1)]
    graph, buffers = model.tables(2)[0], model.tables(4)
    tensors = graph.tables(0)
    operators = []
    for one in graph.tables(3):
        held = [constant(tensors[i], buffers) for i in one.vector(1, "<i4") if i >= 0]
        operators.append(Operator(codes[one.number(0, "I")], one.table(4), [c for c in held if c is not None]))
    return operators

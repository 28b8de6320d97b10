"""Exact uniform and hardmax attention over columns.

Before attention a column has one entry for each distinct token; `index` says which
token stands where. After it there is one row for each sample and each position that
is still needed.
"""

from collections.abc import Sequence
from math import lcm

import numpy as np

from memcap.model.columns import AnyColumn, Columns
from memcap.model.tables import Column, Partition, make_column, scaled
from memcap.model.weights import Affine, Attention, Head, Row

_Result = tuple[Columns, list[AnyColumn], np.ndarray]


def attend(
    layer: Attention,
    engine: Columns,
    columns: Sequence[AnyColumn],
    index: np.ndarray,
    kept: slice,
) -> _Result:
    """Evaluate an attention layer exactly.

    Args:
        layer: uniform or hardmax attention.
        engine: evaluates rows before attention.
        columns: the state before attention.
        index: `[N, n]` row of each position.
        kept: the positions that are needed afterwards.

    Returns:
        the engine, the columns and the `[N, P]` index after attention.
    """
    samples, length = index.shape
    positions = np.arange(length)[kept]
    after = Columns(samples * len(positions))
    before = [engine.plain(column) for column in columns]
    state: list[AnyColumn] = [*_carried(before, index[:, positions].reshape(-1))]
    rows: list[list[tuple[int, object]]] = [
        [(i, 1)] if layer.residual else [] for i in range(layer.heads[0].output.outputs)
    ]
    for head in layer.heads:
        mixed = _mix(layer, head, engine, before, index, positions, after)
        for row, (_, terms) in zip(rows, head.output.rows, strict=True):
            row.extend((len(state) + column, weight) for column, weight in terms)
        state.extend(mixed)
    made = [after.row(Row(0, tuple(row)), state, relu=False) for row in rows]  # type: ignore[arg-type]
    return after, made, np.arange(after.rows).reshape(samples, len(positions))


def _carried(columns: list[Column], own: np.ndarray) -> list[Column]:
    """The columns before attention, seen from the rows after it."""
    seen: dict[int, Partition] = {}
    made = []
    for column in columns:
        old = column.partition
        if id(old) not in seen:
            codes = own if old.codes is None else old.codes[own]
            seen[id(old)] = Partition(old.size, codes)
        partition = seen[id(old)]
        made.append(
            Column(partition, column.table, column.scale, column.low, column.high)
        )
    return made


def _mix(
    layer: Attention,
    head: Head,
    engine: Columns,
    columns: list[Column],
    index: np.ndarray,
    positions: np.ndarray,
    after: Columns,
) -> list[Column]:
    values = _map(head.value, engine, columns)
    if layer.kind == "uniform":
        return [_averages(layer, v, index, positions, after) for v in values]
    queries = _map(head.query, engine, columns)
    keys = _map(head.key, engine, columns)
    chosen = [_chosen(layer, queries, keys, index, int(k)) for k in positions]
    return [_shared(v, index, chosen, after) for v in values]


def _map(affine: Affine, engine: Columns, columns: list[Column]) -> list[Column]:
    rows = [engine.row(row, columns, relu=False) for row in affine.rows]
    return [engine.plain(column) for column in rows]


def _entries(column: Column, index: np.ndarray, factor: int = 1) -> np.ndarray:
    """`[N, n]` table entries, safe to be summed over n and multiplied by `factor`."""
    # A column of zeros counts as ones: the factor alone may be too long for int64.
    reach = max(abs(column.low), abs(column.high), 1) * index.shape[1] * factor
    table = column.expand()
    return (scaled(table, 1, reach) if reach < 1 << 62 else table.astype(object))[index]


def _averages(
    layer: Attention,
    value: Column,
    index: np.ndarray,
    positions: np.ndarray,
    after: Columns,
) -> Column:
    length = index.shape[1]
    top, bottom = value.scale
    if not layer.causal and layer.pattern == "full":
        total = _entries(value, index).sum(axis=1)
        samples = np.repeat(np.arange(len(index)), len(positions))
        same = len(positions) == 1
        partition = after.identity if same else Partition(len(index), samples)
        return make_column(partition, total, (top, bottom * length))
    numbers = [len(layer.seen(int(k), length)) for k in positions]
    common = lcm(*numbers)
    sums = _sums(layer, _entries(value, index, common), positions)
    factors = [common // number for number in numbers]
    table = sums * np.array(factors, dtype=sums.dtype)
    return make_column(after.identity, table.reshape(-1), (top, bottom * common))


def _sums(layer: Attention, entries: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """`[N, P]` sums over what each position sees, in time that is linear in n."""
    if layer.causal:
        return entries.cumsum(axis=1)[:, positions]
    sums = entries[:, positions] + entries[:, :1]
    sums[:, positions == 0] = entries.sum(axis=1, keepdims=True)
    return sums


def _chosen(
    layer: Attention,
    queries: list[Column],
    keys: list[Column],
    index: np.ndarray,
    position: int,
) -> np.ndarray:
    """`[N, n]` whether each key has the largest score for the query at `position`."""
    places = layer.seen(position, index.shape[1])
    seen = slice(places.start, places.stop, places.step)
    bottom = lcm(*(q.scale[1] * k.scale[1] for q, k in zip(queries, keys, strict=True)))
    scores = np.zeros((len(index), len(places)), dtype=object)
    for q, k in zip(queries, keys, strict=True):
        factor = q.scale[0] * k.scale[0] * (bottom // (q.scale[1] * k.scale[1]))
        left = q.expand().astype(object)[index[:, position]] * factor
        scores = scores + left[:, None] * k.expand().astype(object)[index[:, seen]]
    chosen = np.zeros(index.shape, dtype=bool)
    chosen[:, seen] = scores == scores.max(axis=1, keepdims=True)
    return chosen


def _shared(
    value: Column, index: np.ndarray, chosen: list[np.ndarray], after: Columns
) -> Column:
    counts = [mask.sum(axis=1) for mask in chosen]
    common = lcm(*(int(c) for count in counts for c in np.unique(count)))
    entries = _entries(value, index, common)
    sums = [
        (entries * mask).sum(axis=1) * (common // count.astype(entries.dtype))
        for mask, count in zip(chosen, counts, strict=True)
    ]
    table = np.stack(sums, axis=1).reshape(-1)
    return make_column(after.identity, table, (value.scale[0], value.scale[1] * common))

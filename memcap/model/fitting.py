"""Whether the layers of a network fit together; the message says which does not."""

from memcap.core.errors import WeightsError
from memcap.model.layers import Affine, Attention, Head, Layer, Residual

_KINDS = ("softmax", "hardmax", "uniform")
_PATTERNS = ("full", "star")


def check_word(name: str, value: object, words: tuple[object, ...]) -> None:
    """Refuse anything but the words."""
    if value not in words:
        raise WeightsError(f"{name} is {value!r}; it must be one of {words}.")


def check_aggregate(aggregate: Affine | None, width: int) -> None:
    """Refuse an aggregate that is not one column of so many slots."""
    if aggregate is None:
        return
    if (aggregate.inputs, aggregate.outputs) != (1, width):
        raise WeightsError(
            f"the aggregate is {(aggregate.outputs, aggregate.inputs)}, not one column "
            f"of {width} slots."
        )
    if aggregate.has_bias:
        raise WeightsError("the aggregate has a bias; put it into its column.")


def width_after(layer: Layer, width: int, where: str) -> int:
    """Slots of the state behind a layer that is given so many.

    Raises:
        WeightsError: the layer does not take them, or its maps do not fit together.
    """
    if not isinstance(layer.part, str):
        raise WeightsError(f"{where}: the part {layer.part!r} is not a text.")
    if isinstance(layer, Attention):
        return _width_after_attention(layer, width, where)
    first = layer.inner if isinstance(layer, Residual) else layer.map
    if not first.outputs:
        raise WeightsError(f"{where} has no unit.")
    if first.inputs != width:
        raise WeightsError(
            f"{where} takes {first.inputs} slots, the state has {width}."
        )
    if isinstance(layer, Residual):
        shape = (layer.outer.inputs, layer.outer.outputs)
        if shape != (first.outputs, width):
            raise WeightsError(
                f"{where}: the outer map is {shape}, not {(first.outputs, width)}."
            )
        return width
    return first.outputs


def _width_after_attention(layer: Attention, width: int, where: str) -> int:
    check_word(f"{where}: kind", layer.kind, _KINDS)
    check_word(f"{where}: pattern", layer.pattern, _PATTERNS)
    for name in ("causal", "residual"):
        if not isinstance(getattr(layer, name), bool):
            raise WeightsError(f"{where}: {name} must be True or False.")
    if layer.causal and layer.pattern == "star":
        raise WeightsError(f"{where} is a causal star; give causal or star, not both.")
    if not layer.heads:
        raise WeightsError(f"{where} has no head.")
    for number, head in enumerate(layer.heads):
        _check_head(head, layer, width, f"{where}, head {number}")
    return layer.heads[0].output.outputs


def _check_head(head: Head, layer: Attention, width: int, where: str) -> None:
    maps = (head.query, head.key, head.value, head.output)
    if any(affine.has_bias for affine in maps):
        raise WeightsError(f"{where} has a bias; attention maps have none.")
    if any(affine.inputs != width for affine in maps[:3]):
        raise WeightsError(f"{where} does not take the {width} slots of the state.")
    if head.query.outputs != head.key.outputs:
        raise WeightsError(f"{where}: query and key sizes differ.")
    if not head.value.outputs or not head.output.outputs:
        raise WeightsError(f"{where} reads or writes nothing.")
    if head.output.inputs != head.value.outputs:
        raise WeightsError(f"{where}: value and output sizes differ.")
    if head.output.outputs != layer.heads[0].output.outputs:
        raise WeightsError(f"{where} writes another number of slots than head 0.")
    if layer.residual and head.output.outputs != width:
        raise WeightsError(f"{where} must write {width} slots for the skip connection.")

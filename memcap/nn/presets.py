"""Networks of the papers' own experiments."""

from memcap.core.errors import WeightsError
from memcap.data.dataset import Dataset
from memcap.nn.config import Config


def ks25_appendix_h(units: int, ds: Dataset | None = None, **fields: object) -> Config:
    """The network of KS25's experiments, whose size is its number of blocks.

    A linear input map, `units` feed-forward blocks of m = 2 slots and q = 4m = 8 hidden
    units with skip connection, one uniform attention layer, `units` such blocks again,
    and an affine output. A unit is one block on each side,
    ``2 (mq + q + qm + m) = 84`` numbers; input map, attention and output come on top
    and are not in the paper's "84 per block". See `trained_parameters` for both.

    The paper reads the output at the first token, this one at the last: uniform
    attention has no order, so reversing the sequences makes them the same. It does not
    say how tokens are embedded; a dataset of ids gets a trained embedding here.

    Args:
        units: number of blocks on each side, at least 1.
        ds: data whose task, input and classes are taken, or None.
        fields: further fields of `Config`; those of the architecture are fixed.

    Raises:
        WeightsError: `units` is not a positive integer, or a fixed field is given.

    References:
        KS25.Exp0 (Appendix H).

    Example:
        >>> from memcap.nn.sizes import trained_parameters
        >>> sizes = trained_parameters(ks25_appendix_h(units=10, vocab=50))
        >>> sizes["encoder"] + sizes["decoder"]
        840
    """
    if isinstance(units, bool) or not isinstance(units, int) or units < 1:
        raise WeightsError(f"units = {units!r} is not an integer >= 1.")
    own: dict[str, object] = _APPENDIX_H | {
        "encoder_depth": units,
        "decoder_depth": units,
    }
    if clash := sorted(set(own) & set(fields)):
        raise WeightsError(f"{clash[0]} is fixed by KS25 Appendix H; use Config.")
    if ds is not None:
        return Config.for_dataset(ds, **(own | fields))
    return Config(**(own | fields))  # pyright: ignore[reportArgumentType]


_APPENDIX_H: dict[str, object] = {
    "width": 2,
    "hidden": 8,
    "heads": 1,
    "head_size": 1,
    "attention": "uniform",
    "feedforward": "residual",
    "blocks": 1,
    "causal": False,
    "norm": "none",
}

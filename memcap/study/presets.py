"""How much of the ladder of N a study climbs."""

from dataclasses import dataclass

from memcap.core.errors import UnknownNameError


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A ladder of sample sizes and how networks are trained on the lower rungs.

    Args:
        name: what it is called on the command line.
        constructed: sizes N of the constructed networks; sizes that the data do not
            reach are left out.
        everything: whether all the data are one more size.
        trained: sizes N of the trained networks.
        widths: hidden widths tried in training, in order.
        steps: most steps of one training.
        seeds: seeds tried at each width.
        learning_rates: learning rates tried at each width.
        token_dim: d, dimension of the fixed random vectors that trained networks
            read; also the slots of their state.
    """

    name: str
    constructed: tuple[int, ...]
    everything: bool = False
    trained: tuple[int, ...] = ()
    widths: tuple[int, ...] = (1, 2, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128)
    steps: int = 4000
    seeds: tuple[int, ...] = (0, 1)
    learning_rates: tuple[float, ...] = (0.003, 0.01, 0.03)
    token_dim: int = 8

    def sizes(self, available: int) -> tuple[int, ...]:
        """Sizes of the constructed networks when so many samples are there.

        Example:
            >>> Preset(name="p", constructed=(2, 4, 8), everything=True).sizes(5)
            (2, 4, 5)
        """
        return _within(self.constructed, available, self.everything)

    def trained_sizes(self, available: int) -> tuple[int, ...]:
        """Sizes of the trained networks when so many samples are there."""
        return tuple(size for size in self.trained if size <= available)


def _within(sizes: tuple[int, ...], available: int, everything: bool) -> tuple:
    kept = [size for size in sizes if size <= available]
    if (everything or not kept) and available not in kept:
        kept.append(available)
    return tuple(kept)


def _doubling(first: int, count: int) -> tuple[int, ...]:
    return tuple(first << i for i in range(count))


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="quick",
            constructed=_doubling(50, 11),
            trained=_doubling(50, 4),
            learning_rates=(0.01, 0.03),
        ),
        Preset(
            name="full",
            constructed=_doubling(50, 14),
            everything=True,
            trained=_doubling(50, 6),
            widths=(1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362),
            steps=10_000,
        ),
    )
}


def get(name: str) -> Preset:
    """Return a preset.

    Raises:
        UnknownNameError: there is no such preset.
    """
    if name not in PRESETS:
        raise UnknownNameError(f"no preset {name!r}; there are {', '.join(PRESETS)}.")
    return PRESETS[name]

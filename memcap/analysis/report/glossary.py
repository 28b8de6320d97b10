"""The words of the report, each in one sentence."""

WORDS: tuple[tuple[str, str], ...] = (
    ("N", "samples, token sequences with one label each, that a network memorizes"),
    (
        "memorizes",
        "gives the right label for every sample, under the arithmetic that is named",
    ),
    (
        "constructed",
        "written down number by number by the proof of a theorem, without training",
    ),
    (
        "trained",
        "found by gradient descent, then read as exact binary fractions and checked",
    ),
    (
        "non-zero parameters",
        "weights and biases that are not zero; this is meant by “parameters”",
    ),
    ("dense", "all entries of the matrices of the same shapes, zeros included"),
    ("depth", "layers in sequence, attention and readout included"),
    ("width", "the largest number of values that a layer holds at one token"),
    ("bits", "binary digits needed to write a number down, its sign not counted"),
    (
        "N log₂ C",
        "bits in N labels out of C classes: a scheme that can store every labelling "
        "needs as many",
    ),
    (
        "PROVED",
        "checked for every sample in exact arithmetic, or in intervals that enclose "
        "the exact value; no rounding is involved in the verdict",
    ),
    ("REFUTED", "at least one label or one claimed bound is wrong"),
    ("UNDECIDED", "the check could not tell; neither proved nor refuted"),
    (
        "exponent",
        "slope of the fitted line through the logarithms: 1 is proportional to N, 0.5 "
        "is the square root of N",
    ),
    (
        "at least, no fewer",
        "needed by a network family that can memorize every labelling of N suitable "
        "sequences; one easy labelling may need less",
    ),
    (
        "fewest possible",
        "a lower bound: some labelling of the same contexts is given by no network of "
        "ReLU layers and averaging attention with fewer non-zero numbers, wherever "
        "they stand",
    ),
    (
        "worst case",
        "the statement's own formula at these N, n, C and token norms, layers dense",
    ),
)

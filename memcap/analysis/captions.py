"""What is drawn in each figure of `memcap.analysis.figures`, in words."""

CAPTIONS: dict[str, str] = {
    "parameters": (
        "Parameters against the number of samples, both axes logarithmic. Filled "
        "marks count non-zero numbers, hollow ones every entry of the dense matrices "
        "of the same shapes. Exponents are fitted by least squares on logarithms; "
        "brackets give the 95 % interval (HC3), rough where points are few. Trained "
        "networks with most parameters in maps of fixed size take no part in a fit; "
        "a cross marks a size at which training fitted no network. The word vectors "
        "that trained networks are given are not counted. “Fewest possible”: some "
        "labelling of the same contexts has no network of ReLU layers and averaging "
        "attention with fewer numbers."
    ),
    "bits": (
        "Left: the bits of all numbers of the constructed networks against N log₂ C, "
        "which no scheme able to store every labelling can go below. Right: the "
        "longest single number against what the theorem allows."
    ),
    "parts": (
        "Non-zero parameters of the constructed networks by part, one bar per N; "
        "shares are those of the largest N."
    ),
    "seconds": (
        "Wall time to write down each network and to verify every label in exact "
        "arithmetic, on the machine named under provenance."
    ),
}

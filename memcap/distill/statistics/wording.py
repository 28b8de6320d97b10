"""What a report may say: verdict sentences and a guard on their words.

A test that finds nothing has shown an interval, not an absence. Such a result reads
"not detected; 95 % CI [lo, hi]; n needed ...", and :func:`guard` refuses the phrases
that claim more. Two words need a licence: "optimum" belongs to a maximum confirmed on
runs that did not choose it, "law" to a line through three interior students or more.
"""

import re
from collections.abc import Collection, Iterable
from math import inf, isfinite, isnan

from memcap.core.errors import ProtocolError

_ADJECTIVES = "(?:capacity|significant|detectable|measurable|real|true)"
_NOUNS = "(?:gaps?|differences?|effects?|gains?|improvements?|change)"
_ABSENCES = (
    rf"\bno {_ADJECTIVES}? ?{_NOUNS}\b",
    rf"\babsence of (?:an? |the |any )?{_ADJECTIVES}? ?{_NOUNS}\b",
    r"\bgaps? (?:is|are|was|were) (?:absent|closed|gone|refuted|zero)\b",
    r"\bgaps? (?:does|do|did) not exist\b",
    r"\bgaps? (?:vanish|vanishes|vanished|disappears?|disappeared)\b",
    r"\b(?:equally good|statistically (?:identical|equal|the same))\b",
)
_LICENSED = {
    "law": (r"\blaws?\b", "'line', or three interior students"),
    "optimum": (
        r"\boptim(?:um|a|al)\b",
        "'best tested', or runs kept for confirmation",
    ),
}


def guard(text: str, licensed: Collection[str] = (), names: Iterable[str] = ()) -> str:
    """Pass a text on unless it claims more than a test can show.

    Args:
        text: what a report is to print.
        licensed: which of "law" and "optimum" the evidence supports.
        names: of models and teachers in it, which are the user's words.

    Returns:
        the same text.

    Raises:
        ProtocolError: it states an absence, or uses a word without its licence.

    Example:
        >>> guard("not detected; 95 % CI [-0.010, 0.020]")
        'not detected; 95 % CI [-0.010, 0.020]'
        >>> guard("law-7b: not detected", names=["law-7b"])
        'law-7b: not detected'
    """
    own = text
    for name in sorted(filter(None, names), key=len, reverse=True):
        own = own.replace(name, "*")
    # Line breaks and hyphens must not hide a phrase.
    plain = re.sub(r"[\s\-_]+", " ", own.lower())
    for pattern in _ABSENCES:
        if found := re.search(pattern, plain):
            raise ProtocolError(
                f"'{found[0].strip()}' claims an absence that a test cannot show; "
                "write 'not detected' with its interval and the n needed."
            )
    for word, (pattern, remedy) in _LICENSED.items():
        if word not in licensed and (found := re.search(pattern, plain)):
            raise ProtocolError(f"'{found[0]}' is not licensed here; use {remedy}.")
    return text


def interval_text(low: float, high: float, level: float = 0.95) -> str:
    """An interval in words.

    Args:
        low: lower end, minus infinity where the data bound nothing, as one run does.
        high: upper end.
        level: confidence level.

    Example:
        >>> interval_text(0.0366, 0.15)
        '95 % CI [0.037, 0.150]'
        >>> interval_text(float("-inf"), float("inf"))
        '95 % CI unbounded'
    """
    name = f"{100 * level:g} % CI"
    if isnan(low) or isnan(high):
        return f"{name} unknown"
    if (low, high) == (-inf, inf):
        return f"{name} unbounded"
    ends = ", ".join(f"{end:.3f}" if isfinite(end) else f"{end}" for end in (low, high))
    return f"{name} [{ends}]"


def p_text(p: float, resolution: float = 0.0) -> str:
    """A p-value in words; none is 0.

    Args:
        p: the p-value.
        resolution: error of an integration, below which p is not known.

    Example:
        >>> p_text(0.0526733), p_text(2.5036e-95), p_text(1.0)
        ('p = 0.0527', 'p = 2.5e-95', 'p = 1')
        >>> p_text(0.0), p_text(0.0003, resolution=0.0003)
        ('p < 1e-300', 'p < 0.0006')
    """
    if isnan(p):
        return "p unknown"
    if p <= resolution:
        # What was integrated is off by as much as it is itself.
        return f"p < {2 * resolution or 1e-300:g}"
    return f"p = {p:.1e}" if p < 1e-4 else f"p = {p:.3g}"


def detected(what: str, estimate: float, interval: str, evidence: str) -> str:
    """The sentence of a finding.

    Example:
        >>> detected("gain", 0.093, "95 % CI [0.037, 0.150]", "p = 0.00232")
        'gain +0.093 detected; 95 % CI [0.037, 0.150]; p = 0.00232.'
    """
    return guard(f"{what} {estimate:+.3f} detected; {interval}; {evidence}.")


def not_detected(what: str, estimate: float, interval: str, needed: str) -> str:
    """The sentence of a result that found nothing.

    Example:
        >>> not_detected("gain", 0.01, "95 % CI [-0.01, 0.03]", "n needed: 626")
        'gain +0.010 not detected; 95 % CI [-0.01, 0.03]; n needed: 626.'
    """
    return guard(f"{what} {estimate:+.3f} not detected; {interval}; {needed}.")

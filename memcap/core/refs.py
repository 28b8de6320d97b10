"""References to papers and to the numbered statements in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: the short key, who wrote it, what it is called, where it stands."""

    key: str
    authors: str
    title: str
    year: int
    url: str


def _arxiv(number: str) -> str:
    return f"https://arxiv.org/abs/{number}"


PAPERS: dict[str, Paper] = {
    paper.key: paper
    for paper in (
        Paper(
            "KS23",
            "Kajitsuka, Sato",
            "Are transformers with one layer self-attention using low-rank weight "
            "matrices universal approximators?",
            2023,
            _arxiv("2307.14023"),
        ),
        Paper(
            "KS25",
            "Kajitsuka, Sato",
            "On the optimal memorization capacity of transformers",
            2024,
            _arxiv("2409.17677"),
        ),
        Paper(
            "Vardi22",
            "Vardi, Yehudai, Shamir",
            "On the optimal memorization power of ReLU neural networks",
            2021,
            _arxiv("2110.03187"),
        ),
        Paper(
            "Park21",
            "Park, Lee, Yun, Shin",
            "Provable memorization via deep neural networks using sub-linear "
            "parameters",
            2021,
            _arxiv("2010.13363"),
        ),
        Paper(
            "Kim23",
            "Kim, Kim, Mozafari",
            "Provable memorization capacity of transformers",
            2023,
            "https://openreview.net/forum?id=8JCg5xJCTPR",
        ),
        Paper(
            "Mahdavi24",
            "Mahdavi, Liao, Thrampoulidis",
            "Memorization capacity of multi-head attention in transformers",
            2023,
            _arxiv("2306.02010"),
        ),
        Paper(
            "Dana24",
            "Dana, Pydi, Chevaleyre",
            "Memorization in attention-only transformers",
            2024,
            _arxiv("2411.10115"),
        ),
        Paper(
            "Madden24",
            "Madden, Fox, Thrampoulidis",
            "Next-token prediction capacity: general upper bounds and a lower bound "
            "for transformers",
            2024,
            _arxiv("2405.13718"),
        ),
        Paper(
            "Yun20",
            "Yun, Bhojanapalli, Rawat, Reddi, Kumar",
            "Are transformers universal approximators of sequence-to-sequence "
            "functions?",
            2020,
            _arxiv("1912.10077"),
        ),
        Paper(
            "AZ24",
            "Allen-Zhu, Li",
            "Physics of language models: Part 3.3, knowledge capacity scaling laws",
            2024,
            _arxiv("2404.05405"),
        ),
        Paper(
            "Morris25",
            "Morris et al.",
            "How much do language models memorize?",
            2025,
            _arxiv("2505.24832"),
        ),
        Paper(
            "Zhang17",
            "Zhang, Bengio, Hardt, Recht, Vinyals",
            "Understanding deep learning requires rethinking generalization",
            2016,
            _arxiv("1611.03530"),
        ),
        Paper(
            "WD26",
            "arXiv 2603.09589",
            "Width-depth trade-off of memorization",
            2026,
            _arxiv("2603.09589"),
        ),
        Paper(
            "Gen",
            "textbook",
            "General facts: counting, definitions of the layers",
            2024,
            "https://en.wikipedia.org/wiki/Pigeonhole_principle",
        ),
        Paper(
            "memcap",
            "this project",
            "Statements derived and checked by memcap itself",
            2026,
            "",
        ),
    )
}


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A numbered statement of a paper.

    Args:
        paper: key of `PAPERS`.
        statement: the statement's number, such as ``"LemC1"``.
        page: page of the cited version where known.

    Raises:
        KeyError: the paper is not in `PAPERS`.

    Example:
        >>> Ref("KS25", "LemC1").id
        'KS25.LemC1'
        >>> Ref.parse("KS25.Thm4.1").statement
        'Thm4.1'
    """

    paper: str
    statement: str
    page: int | None = None

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise KeyError(f"no paper {self.paper!r}; known: {', '.join(PAPERS)}")

    @property
    def id(self) -> str:
        """The stable identifier, such as ``KS25.LemC1``."""
        return f"{self.paper}.{self.statement}"

    @property
    def url(self) -> str:
        """Where the paper stands, at the page where it is known."""
        base = PAPERS[self.paper].url
        return f"{base}#page={self.page}" if self.page and base else base

    @classmethod
    def parse(cls, identifier: str) -> "Ref":
        """Read ``KS25.LemC1`` back into a reference."""
        paper, _, statement = identifier.partition(".")
        return cls(paper, statement)

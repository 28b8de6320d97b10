"""The worked table of the paired statistics, and scores with a given table."""

import numpy as np

from memcap.distill.statistics import PairedScores, PairedTable

WORKED = PairedTable(both=123, lost=26, won=54, neither=97)


def scores_of(table: PairedTable) -> PairedScores:
    cells = (table.both, table.lost, table.won, table.neither)
    before = np.repeat([1, 1, 0, 0], cells)
    after = np.repeat([1, 0, 1, 0], cells)
    return PairedScores.of(before.tolist(), after.tolist())

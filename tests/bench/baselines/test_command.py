"""The targets of the performance baselines on the year they were not made on.

Rules fixed on 2018, judged on 2019 (docs/baselines.md): at most one false alarm a meter-month in
the median with zero and flat recall of 0.9 and spike of 0.8, and a better recall of six hours half
above than the 0.42 of the yardstick's four detectors.
"""

from __future__ import annotations

import pytest

from bench.baselines.archive import read_archive
from bench.baselines.command import SEEDS, as_table, main, ours, row
from bench.baselines.planted import Kind

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("warm", [False, True])
def test_baselines_meet_their_targets_on_2019(warm: bool) -> None:
    archive = read_archive()
    found = row(archive, "ours", ours(archive, warm=warm), 2019, SEEDS[2019])
    recall = dict(zip(Kind, found.recall, strict=True))
    assert found.false_median <= 0.7
    assert found.false_p90 <= 1.5
    assert recall[Kind.ZERO] >= 0.9
    assert recall[Kind.FLAT] >= 0.9
    assert recall[Kind.SPIKE] >= 0.8
    assert recall[Kind.ABOVE] >= 0.58
    assert as_table([found], 2019, SEEDS[2019]).row_count == 5


def test_without_the_archive_it_says_so(tmp_path: object) -> None:
    assert main(["--folder", str(tmp_path)]) == 2

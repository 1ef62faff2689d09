"""The small study opened once for the tests of a worker."""

import pytest

from orm_sim.report.dashboard.estimate import Estimator
from tests.report.dashboard import small


@pytest.fixture(scope="session")
def estimator() -> Estimator:
    return Estimator(
        small.study(("in_house", "in_house_improved", "per_minute", "baseline", "commission", "inbound_only"))
    )

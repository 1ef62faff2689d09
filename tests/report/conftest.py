"""Result tables of an invented study, made once: small for charts, large where a tail has to be carried."""

import pandas as pd
import pytest

from orm_sim.decision.rank import rank
from orm_sim.report import titled
from tests.report import synthetic


@pytest.fixture(scope="session")
def small() -> dict[str, pd.DataFrame]:
    """All tables, 12 replications: too few for a tail."""
    return synthetic.tables(12)


@pytest.fixture(scope="session")
def ranked() -> pd.DataFrame:
    """The comparison of 260 replications: a tail, and intervals that undercover."""
    return rank(synthetic.outcomes_only(260), zero=synthetic.ZERO)


@pytest.fixture(scope="session")
def hostile(small: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The small tables with names that try to get out of the text they belong in."""
    names = {
        "per_hour": '<script>alert("x")</script>',
        "per_minute": '"><img src=x onerror=alert(1)>',
        "base_and_commission": "[red]x[/red] $\\alpha$ url(http://evil.example/a)",
    }
    return titled(small, names)

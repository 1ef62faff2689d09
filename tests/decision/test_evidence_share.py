"""Shares of variance by grade of evidence, where the true shares are known."""

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.evidence_share import evidence_share

SIZES = {"demand.path.yearly": 2.0, "vendor.learning": 1.0, "client.loss": 1.0, "wage": 0.0}
GRADES = {"demand.path.yearly": "D", "vendor.learning": "B", "client.loss": "D", "wage": "A"}


def study(n: int, luck: float = 2.0, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Inputs on scales of their own; their true shares of variance are 4, 1, 1, 0 and luck's luck² of the sum."""
    generator = np.random.default_rng(seed)
    drawn = {path: generator.uniform(-np.sqrt(3), np.sqrt(3), n) for path in SIZES}
    value = sum(size * drawn[path] for path, size in SIZES.items()) + luck * generator.normal(size=n)
    draws = pd.concat(
        [
            pd.DataFrame({"replication": range(n), "path": path, "value": 0.01 * x - 5.0})
            for path, x in drawn.items()
        ]
    )
    frame = pd.DataFrame({"option": "vendor", "replication": range(n), "client_incremental_npv": 1e6 * value})
    return frame.sample(frac=1.0, random_state=2), draws


def test_shares_are_those_of_the_model() -> None:
    found = evidence_share(*study(4000), GRADES, "vendor")
    by_path = found.by_input
    assert by_path["demand.path.yearly"] == pytest.approx(0.4, abs=0.03)
    assert by_path["vendor.learning"] == pytest.approx(0.1, abs=0.02)
    assert by_path["wage"] == pytest.approx(0.0, abs=0.005)
    assert found.assumed == pytest.approx(0.5, abs=0.03)
    assert found.unexplained == pytest.approx(0.4, abs=0.03)
    assert next(iter(found.by_input)) == "demand.path.yearly"


def test_shares_add_up_to_the_adjusted_r_squared() -> None:
    outcomes, draws = study(60)
    found = evidence_share(outcomes, draws, GRADES, "vendor")
    x = draws.pivot(index="replication", columns="path", values="value").to_numpy()
    y = outcomes.sort_values("replication")["client_incremental_npv"].to_numpy()
    design = np.column_stack([np.ones(60), x])
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    r_squared = 1 - residual @ residual / ((y - y.mean()) @ (y - y.mean()))
    adjusted = 1 - (1 - r_squared) * 59 / (59 - 4)
    assert sum(found.by_grade.values()) == pytest.approx(adjusted, abs=1e-9)
    assert found.unexplained == pytest.approx(1 - adjusted, abs=1e-9)


def test_pure_luck_rests_on_nothing_on_average() -> None:
    """Unadjusted, four useless inputs would explain 4/59 = 7 % of the variance of 60 replications."""
    shares = []
    for seed in range(100):
        outcomes, draws = study(60, seed=seed)
        outcomes["client_incremental_npv"] = np.random.default_rng(1000 + seed).normal(size=60)
        shares.append(1 - evidence_share(outcomes, draws, GRADES, "vendor").unexplained)
    assert np.mean(shares) == pytest.approx(0.0, abs=3 * np.std(shares) / np.sqrt(100))


def test_a_value_or_an_input_that_does_not_vary_explains_nothing() -> None:
    outcomes, draws = study(60)
    draws.loc[draws["path"] == "wage", "value"] = 7.0
    found = evidence_share(outcomes, draws, GRADES, "vendor")
    assert found.by_input["wage"] == 0.0
    outcomes["client_incremental_npv"] = 0.0  # the zero line
    assert evidence_share(outcomes, draws, GRADES, "vendor").unexplained == 1.0


def test_what_it_refuses() -> None:
    outcomes, draws = study(60)
    with pytest.raises(ValueError, match="no grade for the drawn inputs wage"):
        evidence_share(outcomes, draws, {k: v for k, v in GRADES.items() if k != "wage"}, "vendor")
    with pytest.raises(ValueError, match="do not cover the same replications"):
        evidence_share(outcomes[outcomes["replication"] < 50], draws, GRADES, "vendor")
    few_outcomes, few_draws = study(5)
    with pytest.raises(ValueError, match="5 replications cannot carry the shares of 4 inputs"):
        evidence_share(few_outcomes, few_draws, GRADES, "vendor")

"""`orm-sim hazards --budget`: measures read and refused, and a small case bought from its simulated pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli.commands import main
from orm_sim.cli.mitigate import offered, with_measures
from orm_sim.core.errors import InputError
from tests.cli.small import scenario

HOME = "home:weather:60,000:risks.weather.vendor.home_share=0.6"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((), "has nothing to buy"),
        (("home",), "must be written NAME:HAZARD:COST:path=value"),
        (("home:whether:5:risks.weather.vendor.home_share=1",), "Did you mean 'weather'?"),
        (("home:weather:much:risks.weather.vendor.home_share=1",), "must be written"),
        (("home:weather:nan:risks.weather.vendor.home_share=1",), "a finite number of $"),
        (("home:weather:-5:risks.weather.vendor.home_share=1",), "0 or more"),
        (("home:weather:5:contract.notice_days=1",), "belongs to the deal"),
        ((HOME, HOME), "has the name of another measure"),
    ],
)
def test_a_measure_that_cannot_be_bought_is_refused(texts: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError) as refused:
        offered(texts)
    assert said in str(refused.value)


def test_a_measure_is_read_in_four_parts() -> None:
    (found,) = offered([HOME])
    assert (found.name, found.hazard, found.cost) == ("home", "weather", 60_000.0)
    assert (found.path, found.value) == ("risks.weather.vendor.home_share", "0.6")


def test_each_measure_is_an_option_that_differs_in_it_alone(tmp_path: Path) -> None:
    file = scenario(tmp_path, "deal")
    study, chosen = with_measures(file, {}, None, offered([HOME]))
    before, after = study.options[chosen], study.options[f"{chosen}-with-home"]
    assert after.risks.weather.vendor is not None and after.risks.weather.vendor.home_share == 0.6
    assert after.model_copy(update={"risks": before.risks}) == before
    with pytest.raises(InputError, match="changes nothing"):
        with_measures(file, {}, None, offered(["home:weather:1:risks.weather.vendor.home_share=0.15"]))
    with pytest.raises(InputError, match="no option"):
        with_measures(file, {}, "deel", offered([HOME]))


def test_a_budget_is_spent_on_simulated_pairs(tmp_path: Path) -> None:
    """What spares the client 120,000 $ of oversight a year averts it in every history; it is bought where it fits."""
    file = scenario(tmp_path, "deal")
    arguments = ["hazards", str(file), "--replications", "2", "--workers", "1", "--out", str(tmp_path / "out"),
                 "--measure", "spare:outage:10:client.oversight_per_year=0", "--json"]  # fmt: skip
    result = CliRunner().invoke(main, [*arguments, "--budget", "10"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout[result.stdout.index("{") :])
    (found,) = told["measures"]
    assert found["score"] == 12 and 55_000.0 < found["mean"] < 60_000.0  # half a year, discounted
    assert found["tail"] == pytest.approx(found["mean"], rel=1e-6)
    assert all(bought == ["spare"] for bought in told["bought"].values())
    again = CliRunner().invoke(main, [*arguments[:-1], "--budget", "9"])
    assert again.exit_code == 0 and "by the expert's scores: nothing; $0 spent" in again.stdout
    assert "outage (12)" in again.stdout

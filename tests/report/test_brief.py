"""The brief: one sentence that fits the comparison, and a banner where the result does not carry one."""

import math

import pandas as pd
import pytest

from orm_sim.report import brief
from orm_sim.report.html import active_content

Tables = dict[str, pd.DataFrame]


def _evidence(assumed: float) -> pd.DataFrame:
    return pd.DataFrame({"path": ["a.price", "b.size"], "grade": ["D", "B"], "share": [assumed, 0.1]})


def test_recommends_when_sample_and_evidence_carry_it(ranked: pd.DataFrame) -> None:
    answer = brief(ranked, _evidence(0.3))
    best = ranked.sort_values("rank").iloc[0]
    assert not answer.refuses and answer.banner == ""
    assert str(best["option"]) in answer.sentence
    assert f"${best['risk_adjusted_value'] / 1e6:.2f} million" in answer.sentence
    assert len(answer.client) == len(answer.vendor) == 3
    assert answer.drivers[0] == "a.price explains 30 % of the spread (grade D)"
    assert "30 % of the variance" in " ".join(answer.footer)


@pytest.mark.parametrize(("share", "refused"), [(0.5, False), (0.51, True), (0.9, True)])
def test_refuses_what_rests_on_assumptions(ranked: pd.DataFrame, share: float, refused: bool) -> None:
    answer = brief(ranked, _evidence(share))
    assert answer.refuses is refused
    if refused:
        assert "assumptions that nobody has measured" in answer.banner
        assert answer.sentence.startswith("So far")
        assert answer.banner in answer.text() and "No recommendation" in answer._repr_html_()


def test_refuses_an_imprecise_or_unfinished_result(ranked: pd.DataFrame, small: Tables) -> None:
    few = brief(small["comparison"])
    assert "12 replications are too few" in few.banner and "250 are needed" in few.banner
    assert (
        "the interval is twice what was asked for"
        in brief(ranked, imprecise="the interval is twice what was asked for").banner
    )
    assert "still running" in brief(ranked, preliminary=True).banner


def _arranged(ranked: pd.DataFrame, tied: set[str], first: str = "") -> pd.DataFrame:
    table = ranked.sort_values("rank", ignore_index=True)
    if first:
        table = pd.concat(
            [table[table["option"] == first], table[table["option"] != first]], ignore_index=True
        )
    return table.assign(rank=range(1, len(table) + 1), tied_with_best=table["option"].isin(tied))


def test_sentences(ranked: pd.DataFrame) -> None:
    order = list(ranked.sort_values("rank")["option"])
    alone = brief(_arranged(ranked, {order[0]})).sentence
    assert alone.startswith(f"Choose {order[0]}:") and f"ahead of the next, {order[1]}" in alone
    tied = brief(_arranged(ranked, {order[0], order[1], order[2]})).sentence
    assert tied.startswith(f"Choose between {order[0]}, {order[1]} and {order[2]} on other grounds")
    unsure = brief(_arranged(ranked, {order[0], "in_house"})).sentence
    assert unsure.startswith("Do not move for this alone") and "cannot be told apart from in_house" in unsure
    stay = brief(_arranged(ranked, {"in_house"}, first="in_house")).sentence
    assert stay.startswith("Stay with in_house")


def test_says_chances_twice_and_names_the_turning_prices(ranked: pd.DataFrame) -> None:
    table = ranked.sort_values("rank", ignore_index=True)
    table.loc[0, ["p_loss", "p_loss_low", "p_loss_high"]] = [1 / 6, 0.1, 0.25]
    table["tie_multiplier"] = [math.nan, 0.8, 0.97, *[math.nan] * 4]
    answer = brief(table)
    assert dict(answer.client)["chance of being worse off than in_house"] == "17 %, 1 in 6"
    assert answer.turning == (
        f"{table['option'][2]} draws level with {table['option'][0]} when its price moves by −3.0 %",
        f"{table['option'][1]} draws level with {table['option'][0]} when its price moves by −20 %",
    )
    table.loc[0, ["p_insolvent", "p_insolvent_low", "p_insolvent_high"]] = [0.0, 0.0, 0.0115]
    assert dict(brief(table).vendor)["chance of insolvency within the term"] == "none seen; at most 1.1 %"


def test_an_in_house_leader_has_no_vendor(ranked: pd.DataFrame) -> None:
    answer = brief(_arranged(ranked, {"in_house_improved"}, first="in_house_improved"))
    assert answer.vendor == (("no vendor", "the leading option stays in-house"),)


def test_says_what_becomes_of_the_deal(ranked: pd.DataFrame) -> None:
    """Lines appear only where it happens: a vendor that does not sign, a contract that the client ends."""
    table = ranked.sort_values("rank", ignore_index=True)
    assert not any("sign" in told or "ends" in told for told, _ in brief(table).vendor)
    table.loc[0, ["p_ended", "p_ended_low", "p_ended_high"]] = [0.25, 0.2, 0.3]
    assert dict(brief(table).vendor)["chance that the client ends the contract for cause"] == "25 %, 1 in 4"
    table.loc[0, ["p_no_deal", "p_no_deal_low", "p_no_deal_high"]] = [1.0, 0.99, 1.0]
    assert brief(table).vendor[0][0] == "no deal"


def test_names_are_escaped(hostile: Tables) -> None:
    page = brief(hostile["comparison"], hostile["evidence"].assign(path="<script>x</script>"))._repr_html_()
    assert active_content(page) == [] and "<script" not in page

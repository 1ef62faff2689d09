"""Why: the steps from the in-house reference to an option, account by account, adding up to the cent."""

from __future__ import annotations

import textwrap
from collections.abc import Collection

import altair as alt
import numpy as np
import pandas as pd

from orm_sim.finance.accounts import CLIENT_ACCOUNTS
from orm_sim.report.theme import ASSUMED, GAIN, INK, LOSS, MILLION, WIDTH, Figure, finish, labels

CENTS = 100
DISCOUNTING = "discounting"
_LABELS = {
    **{account.name: account.label for account in CLIENT_ACCOUNTS},
    DISCOUNTING: "discounting to today's money",
}


def client_flows(ledger: pd.DataFrame, option: str, column: str = "amount") -> pd.DataFrame:
    """What each account gave (+) or cost (−) the client in each replication of an option.

    Parameters
    ----------
    ledger
        Table ``ledger``; entries that the client pays or receives are counted, invoices are not.
    option
        Name of the option.
    column
        ``amount`` (money as paid) or ``present_value``.

    Returns
    -------
    DataFrame
        Index replication, one column per account found, $; 0 where a replication has no entry.
    """
    mine = ledger[ledger["option"] == option]
    rows = mine[(mine["kind"] != "invoice") & ((mine["payer"] == "client") | (mine["payee"] == "client"))]
    signed = rows[column] * np.where(rows["payee"] == "client", 1.0, -1.0)
    flows = signed.groupby([rows["replication"], rows["account"]]).sum().unstack("account")
    return flows.reindex(sorted(mine["replication"].unique())).fillna(0.0)


def bridge(
    ledger: pd.DataFrame,
    option: str,
    reference: str,
    outcomes: pd.DataFrame | None = None,
    *,
    column: str | None = None,
) -> pd.DataFrame:
    """The steps from the reference's net value to the option's, by account: mean over shared replications.

    Parameters
    ----------
    ledger
        Table ``ledger``.
    option, reference
        Names of the option and of the zero line.
    outcomes
        Table ``outcomes``. When given, the totals are its present values and a last step, discounting, leads from
        money as paid to them; without it the totals are those of the ledger.
    column
        ``amount`` or ``present_value``; by default the latter where the ledger has it.

    Returns
    -------
    DataFrame
        One row per bar, in the order of the books: account, label, role (``total`` or ``step``), amount, start,
        end, and low and high, the 10th and 90th percentile of the step over replications; $, whole cents. The
        steps add up to the difference of the totals exactly: what is lost in rounding to cents goes to the
        steps that rounding changed most.

    Raises
    ------
    ValueError
        When the two have no replication in common.
    """
    counted = column or value_column(ledger)
    before, after = client_flows(ledger, reference, counted), client_flows(ledger, option, counted)
    shared = before.index.intersection(after.index)
    if shared.empty:
        raise ValueError(f"{option} and {reference} have no replication in common")
    found = {*before.columns, *after.columns}
    names = [*(name for name in _LABELS if name in found), *sorted(found - set(_LABELS))]
    before = before.reindex(index=shared, columns=names, fill_value=0.0)
    change = after.reindex(index=shared, columns=names, fill_value=0.0) - before
    start, end = before.sum(axis=1), (before + change).sum(axis=1)
    if outcomes is not None:
        start, end = (_npv(outcomes, each).reindex(shared) for each in (reference, option))
        change[DISCOUNTING] = end - start - change.sum(axis=1)
    return _bars(reference, option, _cents(start.mean()), _cents(end.mean()), change)


def value_column(ledger: pd.DataFrame) -> str:
    """The ledger's column that the waterfall draws: present values where they are recorded."""
    return "present_value" if "present_value" in ledger.columns else "amount"


def _npv(outcomes: pd.DataFrame, option: str) -> pd.Series[float]:
    """The client's present value under an option, by replication."""
    return outcomes[outcomes["option"] == option].set_index("replication")["client_npv"]


def _bars(reference: str, option: str, first: int, last: int, change: pd.DataFrame) -> pd.DataFrame:
    """The table of bars from the totals in cents and the change of each account by replication."""
    steps = _share_out([float(change[name].mean()) for name in change], last - first)
    rows = [("reference", reference, "total", first, 0, first, first, first)]
    level = first
    for name, step in zip(change.columns, steps, strict=True):
        low, high = np.quantile(change[name], [0.1, 0.9])
        rows.append(
            (name, _LABELS.get(name, name), "step", step, level, level + step, _cents(low), _cents(high))
        )
        level += step
    rows.append(("option", option, "total", last, 0, last, last, last))
    table = pd.DataFrame(rows, columns=["account", "label", "role", "amount", "start", "end", "low", "high"])
    money = ["amount", "start", "end", "low", "high"]
    table[money] = table[money].astype("float64") / CENTS
    return table


def waterfall(
    ledger: pd.DataFrame,
    option: str,
    reference: str,
    outcomes: pd.DataFrame | None = None,
    *,
    column: str | None = None,
    assumed: Collection[str] = (),
    preliminary: bool = False,
) -> Figure:
    """The bridge as a chart: what the option saves and costs the client against in-house, account by account.

    Parameters
    ----------
    ledger, option, reference, outcomes, column
        As in `bridge`.
    assumed
        Accounts that rest on assumptions; drawn grey.
    preliminary
        Marks the title.
    """
    steps = bridge(ledger, option, reference, outcomes, column=column)
    today = outcomes is not None or (column or value_column(ledger)) == "present_value"
    n = ledger.loc[ledger["option"] == option, "replication"].nunique()
    shown = steps[(steps["role"] == "total") | (steps["amount"].abs() >= 0.005)]
    bars = _placed(shown, assumed)
    discounted = DISCOUNTING in set(steps["account"])
    money = "$ million" if discounted else "present value, $ million" if today else "$ million over the term"
    y = alt.Y(
        "label:N", sort=alt.EncodingSortField("place"), title=None, axis=alt.Axis(ticks=False, domain=False)
    )
    base = alt.Chart(bars).encode(y=y)
    axis = alt.X("left:Q", title=f"client's net value, {money}", axis=alt.Axis(format=",.1f"))
    drawn = base.mark_bar(height={"band": 0.62}).encode(
        x=axis, x2="right:Q", color=alt.Color("colour:N", scale=None)
    )
    spread = (
        base.transform_filter("datum.role == 'step'")
        .mark_rule(color=INK, strokeWidth=1.2, opacity=0.75)
        .encode(x="p10:Q", x2="p90:Q")
    )
    text = labels(base, x="far:Q", text="text:N")
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1).encode(x="x:Q")
    total = steps["amount"].iloc[-1] - steps["amount"].iloc[0]
    verb = "gains" if total >= 0 else "loses"
    chart = alt.layer(drawn, zero, spread, text).properties(width=WIDTH, height={"step": 27})
    return finish(
        chart,
        f"Why: the client {verb} {_words(abs(total), 'total')} with {option}",
        f"From {reference}, account by account; mean of {n} replications. "
        "Thin lines: 10th to 90th percentile of the step.",
        "Steps are money as it is paid; the last one discounts it to today's." if discounted else "",
        *_without_step(set(shown["account"])),
        "Grey steps rest on assumptions." if any(name in set(steps["account"]) for name in assumed) else "",
        preliminary=preliminary,
    )


def _placed(steps: pd.DataFrame, assumed: Collection[str]) -> pd.DataFrame:
    """Bars with their ends in $ million, their words and colours."""
    bars = steps.assign(
        left=steps["start"] / MILLION,
        right=steps["end"] / MILLION,
        p10=(steps["start"] + steps["low"]) / MILLION,
        p90=(steps["start"] + steps["high"]) / MILLION,
        text=[_words(amount, role) for amount, role in zip(steps["amount"], steps["role"], strict=True)],
        far=steps[["start", "end"]].max(axis=1) / MILLION,
        place=range(len(steps)),
        colour=[
            _colour(account, role, amount, assumed)
            for account, role, amount in zip(steps["account"], steps["role"], steps["amount"], strict=True)
        ],
    )
    return bars.assign(far=bars["far"].where(bars["role"] == "total", np.maximum(bars["far"], bars["p90"])))


def _without_step(shown: Collection[str]) -> list[str]:
    """Lines that name the accounts without a bar, so that nobody looks for them."""
    missing = [label for name, label in _LABELS.items() if name not in shown and name != DISCOUNTING]
    return textwrap.wrap(f"No change in: {', '.join(missing)}.", 110) if missing else []


def _cents(amount: float) -> int:
    """An amount in whole cents."""
    return int(np.rint(amount * CENTS))


def _share_out(amounts: list[float], total: int) -> list[int]:
    """Amounts in whole cents that add up to a total; cents left over go where rounding changed most."""
    exact = [amount * CENTS for amount in amounts]
    whole = [int(np.rint(value)) for value in exact]
    left = total - sum(whole)
    order = sorted(range(len(whole)), key=lambda i: (whole[i] - exact[i]) * (1 if left > 0 else -1))
    for turn in range(abs(left)):
        whole[order[turn % len(order)]] += 1 if left > 0 else -1
    return whole


def _words(amount: float, role: str) -> str:
    """An amount as the label of its bar: "+4.20 M", "$12.31 M"."""
    sign = "" if role == "total" and amount >= 0 else ("+" if amount >= 0 else "−")
    size = abs(amount)
    figure = f"{size / MILLION:,.2f} M" if size >= 10_000 else f"{size / 1000:,.1f} k"
    return f"{sign}${figure}" if role == "total" else f"{sign}{figure}"


def _colour(account: str, role: str, amount: float, assumed: Collection[str]) -> str:
    """Colour of a bar: totals dark, assumptions grey, gains green, costs vermilion."""
    if role == "total":
        return INK
    if account in assumed:
        return ASSUMED
    return GAIN if amount >= 0 else LOSS

"""`orm-sim vendors` for vendors that react: a table for each by quarter, the client, and each vendor alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orm_sim.cli.vendors import plain_figure, written

if TYPE_CHECKING:
    from orm_sim.centre.replicate import Figure
    from orm_sim.scenario.firms import Firms

_COLUMNS: Final = (
    ("share", "share", "share"), ("offered", "contacts", "count"), ("service_level", "service", "share"),
    ("abandonment_rate", "abandoned", "share"), ("passed_on", "passed on", "count"),
    ("taken", "taken", "count"), ("agents", "agents", "tenth"), ("staffing_ratio", "staffing", "ratio"),
    ("wage_premium", "pay", "share"), ("invoice", "invoice $", "count"), ("margin", "margin $", "count"),
    ("cash", "cash $", "count"),
)  # fmt: skip
"""Figure, heading and how it is written."""
_SIDES: Final = (
    ("value", "value $", "count"), ("service_level", "service", "share"), ("abandonment_rate", "abandoned", "share"),
    ("in_house_share", "in-house", "share"), ("paid", "paid $", "count"),
)  # fmt: skip
_FATES: Final = (("failed", "fails"), ("ended", "is sent away"), ("refused", "does not sign"))


def show_firms(
    file: Path, months: int | None, replications: int, seed: int, workers: int | None, as_json: bool
) -> None:
    """Live the vendors of a file and print what became of them."""
    from orm_sim.centre.replicate import parse_name
    from orm_sim.scenario.firms import load_firms
    from orm_sim.simulation.vendors.firm_job import FirmsJob, gathered, priced, reference_job
    from orm_sim.study.plan import Unit

    overrides = {} if months is None else {"programme.months": months, "contract.term_months": months}
    firms = load_firms(file, overrides)
    crew = workers or os.cpu_count() or 1
    reference = reference_job(firms, seed)
    if reference.options:
        click.echo("Solving free rates, each vendor alone with its opening share ...", err=True)
        count = next(iter(firms.scenarios.values())).evaluation.price_replications
        units = [Unit(r, r, r + 1) for r in range(count)]
        lived = [each for block in _worked(reference, units, crew) for each in block]
        firms = priced(firms, reference, lived)
    found = gathered(_worked(FirmsJob(firms, seed), list(range(replications)), crew))
    if as_json:
        rows = [
            {"figure": parse_name(name)[0], **_split(parse_name(name)[1]), **plain_figure(figure)}
            for name, figure in found.figures().items()
        ]
        n_months = next(iter(firms.scenarios.values())).programme.months
        head = {"file": str(file), "months": n_months, "replications": replications, "seed": seed}
        click.echo(json.dumps({**head, "figures": rows}, indent=1, ensure_ascii=False))
        return
    for line in _lines(firms, found.figures(), replications):
        click.echo(line)


def _worked(task: Callable[[Any], Any], units: Sequence[Hashable], crew: int) -> list[Any]:
    """Results of every unit, in their order."""
    from orm_sim.study.pool import work_through

    pairs: Iterable[tuple[Any, Any]] = (
        work_through(task, units, crew)
        if crew > 1 and len(units) > 1
        else ((unit, task(unit)) for unit in units)
    )
    found = dict(pairs)
    return [found[unit] for unit in units]


def _split(split: Mapping[str, str]) -> dict[str, Any]:
    number = {key: int(split[key]) if key in split else None for key in ("quarter", "month")}
    return {"vendor": split.get("vendor"), **number}


def _lines(firms: Firms, found: Mapping[str, Figure], replications: int) -> Iterator[str]:
    months = next(iter(firms.scenarios.values())).programme.months
    overflows = any(each.overflow is not None for each in firms.terms.vendors.values())
    yield firms.terms.title
    yield f"{months} months, {replications} replications; means, ± is half of 95 %. Vendors react."
    for name, title in firms.titles.items():
        yield f"\n{name}: {title}"
        yield f"  {_fates(found, name, replications)}"
        columns = [each for each in _COLUMNS if overflows or each[0] not in ("passed_on", "taken")]
        yield "quarter".ljust(8) + "".join(heading.rjust(11) for _, heading, _ in columns)
        for quarter in range(1, -(-months // 3) + 1):
            yield str(quarter).ljust(8) + _row(
                found, columns, f"[vendor={name},quarter={quarter}]", half=False
            )
        yield "all".ljust(8) + _row(found, columns, f"[vendor={name}]", half=False)
        yield "±".ljust(8) + _row(found, columns, f"[vendor={name}]", half=True)
    yield from _client(firms, found, replications)


def _fates(found: Mapping[str, Figure], name: str, replications: int, when: str = "") -> str:
    """How often a vendor fails, is sent away or does not sign, with the interval of 95 %."""
    told = []
    for fate, words in _FATES:
        times = _times(found, f"{fate}{when}[vendor={name}]", replications)
        if fate == "ended":
            times -= _times(found, f"better_offer{when}[vendor={name}]", replications)
        if times or fate == "failed":
            told.append(f"{words} in {_counted(times, replications)}")
    if left := _left(found, f"{when}[vendor={name}]", replications):
        told.append(f"is left for a better offer in {left}")
    return ", ".join(told)


def _times(found: Mapping[str, Figure], name: str, replications: int) -> int:
    return round((found[name].mean or 0.0) * replications) if name in found else 0


def _counted(times: int, replications: int) -> str:
    from orm_sim.decision.intervals import share_interval

    share = share_interval(times, replications)
    return f"{times} of {replications} ({share.low:.0%} to {share.high:.0%})"


def _left(found: Mapping[str, Figure], of: str, replications: int, who: str = "") -> str:
    """How often a better offer was taken, with its interval, and when; nothing where nobody looks for one."""
    if f"{who}better_offer{of}" not in found:
        return ""
    told = _counted(_times(found, f"{who}better_offer{of}", replications), replications)
    month = found[f"{who}better_offer_month{of}"].mean
    return told if month is None else f"{told}, notice after {month:.1f} months"


def _client(firms: Firms, found: Mapping[str, Figure], replications: int) -> Iterator[str]:
    """The client with all vendors, and with each alone on the same callers and the same luck."""
    yield "\nclient, present value against everything in-house"
    yield " " * 22 + "".join(heading.rjust(12) for _, heading, _ in _SIDES) + "±".rjust(12)
    for words, names in (
        ("together", ("client_{}", "")), *((f"{n} alone", ("{}_alone", f"[vendor={n}]")) for n in firms.titles)
    ):  # fmt: skip
        figures = [(found[names[0].format(key) + names[1]], unit) for key, _, unit in _SIDES]
        cells = "".join(_cell(figure.mean, unit).rjust(12) for figure, unit in figures)
        yield words[:21].ljust(22) + cells + _cell(figures[0][0].half_width, "count").rjust(12)
    if left := _left(found, "", replications, "client_"):
        yield f"leaves a vendor for a better offer in {left}"
    for name in firms.titles:
        gained = found[f"client_value_gained[vendor={name}]"]
        fates = _fates(found, name, replications, "_alone")
        yield f"together less {name} alone: {_cell(gained.mean, 'count')} ± {_cell(gained.half_width, 'count')} $"
        yield f"  {name} alone: {fates}"


def _row(
    found: Mapping[str, Figure], columns: Sequence[tuple[str, str, str]], split: str, *, half: bool
) -> str:
    cells = ((found[name + split], unit) for name, _, unit in columns)
    return "".join(
        _cell(figure.half_width if half else figure.mean, unit).rjust(11) for figure, unit in cells
    )


def _cell(value: float | None, unit: str) -> str:
    if value is None or unit in ("share", "count"):
        return written(value, unit)
    return f"{value:.1f}" if unit == "tenth" else f"{value:.2f}"

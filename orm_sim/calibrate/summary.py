"""The summary of a calibration for the terminal: what was read, the main figures, what could not be fitted."""

from __future__ import annotations

import math

from orm_sim.calibrate.busyness import Busyness
from orm_sim.calibrate.clean import Findings
from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate, plain
from orm_sim.calibrate.inbound import InboundFit
from orm_sim.calibrate.interval_counts import IntervalFit
from orm_sim.calibrate.mapping import ContactMapping
from orm_sim.calibrate.outbound import OutboundFit


def rows_line(findings: Findings) -> str:
    """How many rows were read, broken and repaired."""
    total, broken, table = findings.raw.n_lines, findings.n_broken(), findings.table()
    repaired = int(table.loc[table["what"] == "repaired", "rows"].sum())
    reasons = "; ".join(f"{row['reason']}: {row['rows']:,}" for row in table.to_dict("records"))
    line = (
        f"{total:,} rows read, {broken:,} broken ({broken / total:.2%}) and left out, {repaired:,} repaired"
    )
    return f"{line} ({reasons})" if reasons else line


def inbound_lines(fit: InboundFit, contacts: Contacts, mapping: ContactMapping) -> tuple[str, ...]:
    """Main figures of one-row-a-contact records."""
    service, handle, patience = fit.service, fit.handle["all"], fit.patience
    count = fit.days["status"].value_counts()
    odd = ", ".join(
        f"{int(count[name])} {name}" for name in ("holiday", "gap", "missing", "closed") if name in count
    )
    lines = [
        f"{service.offered:,} contacts offered from {contacts.first_day} over {contacts.n_days} days"
        + (f" ({odd})" if odd else "")
        + f"; {_pm(fit.volume.per_week, '.0f')} in a week",
        f"abandoned {_percent(service.abandonment_rate)}, answered within {mapping.days.threshold_s:g} s "
        f"{_percent(service.service_level)}, ASA {_pm(service.asa, '.1f')} s",
        f"handle time {_pm(handle.mean, '.1f')} s, cv {_pm(handle.cv, '.3f')}, lognormal({handle.log_mean.value:.3f}, "
        f"{handle.log_sd.value:.3f}); under {mapping.short_below_s:g} s: {_percent(fit.short_share)} of answered",
        f"patience: median {_pm(patience.median, '.0f', ' s')}, exponential mean "
        f"{_pm(patience.exponential_mean, '.1f', ' s')}",
        _busyness(fit.busyness),
    ]
    if fit.agent_spread.known:
        lines.append(
            f"agents' spread {_pm(fit.agent_spread, '.3f')} (log handle time, {fit.agent_spread.n} agents)"
        )
    lines.append(_availability(fit))
    return tuple(lines)


def interval_lines(fit: IntervalFit) -> tuple[str, ...]:
    """Main figures of counts per interval."""
    lines = [
        f"{int(fit.counts.sum()):,} contacts offered over {len(fit.days)} days; "
        f"{_pm(fit.volume.per_week, '.0f')} in a week"
    ]
    if fit.abandonment_rate is not None:
        lines.append(f"abandoned {_percent(fit.abandonment_rate)}")
    if fit.exponential_mean is not None:
        lines.append(f"patience: exponential mean {_pm(fit.exponential_mean, '.1f')} s")
    lines.append(_busyness(fit.busyness))
    if fit.availability is not None:
        lines.append(
            f"availability {_pm(fit.availability.factor, '.3f')} of the staffing recorded (exponential patience)"
        )
    lines.append("type mix, handle-time law, hazard and agents' spread need one row a contact")
    return tuple(lines)


def outbound_lines(fit: OutboundFit) -> tuple[str, ...]:
    """Main figures of outbound records."""
    shared = " (no list has this share: its level changes, see below)" if fit.shifts else ""
    lines = [f"conversion over all rows {_percent(fit.overall)}{shared}"]
    lines += [
        f"conversion, {name}: {_percent(each)} (n = {each.n:,})" for name, each in fit.by_quality.items()
    ]
    lines += [
        f"talk time, {name}: {_pm(each.mean, '.0f')} s, cv {_pm(each.cv, '.2f')}"
        for name, each in fit.talk.items()
    ]
    if fit.outside:
        lines.append(
            f"{fit.outside:,} rows fall in no segment of the mapping and in no figure by quality of list"
        )
    return (
        *lines,
        "rows are customers reached: the share of attempts that reach somebody stays an assumption",
    )


def _busyness(busyness: Busyness) -> str:
    return (
        f"busyness: day cv {_pm(busyness.day_cv, '.3f')}, lag 1 {_pm(busyness.day_lag1, '.2f')}, interval cv "
        f"{_pm(busyness.interval_cv, '.3f')}; {len(busyness.incidents)} intervals are incidents"
    )


def _availability(fit: InboundFit) -> str:
    if fit.availability is None:
        return "availability not fitted: the records name no agents, or nobody abandoned"
    if not fit.availability.inside:
        return "availability not fitted: no factor between 0.3 and 2 gives the abandonment observed"
    return f"availability {_pm(fit.availability.factor, '.3f')} of the staffing derived from agents' activity"


def _pm(estimate: Estimate, form: str, unit: str = "") -> str:
    error = f" ± {plain(estimate.se)}" if math.isfinite(estimate.se) else ""
    return f"{estimate.value:{form}}{error}{unit}" if estimate.known else "unknown"


def _percent(estimate: Estimate) -> str:
    error = f" ± {100 * estimate.se:.1f}" if math.isfinite(estimate.se) else ""
    return f"{100 * estimate.value:.2f}{error} %" if estimate.known else "unknown"

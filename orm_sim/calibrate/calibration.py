"""`calibrate`: from a records file and its mapping to a programme fragment, tables, a page and a summary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from orm_sim.calibrate.backtest import compare_months
from orm_sim.calibrate.contacts import Contacts, read_contacts
from orm_sim.calibrate.diagnostics import Section, page
from orm_sim.calibrate.fragment import (
    Fragment,
    inbound_fragment,
    interval_fragment,
    names_no_figure,
    outbound_fragment,
)
from orm_sim.calibrate.inbound import InboundFit, fit_inbound
from orm_sim.calibrate.interval_counts import fit_intervals, read_intervals
from orm_sim.calibrate.mapping import ContactMapping, IntervalMapping, Mapping, OutboundMapping, load_mapping
from orm_sim.calibrate.outbound import fit_outbound
from orm_sim.calibrate.reached import read_outbound
from orm_sim.calibrate.sections import inbound_sections, interval_sections, outbound_sections
from orm_sim.calibrate.summary import inbound_lines, interval_lines, outbound_lines, rows_line
from orm_sim.calibrate.tables import (
    change_sentences,
    figures_table,
    inbound_tables,
    interval_tables,
    outbound_tables,
)
from orm_sim.calibrate.yaml_text import yaml_text
from orm_sim.core.errors import InputError, Problem, name_hint, refuse
from orm_sim.core.files import readable_file, writable_folder, write_whole
from orm_sim.core.loader import load_yaml

_MONTH_DRAWS = 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt from a records file.

    Attributes
    ----------
    fragment : dict
        Shapes as plain data, `inbound` or `outbound`, in the layout that `programme.shapes` reads.
    tables : dict of str to DataFrame
        `figures` (every shipped figure), `records` (what the records show, every day counted), `broken` (rows left
        out or repaired, by reason), `changes` (of level), and the tables behind the page.
    yaml : str
        The fragment as the file holds it, with its words.
    diagnostics_html : str
        The page: fitted against observed.
    lines : tuple of str
        The summary for the terminal.
    written : tuple of Path
        Files written.
    """

    fragment: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    yaml: str
    diagnostics_html: str
    lines: tuple[str, ...]
    written: tuple[Path, ...] = ()

    def summary(self) -> tuple[str, ...]:
        """Lines for the terminal: rows, main figures with their errors, changes of level, files written."""
        return (*self.lines, *(f"Wrote {path}" for path in self.written))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A fit on its way to the files."""

    fragment: Fragment
    tables: dict[str, pd.DataFrame]
    lines: tuple[str, ...]
    sections: tuple[Section, ...]


def calibrate(records: Path | str, mapping: Path | str, out: Path | str | None = None) -> Calibration:
    """Fit records to the shapes of a programme; write FILE.yaml and FILE.diagnostics.html when `out` names the first.

    Parameters
    ----------
    records : path
        CSV, gzip or Parquet: one row a contact, counts per interval, or outbound customers reached.
    mapping : path
        The mapping file: kind of records, names of columns, meaning of words.
    out : path, optional
        The YAML file to write; the page of diagnostics goes beside it. Both are written whole or not at all.

    Raises
    ------
    InputError
        When a file cannot be read or written, the mapping is wrong, or too many rows are broken.
    """
    mapping_file = Path(mapping)
    setting = load_mapping(mapping_file)
    source = readable_file(records)
    if out is not None:
        _check_out(Path(out), source, mapping_file)
    if isinstance(setting, ContactMapping):
        fitted = _contacts(source, setting, mapping_file)
    elif isinstance(setting, IntervalMapping):
        fitted = _intervals(source, setting, mapping_file)
    else:
        fitted = _outbound(source, setting, mapping_file)
    _check_remarks(fitted.fragment, setting, mapping_file)
    changes = change_sentences(fitted.tables["changes"])
    lines = (*fitted.lines, *(f"CHANGE OF LEVEL  {each}" for each in changes))
    title = f"Calibration of {source.name}"
    header = (
        f"Shapes fitted to: {setting.source.title}.",
        *lines,
        *(_SCALING[part] for part in fitted.fragment.data),
    )
    result = Calibration(
        fitted.fragment.data, fitted.tables | {"figures": figures_table(fitted.fragment)},
        yaml_text(fitted.fragment, header), page(title, lines, changes, fitted.sections), lines,
    )  # fmt: skip
    return result if out is None else _write(result, Path(out))


_SCALING = {
    "inbound": "Shapes only. Levels are inputs of the scenario: contacts a week times season, weekday, holiday and "
    "profile; mean handle time times each type's handle_relative_mean.",
    "outbound": "Shapes only. Levels are inputs of the scenario: leads a month, the share of attempts that reach the "
    "customer, time spent beside the talk.",
}


def programme_text(inbound: Calibration, outbound: Calibration) -> str:
    """Both shapes as one file, as a scenario's `programme.shapes` reads it: the words of each above its part."""
    return f"{inbound.yaml}\n{outbound.yaml}"


def _check_out(out: Path, records: Path, mapping_file: Path) -> None:
    """Refuse an output that is no YAML file, would overwrite an input, or lies where nothing can be written."""
    if out.suffix.lower() not in (".yaml", ".yml"):
        raise refuse(
            "must name a YAML file", file="--out", value=str(out), hint=f"Example: {out.with_suffix('.yaml')}"
        )
    if out.resolve() in (records.resolve(), mapping_file.resolve()):
        raise refuse("would overwrite what is read", file="--out", value=str(out))
    if out.is_dir():
        raise refuse("is a folder", file="--out", value=str(out), hint=f"Example: {out / 'programme.yaml'}")
    writable_folder(out.parent)


def _check_remarks(fragment: Fragment, setting: Mapping, mapping_file: Path) -> None:
    """Refuse a remark about a figure there is none of."""
    problems = []
    for number, remark in enumerate(setting.remarks):
        allowed = names_no_figure(fragment, remark.figure)
        if allowed:
            place = load_yaml(mapping_file).place(("remarks", number, "figure"))
            hint = name_hint(remark.figure.rpartition(".")[2], allowed)
            problems.append(
                Problem(place, f"remarks[{number}].figure", remark.figure, "is no fitted figure", hint)
            )
    if problems:
        raise InputError(problems)


def _write(result: Calibration, out: Path) -> Calibration:
    html = out.with_name(f"{out.stem}.diagnostics.html")
    write_whole(html, result.diagnostics_html.encode())
    write_whole(out, result.yaml.encode())
    return Calibration(
        result.fragment, result.tables, result.yaml, result.diagnostics_html, result.lines, (out, html)
    )  # fmt: skip


def _contacts(source: Path, setting: ContactMapping, mapping_file: Path) -> _Fitted:
    contacts, findings = read_contacts(source, setting, mapping_file)
    fit = fit_inbound(contacts, setting)
    tables = inbound_tables(fit, contacts, setting.days.interval_s) | {"broken": findings.table()}
    tables |= _months(contacts, fit, setting)
    lines = (rows_line(findings), *inbound_lines(fit, contacts, setting))
    return _Fitted(
        inbound_fragment(fit, setting), tables, lines, inbound_sections(fit, contacts, setting, tables)
    )


def _months(contacts: Contacts, fit: InboundFit, setting: ContactMapping) -> dict[str, pd.DataFrame]:
    if fit.availability is None or not fit.availability.inside:
        return {}
    return {
        "months": compare_months(
            contacts, fit.laws, fit.availability.factor.value, setting, draws=_MONTH_DRAWS
        )
    }


def _intervals(source: Path, setting: IntervalMapping, mapping_file: Path) -> _Fitted:
    data, findings = read_intervals(source, setting, mapping_file)
    fit = fit_intervals(data, setting)
    tables = interval_tables(fit) | {"broken": findings.table()}
    lines = (rows_line(findings), *interval_lines(fit))
    return _Fitted(interval_fragment(fit, setting), tables, lines, interval_sections(fit, tables))


def _outbound(source: Path, setting: OutboundMapping, mapping_file: Path) -> _Fitted:
    reached, findings = read_outbound(source, setting, mapping_file)
    fit = fit_outbound(reached, setting)
    tables = outbound_tables(fit) | {"broken": findings.table()}
    lines = (rows_line(findings), *outbound_lines(fit))
    return _Fitted(outbound_fragment(fit, setting), tables, lines, outbound_sections(fit, reached, tables))

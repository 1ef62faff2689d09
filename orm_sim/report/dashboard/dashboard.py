"""Dashboard: what the executive explorer knows and does, without a widget: sliders, estimate, run, banner."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.report.dashboard.estimate import Estimator
from orm_sim.report.dashboard.runner import Progress, Runner
from orm_sim.report.dashboard.settings import Settings, Slider, sliders
from orm_sim.report.dashboard.shown import Kind, Shown, distinct, shown_of
from orm_sim.report.dashboard.terms import at_risk, shaped, unmoved
from orm_sim.report.options import contenders, locate
from orm_sim.scenario.load import LoadedStudy, as_study, is_study, load_scenario, load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.vendor.labour import unlawful_wage
from orm_sim.vendor.terms import Vendor

QUICK: Final = 20
"""Replications of a run unless asked otherwise: a first look."""
FEWEST, MOST = 2, 2000


class Dashboard:
    """An executive's view of a study.

    Parameters
    ----------
    study : LoadedStudy
    out : Path
        Folder of runs.
    workers : int, optional
        Processes of a run; by default one less than there are cores, so that sliders stay alive.
    """

    def __init__(self, study: LoadedStudy, out: Path, workers: int | None = None) -> None:
        self.study = study
        self.estimator = Estimator(study)
        self.titles = distinct(study.titles)
        crew = workers or max(1, (os.cpu_count() or 2) - 1)
        self.runner = Runner(study, out, crew, self.options_at)
        self.kind: Kind = "estimate"
        self.settings = self.written(next(iter(self.estimator.contracts)))
        self._estimated: Shown | None = None
        self._lived: tuple[Any, Shown] | None = None
        self._draws = _draws_table(self.estimator)
        best = self.estimate().named(contenders(self.estimate().comparison)[0])
        if best in self.estimator.contracts and best != self.settings.deal:
            self.settings = self.written(best)
        self.option = self.settings.deal

    @classmethod
    def open(cls, path: str | os.PathLike[str], out: str = "", workers: int | None = None) -> Dashboard:
        """The dashboard of a study or scenario file, sought from here upwards.

        Raises
        ------
        InputError
            With every problem of the file, or where no option has a contract.
        """
        file = locate(str(path))
        study = load_study(file) if is_study(file) else as_study(load_scenario(file), Path(file), {})
        return cls(study, Path(out or locate("outputs")), workers)

    # -- sliders ---------------------------------------------------------------------------------------------

    @property
    def deals(self) -> dict[str, str]:
        """Titles of the options whose terms can be shaped, by name."""
        return {name: self.titles[name] for name in self.estimator.contracts}

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """The sliders as they are for the chosen option."""
        contract = self.estimator.contracts[self.settings.deal]
        return sliders(self.study.base.vendor.workforce.wage_per_hour, unmoved(contract))

    def slider(self, name: str) -> Slider:
        """One slider by its name.

        Raises
        ------
        InputError
            When there is none of that name.
        """
        found = {each.name: each for each in self.sliders}
        if name not in found:
            rule = "is no slider"
            raise InputError(Problem(Place("sliders"), "", name, rule, name_hint(name, list(found))))
        return found[name]

    def written(self, deal: str) -> Settings:
        """Where the sliders stand when nothing has been moved: the study, and an option's terms as written."""
        base = self.study.base
        contract = self.estimator.contracts[deal]
        return Settings(
            deal, 1.0, base.vendor.workforce.wage_per_hour, 1.0, self.estimator.pays[deal].base_share, 1.0,
            at_risk(contract), 0.0, base.evaluation.risk_weight,
        )  # fmt: skip

    def move(self, name: str, value: float) -> None:
        """Put a slider elsewhere; what stands beyond its range is taken back to its end.

        Raises
        ------
        InputError
            When there is no such slider, or the value is not a number.
        """
        slider = self.slider(name)
        if math.isnan(value):
            raise InputError(Problem(Place("explorer"), name, str(value), "is not a number"))
        held = min(max(value, slider.low * slider.factor), slider.high * slider.factor)
        changed: dict[str, Any] = {name: held}
        self.settings = replace(self.settings, **changed)

    def choose(self, deal: str) -> None:
        """Shape another option's terms, beginning with what is written in them; the world stays as it was put.

        Raises
        ------
        InputError
            When there is no such option, or it has no contract.
        """
        if deal not in self.deals:
            rule, hint = "is no option with a contract", name_hint(deal, list(self.deals))
            raise InputError(Problem(Place("explorer"), "deal", deal, rule, hint))
        new = self.written(deal)
        world = {
            name: getattr(self.settings, name) for name in ("volume", "wage", "continuity", "risk_weight")
        }
        self.settings = replace(new, **world)
        self.option = deal

    def reset(self) -> None:
        """Every slider back to what the study says."""
        self.settings = self.written(self.settings.deal)

    def moved(self, since: Settings | None = None) -> list[str]:
        """Sliders that stand elsewhere than they are written, or than they stood."""
        return (since or self.written(self.settings.deal)).differences(self.settings)

    # -- answers ---------------------------------------------------------------------------------------------

    def estimate(self) -> Shown:
        """The estimate at the sliders' position."""
        if self._estimated is None or self._estimated.settings != self.settings:
            found = self.estimator.estimate(self.settings)
            self._estimated = shown_of(
                "estimate", self.settings, self._named(self.settings), found.outcomes, self._draws, found.ledger,
                dict(found.refusals), self._caveats(),
            )  # fmt: skip
        return self._estimated

    def _caveats(self) -> tuple[str, ...]:
        """What an estimate does not know."""
        said = (
            "Intervals of an estimate say what the draws leave open, not how far closed forms err: it takes outages"
            " at their mean, lets a vendor that plans choose its staffing again every quarter and the client end a"
            " contract for cause, and leaves out storms, shocks to wages and currency and the luck of contacts."
            " `orm-sim hazards` says what those come to. Simulate before you sign.",
        )
        if not self.estimator.unreached:
            return said
        return (*said, f"It does not vary: {', '.join(self.estimator.unreached)}.")

    def lived(self) -> Shown | None:
        """The last finished run, its worst cases weighed as the slider says; None before there is one."""
        found = self.runner.lived
        if found is None:
            return None
        if self._lived is None or self._lived[0] is not found:
            study = self._named(found.settings)
            no_deal = found.outcomes.groupby("option")["no_deal"].all()
            refusals = {str(n): "it would earn more elsewhere" for n, gone in no_deal.items() if gone}
            made = shown_of("run", found.settings, study, found.outcomes, found.draws, found.ledger, refusals)
            self._lived = (found, made)
        return self._lived[1].weighed(self.settings.risk_weight)

    def shown(self) -> Shown:
        """What the page shows: the last run where it is asked for and there is one, else the estimate."""
        lived = self.lived() if self.kind == "run" else None
        return lived if lived is not None else self.estimate()

    def show(self, kind: Kind) -> None:
        """Choose between the estimate and the last run."""
        self.kind = kind

    def banner(self) -> str:
        """That picture and sliders differ, or that the last run was at another position; empty where all agree."""
        lived = self.runner.lived
        if lived is None:
            return ""
        apart = lived.settings.differences(self.settings)
        if not apart:
            return ""
        ran, now = (self._words(apart, each) for each in (lived.settings, self.settings))
        if self.kind == "run":
            return f"The picture shows {ran}; the sliders say {now}: press Run it."
        return (
            f"The last run was at {ran}; the sliders say {now}, and the picture is an estimate: press Run it."
        )

    def _words(self, names: list[str], at: Settings) -> str:
        contract = self.estimator.contracts[at.deal]
        found = {
            s.name: s for s in sliders(self.study.base.vendor.workforce.wage_per_hour, unmoved(contract))
        }
        return ", ".join(
            f"the terms of “{self.titles[at.deal]}”"
            if name == "deal"
            else found[name].words(getattr(at, name))
            for name in names
        )

    def _named(self, at: Settings) -> LoadedStudy:
        """The study with the shaped option called so."""
        terms = [
            n for n in self.written(at.deal).differences(at) if n not in ("volume", "wage", "continuity")
        ]
        title = f"{self.titles[at.deal]} (your terms)" if terms else self.titles[at.deal]
        return replace(self.study, titles={**self.titles, at.deal: title})

    # -- runs ------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        return self.runner.progress

    def run(self, replications: int = QUICK) -> str:
        """Simulate what the sliders say; returns why it was not begun, or nothing."""
        if not FEWEST <= replications <= MOST:
            return f"Replications must be {FEWEST} to {MOST:,}."
        unlawful = self.unlawful()
        if unlawful:
            return unlawful
        if not self.runner.start(self.settings, replications):
            return "A run is at work: cancel it first."
        return ""

    def unlawful(self) -> str:
        """Why no vendor may sign at this wage; empty where one may."""
        vendor = self.study.options[self.settings.deal].vendor
        found = unlawful_wage(self.settings.wage, vendor.country, vendor.labour)
        return (
            f"No vendor signs at these terms: a wage of ${self.settings.wage:.2f} an hour {found}."
            if found
            else ""
        )

    def cancel(self) -> None:
        """Stop the run."""
        self.runner.cancel()

    def options_at(self, options: Mapping[str, Scenario], at: Settings) -> dict[str, Scenario]:
        """The study's options, their rates solved, as the sliders say."""
        return {name: self._at(name, scenario, at) for name, scenario in options.items()}

    def _at(self, name: str, scenario: Scenario, at: Settings) -> Scenario:
        programme, vendor = scenario.programme, scenario.vendor
        inbound, outbound = programme.inbound, programme.outbound
        if at.volume != 1.0:
            seats = max(round(outbound.seats * at.volume), 1)
            inbound = inbound.model_copy(update={"contacts_per_week": inbound.contacts_per_week * at.volume})
            outbound = outbound.model_copy(
                update={"leads_per_month": outbound.leads_per_month * at.volume, "seats": seats}
            )
            programme = programme.model_copy(update={"inbound": inbound, "outbound": outbound})
        if at.wage != vendor.workforce.wage_per_hour:
            paid = vendor.workforce.model_copy(update={"wage_per_hour": at.wage})
            vendor = vendor.model_copy(update={"workforce": paid})
        if at.continuity:
            vendor = _standing_by(vendor, at.continuity)
        contract = scenario.contract
        if contract is not None and name == at.deal:
            contract = shaped(contract, at, self.estimator.pays[name])
        weighed = scenario.evaluation.model_copy(update={"risk_weight": at.risk_weight})
        return scenario.model_copy(
            update={"programme": programme, "vendor": vendor, "contract": contract, "evaluation": weighed}
        )


def _standing_by(vendor: Vendor, share: float) -> Vendor:
    """The vendor with a share of its platform standing by; who does not plan is given it, and what it costs."""
    if vendor.policy == "best_response":
        levers = vendor.levers.model_copy(update={"redundancy": (share,)})
        return vendor.model_copy(update={"levers": levers})
    platform = vendor.platform.model_copy(update={"redundancy": vendor.platform.redundancy + share})
    overhead = vendor.account_overhead_per_month + vendor.platform_per_month * share
    return vendor.model_copy(update={"platform": platform, "account_overhead_per_month": overhead})


def _draws_table(estimator: Estimator) -> pd.DataFrame:
    """Table ``draws`` of the draws behind every estimate."""
    rows = [(r, path, value) for r, each in enumerate(estimator.values) for path, value in each.items()]
    return pd.DataFrame(rows, columns=["replication", "path", "value"])

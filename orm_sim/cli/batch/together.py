"""Scenarios of a batch that meet the same callers, lived side by side: each finds its blocks in its own folder then.

Nothing hangs on it but time. A scenario that fails here, or is in use elsewhere, is left to be lived by itself, where
its failure is told; and whoever lives it by itself finds the blocks that are whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Hashable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from orm_sim.cli.api import run_plan
from orm_sim.cli.batch.items import Item
from orm_sim.cli.batch.live import Settings
from orm_sim.cli.rates import keep_rates, kept_rates
from orm_sim.core.errors import InputError
from orm_sim.scenario.load import LoadedStudy
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.pricing import ReferenceJob, free_options, priced, solve_rates
from orm_sim.simulation.together import alike, live_together
from orm_sim.study import RunPlan, Unit
from orm_sim.study.lock import locked
from orm_sim.study.pool import work_through
from orm_sim.study.run import is_complete, make_ready
from orm_sim.study.store import Store, make_folder
from orm_sim.study.tables import SIMULATED


@dataclass(frozen=True, slots=True)
class Member:
    """One scenario of a group: its study, and the run that its blocks belong to."""

    study: LoadedStudy
    plan: RunPlan
    store: Store


@dataclass(slots=True)
class Group:
    """Scenarios that meet the same callers, with their folders locked from `open` until `close`."""

    members: list[Member]
    workers: int
    _held: ExitStack = field(default_factory=ExitStack)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The blocks that every member is cut into."""
        return self.members[0].plan.units

    def live(self) -> Generator[Unit]:
        """Live what members lack, and yield each block when it is whole; stop early where that cannot be."""
        try:
            with self._held:
                jobs = self._jobs(self._open())
                if len(jobs) > 1:
                    task = LiveBlock(tuple(jobs.values()), tuple(jobs))
                    missing = [unit for unit in self.units if not all(s.is_whole(unit) for s in jobs)]
                    for unit, _ in work_through(task, missing, min(self.workers, max(len(missing), 1))):
                        yield unit
        except Exception:  # noqa: BLE001 - each scenario by itself meets it again, and tells it
            return

    def _open(self) -> list[Member]:
        """Members whose folders nobody else works in; these are locked."""
        found = []
        for member in self.members:
            try:
                make_folder(member.store.folder)
                self._held.enter_context(locked(member.store.folder))
            except InputError:
                continue
            make_ready(member.plan, member.store)
            found.append(member)
        return found

    def _jobs(self, members: Sequence[Member]) -> dict[Store, StudyJob]:
        """What is lived, rates solved, by where its blocks lie."""
        self._solve([each for each in members if kept_rates(each.store.folder) is None])
        found = {}
        for member in members:
            study, plan = member.study, member.plan
            rates = kept_rates(member.store.folder)
            if rates is not None:
                found[member.store] = StudyJob(priced(study, rates), study.zero, plan.seed, plan.engine)
        return found

    def _solve(self, members: Sequence[Member]) -> None:
        """Solve the free rates of members, their reference vendors lived side by side."""
        free = {
            f"{place} {name}": scenario
            for place, member in enumerate(members)
            for name, scenario in free_options(member.study.options).items()
        }
        lived = {}
        if free:
            plan = members[0].plan
            count = members[0].study.base.evaluation.price_replications
            units = [Unit(r, r, r + 1) for r in range(count)]
            job = ReferenceJob(free, plan.seed, plan.engine)
            lived = dict(work_through(job, units, min(self.workers, count)))
        for place, member in enumerate(members):
            mine = [
                {name: each[f"{place} {name}"] for name in free_options(member.study.options)}
                for unit in sorted(lived)
                for each in lived[unit]
            ]
            try:
                keep_rates(member.store.folder, solve_rates(member.study.options, mine))
            except InputError:
                continue


@dataclass(frozen=True, slots=True)
class LiveBlock:
    """Lives a block of every scenario that has not got it, and writes each into its own folder."""

    jobs: tuple[StudyJob, ...]
    stores: tuple[Store, ...]

    def __call__(self, unit: Unit) -> int:
        """How many scenarios were lived."""
        places = [place for place, store in enumerate(self.stores) if not store.is_whole(unit)]
        lived = live_together({place: self.jobs[place] for place in places}, unit)
        for place, frames in lived.items():
            self.stores[place].write_part(unit, frames)
        return len(lived)


def groups(items: Sequence[Item], settings: Settings, workers: int) -> list[Group]:
    """Items that meet the same callers, and are not whole yet, two or more together."""
    found: dict[Hashable, list[Member]] = defaultdict(list)
    for item in items:
        try:
            member = _member(item, settings)
        except Exception:  # noqa: BLE001 - by itself the item meets it again, and tells it
            member = None
        if member is not None and len(member.study.options) > 1 and not is_complete(member.store):
            found[_alike(member)].append(member)
    return [Group(members, workers) for members in found.values() if len(members) > 1]


def _member(item: Item, settings: Settings) -> Member:
    study = item.load(dict(settings.overrides))
    plan = run_plan(study, settings.replications, settings.seed, settings.engine)
    return Member(study, plan, Store(settings.out / plan.run_id, SIMULATED))


def _alike(member: Member) -> Hashable:
    study, plan = member.study, member.plan
    job = StudyJob(study.options, study.zero, plan.seed, plan.engine)
    return (plan.replications, study.base.evaluation.price_replications, alike(job))

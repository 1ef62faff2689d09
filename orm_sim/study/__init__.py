"""Many replications of many options: plan, execute over the cores, store, resume."""

from orm_sim.study.execute import Job, RunInterrupted, execute
from orm_sim.study.plan import RunPlan, Unit, plan_run
from orm_sim.study.pool import RunFailed
from orm_sim.study.run import Run, run_study
from orm_sim.study.store import Store

__all__ = [
    "Job", "Run", "RunFailed", "RunInterrupted", "RunPlan", "Store", "Unit",
    "execute", "plan_run", "run_study",
]  # fmt: skip

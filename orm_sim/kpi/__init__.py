"""What is measured: counters per month, the KPI dictionary, targets and the target/actual/variance report."""

from orm_sim.kpi.counters import COUNTERS, LAGS, Counter
from orm_sim.kpi.dictionary import INDICATORS, KPIS, Counters, Kpi, kpi, ratio, unknown_kpi
from orm_sim.kpi.ids import KpiId, MeterId
from orm_sim.kpi.reported import METERS, REPORTED

__all__ = [
    "COUNTERS",
    "INDICATORS",
    "KPIS",
    "LAGS",
    "METERS",
    "REPORTED",
    "Counter",
    "Counters",
    "Kpi",
    "KpiId",
    "MeterId",
    "kpi",
    "ratio",
    "unknown_kpi",
]

"""What is measured: counters per month, the KPI dictionary, targets and the target/actual/variance report."""

from orm_sim.kpi.counters import COUNTERS, LAGS, Counter
from orm_sim.kpi.dictionary import KPIS, Counters, Kpi, kpi, ratio
from orm_sim.kpi.ids import KpiId, MeterId

__all__ = ["COUNTERS", "KPIS", "LAGS", "Counter", "Counters", "Kpi", "KpiId", "MeterId", "kpi", "ratio"]

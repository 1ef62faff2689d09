"""The contracts of a study's tables: complete, consistent, and kept by the tables they describe."""

import pytest

from orm_sim.core.tables import TableContract
from orm_sim.kpi.dictionary import KPIS
from orm_sim.study.tables import COMPARISON, KPI_TABLE, MEASURES, SIMULATED

ALL = (*SIMULATED, COMPARISON)


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.name)
def test_keys_are_columns_and_names_are_unique(contract: TableContract) -> None:
    names = [column.name for column in contract.columns]
    assert len(set(names)) == len(names)
    assert contract.key
    assert set(contract.key) <= set(names)
    assert {column.dtype for column in contract.columns} <= {"str", "int64", "float64", "bool"}


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.name)
def test_every_number_has_a_unit(contract: TableContract) -> None:
    unitless = [c.name for c in contract.columns if c.dtype == "float64" and not c.unit]
    assert unitless == []


def test_the_names_of_the_tables() -> None:
    assert [contract.name for contract in ALL] == [
        "outcomes", "kpis", "ledger", "draws", "decisions", "strikes", "indices", "failures",
        "breaches", "comparison",
    ]  # fmt: skip


@pytest.mark.row("R100", "R101", "R102", "R227")
def test_every_kpi_of_the_dictionary_is_a_column() -> None:
    assert set(KPIS) <= {column.name for column in KPI_TABLE.columns}
    assert {"service_level", "csat", "contacts_per_paid_hour", "cost_per_contact", "aht"} <= set(KPIS)


def test_every_measure_has_its_interval() -> None:
    names = {column.name for column in COMPARISON.columns}
    for measure in MEASURES:
        assert {measure, f"{measure}_low", f"{measure}_high"} <= names

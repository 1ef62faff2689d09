"""The JSON schema and the reference table say what the terms say."""

import json

from orm_sim.core.schema import json_schema, reference_table, schema_text

from .vendor_terms import Payment, Scenario


def test_a_schema_worked_by_hand():
    assert json_schema(Payment)["properties"]["net_days"] == {
        "default": 45,
        "description": "Days from invoice to payment.\n\nUnit: days.  Source: Startek 10-Q, note R11 (concentration, "
        "terms) (grade A).  Plausible: 30 to 90.",
        "minimum": 0,
        "title": "Net Days",
        "type": "integer",
        "x-evidence": {"unit": "days", "source": "startek_filing_terms", "grade": "A", "low": 30, "high": 90},
    }


def test_a_schema_names_its_dialect_and_refuses_unknown_keys():
    schema = json_schema(Scenario)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["demand", "contract"]
    assert schema["$defs"]["Tier"]["properties"]["rate"]["minimum"] == 0
    assert set(schema["$defs"]["Contract"]["properties"]["clauses"]["items"]["discriminator"]["mapping"]) == {
        "per_unit", "tiered", "cap",
    }  # fmt: skip


def test_a_schema_for_differences_requires_nothing_and_knows_extends():
    schema = json_schema(Scenario, difference=True)
    assert "required" not in schema
    for each in (schema, schema["$defs"]["Payment"]):
        assert next(iter(each["properties"])) == "extends"
        assert "required" not in each


def test_the_text_is_the_same_every_time():
    assert schema_text(Scenario) == schema_text(Scenario)
    assert json.loads(schema_text(Scenario)) == json_schema(Scenario)
    assert schema_text(Scenario).endswith("}\n")


def test_the_reference_table_has_a_line_for_every_key():
    entries = {each.path: each for each in reference_table(Scenario)}
    assert list(entries)[:6] == [
        "demand", "demand.busyness", "demand.busyness.cv", "demand.contacts_per_day", "contract", "contract.title",
    ]  # fmt: skip
    assert "contract.clauses[]<Tiered>.tiers[].up_to" in entries
    assert "contract.sites.*.net_days" in entries
    cv = entries["demand.busyness.cv"]
    assert (cv.allowed, cv.default, cv.unit, cv.grade) == ("a finite number, 0 or more", "0.2", "ratio", "A")
    assert (cv.source, cv.plausible) == ("anonymous_bank_1999", "0.1 to 0.4")
    assert entries["contract.clauses[]<PerUnit>.rate"].allowed == "a finite number, 0 or more, or 'solve'"
    assert entries["demand.contacts_per_day"].default == "required"

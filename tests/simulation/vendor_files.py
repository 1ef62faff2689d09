"""Small programmes of several vendors, as files on disk."""

from pathlib import Path

CENTRE = """
  horizon: {days: 4, opens: "08:00", closes: "12:00"}
  period_s: 3600
  contact_types:
    - name: billing
      rate_per_hour: [60, 90, 90, 70]
      patience: {law: exponential, mean_s: 150}
      handle: {law: lognormal, mean_s: 240, cv: 1.1}
      redial: {probability: 0.5, delay_s: 900}
      groups: [north, south]
    - name: moves
      rate_per_hour: 30
      patience: {law: exponential, mean_s: 200}
      handle: {law: exponential, mean_s: 300}
      returns: {resolved: 0.8, probability: 0.6, delay: {law: exponential, mean_s: 90000}}
      groups: [south, north]
  agent_groups:
    - {name: north, vendor: north, agents: [5, 6, 6, 5], cost_per_hour: 14}
    - {name: south, vendor: south, agents: 3, cost_per_hour: 17, presence: 0.95}
"""

HEAD = "scope: [inbound], term_months: 12, payment: {net_days: 30}, notice_days: 60"

NORTH = f"""
    share: 0.6
    contract:
      {{title: Per contact, {HEAD}, clauses: [
        {{clause: per_unit, label: contacts, channel: inbound, meter: answered, rate: 2.35}},
        {{clause: service_credit, label: credit, channel: inbound, fees: [contacts], at_risk: 0.1, grace_months: 0,
          measures: [{{kpi: service_level, target: 0.9, within_s: 20,
                       credit: {{by: point, points: exact, share: 0.01}}}}]}}]}}
"""
SOUTH = f"""
    share: 0.4
    contract:
      {{title: Per hour, {HEAD}, clauses: [
        {{clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: 21.0}}]}}
"""


def text(*, north: str = "", south: str = "", rest: str = "", months: int = 2) -> str:
    """A programme, with lines added to its vendors or at its end."""
    head = f"months: {months}\ncentre:{CENTRE}vendors:\n  north:{NORTH}{north}  south:{SOUTH}{south}"
    return head + rest


def line(words: str) -> str:
    """A line of a vendor."""
    return f"    {words}\n"


def overflow(after_s: float = 30, to: str = "south", price: str = ", price_per_contact: 4.0") -> str:
    """A vendor's line of overflow."""
    return line(f"overflow: {{to: {to}, after_s: {after_s}{price}}}")


def written(folder: Path, content: str) -> Path:
    """The programme as a file."""
    path = folder / "programme.yaml"
    path.write_text(content, encoding="utf-8")
    return path

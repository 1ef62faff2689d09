"""The accounts of the ledger: each cost line of the client and of the vendor, with the bar it has in the waterfall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Party = Literal["client", "vendor", "staff", "suppliers", "customers", "lender", "authority", "other_clients"]
Kind = Literal["cash", "invoice", "value"]


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the books.

    Attributes
    ----------
    name
        Identifier used in the ledger's column ``account``.
    label
        The words on the waterfall's bar.
    side
        Whose books the account belongs to.
    sign
        +1 a benefit to that side, -1 a cost.
    kind
        ``cash`` moves money; ``value`` is worth without a payment (a sale's margin over its life, a lost contact).
    """

    name: str
    label: str
    side: Literal["client", "vendor"]
    sign: int
    kind: Literal["cash", "value"]


CLIENT_ACCOUNTS: Final[tuple[Account, ...]] = (
    Account("sale_margin", "margin on retained sales", "client", +1, "value"),
    Account("contact_value", "value of resolved contacts", "client", +1, "value"),
    Account("retained_margin", "margin of customers kept or lost by service", "client", +1, "value"),
    Account("abandoned_loss", "loss on abandoned contacts", "client", -1, "value"),
    Account("unresolved_loss", "loss on unresolved contacts", "client", -1, "value"),
    Account("in_house_labour", "in-house agents and their managers", "client", -1, "cash"),
    Account("in_house_hiring", "in-house hiring and training", "client", -1, "cash"),
    Account("in_house_seats", "in-house seats and technology", "client", -1, "cash"),
    Account("improvement", "improvement programme", "client", -1, "cash"),
    Account("fees", "vendor's fees", "client", -1, "cash"),
    Account("credits", "service credits", "client", +1, "cash"),
    Account("hidden_fees", "services thought included, paid for extra", "client", -1, "cash"),
    Account("transition", "transition", "client", -1, "cash"),
    Account("retained_roles", "retained roles", "client", -1, "cash"),
    Account("oversight", "oversight, audit and travel", "client", -1, "cash"),
    Account("licences", "licences and telecom the client supplies", "client", -1, "cash"),
    Account("irrecoverable_tax", "irrecoverable tax", "client", -1, "cash"),
    Account("severance", "severance", "client", -1, "cash"),
    Account("stranded", "stranded cost", "client", -1, "cash"),
    Account("remediation", "remediation of incidents", "client", -1, "cash"),
    Account("exit", "exit and rebuilding", "client", -1, "cash"),
)
"""Every line of the client's value (DESIGN §3 *Client*), in the order of the waterfall."""

VENDOR_ACCOUNTS: Final[tuple[Account, ...]] = (
    Account("vendor_receipts", "receipts from the client", "vendor", +1, "cash"),
    Account("vendor_labour", "agents and their managers", "vendor", -1, "cash"),
    Account("vendor_hiring", "hiring and training", "vendor", -1, "cash"),
    Account("vendor_seats", "seats and technology", "vendor", -1, "cash"),
    Account("vendor_overhead", "management and account overhead", "vendor", -1, "cash"),
    Account("vendor_interest", "interest on the credit line", "vendor", -1, "cash"),
    Account("vendor_tax", "tax withheld from fees", "vendor", -1, "cash"),
    Account("creditors_loss", "claims that a failed vendor does not pay", "vendor", -1, "value"),
    Account("other_business", "margin of the vendor's other business", "vendor", +1, "cash"),
)
"""Every line of the vendor's firm; ``other_business`` counts for its cash, never for the value of this contract."""

ACCOUNTS: Final[dict[str, Account]] = {a.name: a for a in CLIENT_ACCOUNTS + VENDOR_ACCOUNTS}
"""All accounts by name."""

OUTLAY_ACCOUNTS: Final[tuple[str, ...]] = (
    "transition", "fees", "credits", "retained_roles", "oversight", "hidden_fees",
)  # fmt: skip
"""The denominator of ROI: transition + fees (net of credits) + governance."""

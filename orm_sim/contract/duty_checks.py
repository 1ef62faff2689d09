"""Contradictions of duties: clauses that are to pay for them and are not there, warnings of what is not measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orm_sim.contract.duties import DUTIES, Duties, Ending, Governance
from orm_sim.contract.remedy_checks import asked, no_such

if TYPE_CHECKING:
    from orm_sim.contract.checks import Draft

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]


def duties(draft: Draft) -> Found:
    """Duties against the clauses that pay for them, and against the scope."""
    names = [clause.name for _, clause in draft.placed]
    for field in DUTIES:
        term = draft.fields.get(field)
        if not isinstance(term, Duties):
            continue
        for place, label in term.paid():
            if label not in names and not draft.may_hold(label):
                yield (field, *place), no_such(label, names)
        if isinstance(term, Governance):
            for position, warning in enumerate(term.early_warnings):
                yield from asked(draft, (field, "early_warnings", position, "if"), warning.if_)


def copies_kept(draft: Draft) -> Found:
    """Data that is deleted before it is given back."""
    ending = draft.fields["ending"]
    if not isinstance(ending, Ending) or ending.data_deleted_days is None:
        return
    if ending.data_return_days is not None and ending.data_deleted_days < ending.data_return_days:
        yield (
            ("ending", "data_deleted_days"),
            "deletes the data before it has to be given back (`data_return_days`)",
        )

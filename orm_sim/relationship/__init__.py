"""The client's side of managing the relationship: transition now; governance and trust come with later issues."""

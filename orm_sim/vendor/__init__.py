"""The firm that runs contacts: its workforce, its cash, and how it decides on staffing."""

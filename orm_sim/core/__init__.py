"""What every room stands on: errors with a place, frozen terms, evidence, loader, tables, units, schema."""

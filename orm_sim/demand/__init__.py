"""Who contacts whom: volume, season, profile, busyness, contact types and patience inbound; leads outbound."""

"""One programme shared among several vendors: lived month by month in one centre, settled by each one's contract."""

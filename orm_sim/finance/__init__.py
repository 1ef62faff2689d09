"""Money: the ledger of dated flows between parties, discounting, and the client's case against in-house."""

"""The world in which a contract is lived: one SimPy environment, one replication in, one history out."""

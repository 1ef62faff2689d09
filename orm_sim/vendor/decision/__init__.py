"""The vendor's decision: what it expects of each plan under the contract's own settlement, and the one it takes."""

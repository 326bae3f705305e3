"""The ledger: what readers did, stored before it is acknowledged. Knows cms; knows nobody above by name."""

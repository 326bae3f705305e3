"""What happens in the library, written to the ledger in the sender's transaction."""

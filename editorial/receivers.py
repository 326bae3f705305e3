"""What the newsroom hears from the library."""

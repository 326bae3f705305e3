"""From an event to a decision. Read this first."""

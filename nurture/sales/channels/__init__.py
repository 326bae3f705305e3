"""The ways an alert reaches a salesperson: a module each."""

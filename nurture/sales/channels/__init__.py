"""The ways an alert reaches a salesperson: a module each, with `send(alert, people)`. All of them are used."""

from nurture.sales.channels import mail

__all__ = ["mail"]

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who logs in: editor, marketer, salesperson and so on, by group (`cms/policy.py`)."""

    def __str__(self):
        # On one line: it stands in headers of mails.
        return " ".join(self.get_full_name().split()) or self.username

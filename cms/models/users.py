from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who logs in: editor, marketer, salesperson and so on, by group (`cms/policy.py`)."""

    def __str__(self):
        return self.get_full_name() or self.username

"""The demonstration's log-ins. Passwords are made at first start and kept under var/, readable by the owner alone."""

import json
import secrets

from django.conf import settings
from django.contrib.auth.models import Group

from cms import policy
from cms.models import User
from cms.settings.keys import kept

FILE = "demo_logins.json"
GROUPS = {
    "editor": policy.EDITOR,
    "marketer": policy.MARKETER,
    "salesperson": policy.SALESPERSON,
    "sales_manager": policy.SALES_MANAGER,
}


def load(rows: list[dict]) -> int:
    """Make who is missing; how many were. Somebody who has that name already keeps everything, the password too."""
    passwords = _passwords([row["username"] for row in rows])
    known = set(User.objects.filter(username__in=passwords).values_list("username", flat=True))
    missing = [row for row in rows if row["username"] not in known]
    for row in missing:
        user = User.objects.create_user(
            row["username"],
            f"{row['username']}@haldenvane.example",
            passwords[row["username"]],
            first_name=row["first_name"],
            last_name=row["last_name"],
        )
        user.groups.add(Group.objects.get(name=GROUPS[row["group"]]))
    return len(missing)


def logins(rows: list[dict]) -> list[tuple[str, str, str]]:
    """(group, user name, password) of one person of each group; a password that was changed since is not told."""
    passwords, told = _passwords([row["username"] for row in rows]), {}
    people = {user.username: user for user in User.objects.filter(username__in=passwords)}
    for row in rows:
        user, password = people.get(row["username"]), passwords[row["username"]]
        if row["group"] not in told and user is not None:
            is_ours = user.check_password(password)
            told[row["group"]] = (GROUPS[row["group"]], user.username, password if is_ours else "(changed)")
    return list(told.values())


def _passwords(usernames: list[str]) -> dict[str, str]:
    path = settings.VAR_DIR / FILE
    found = json.loads(kept(path, lambda: json.dumps({name: password() for name in usernames}, indent=1)))
    return {name: found[name] for name in usernames if name in found}


def password() -> str:
    """53 random bits that can be typed from a screen: four groups of four letters, vowels and consonants in turn."""
    letters = ("bcdfghjklmnpqrstvwxz", "aeiou")
    return "-".join("".join(secrets.choice(letters[place % 2]) for place in range(4)) for _ in range(4))

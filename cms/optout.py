"""Global Privacy Control (globalprivacycontrol.org) and Do Not Track: a browser objects for its reader."""


def signal(request) -> str:
    """ "gpc", "dnt" or "": by which signal this browser says that it does not want to be tracked."""
    return "gpc" if request.headers.get("Sec-GPC") == "1" else "dnt" if request.headers.get("DNT") == "1" else ""

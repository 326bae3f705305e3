"""How days and times are written, everywhere alike: Django's own English is the American one."""

"""What an import could not take over as it was: where, why, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One row of an import's report. `line` counts from 1 in the file; 0 means the file as a whole."""

    line: int
    why: str
    mend: str = ""
    file: str = ""

    def as_dict(self) -> dict:
        """For the report of a job and the JSON of a command."""
        return {"file": self.file, "line": self.line, "why": self.why, "mend": self.mend}

"""What can stop the lab; each says what happened in one line and carries its exit code."""


class LabError(Exception):
    """The lab cannot go on; the text is one line for the person at the terminal."""

    exit_code = 1


class UsageError(LabError):
    """What was asked for does not exist or makes no sense."""

    exit_code = 2

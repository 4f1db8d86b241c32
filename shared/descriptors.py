"""Room for as many connections as the settings allow: a server without descriptors cannot even refuse."""

import resource

from shared.arrivals import RESERVE
from shared.config import ConfigError, Settings

# Beside connections: files, logs, metrics, pipes, and the modules that are still being loaded.
_OTHERS = 128


def needed(settings: Settings) -> int:
    """The descriptors of one worker when everything is in use at once."""
    return settings.max_connections + 2 * RESERVE + settings.connections + settings.max_transfers + _OTHERS


def make_room(settings: Settings) -> None:
    """Raise this process's limit, which workers inherit, as far as that takes; raises ConfigError if it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed(settings)
    if resource.RLIM_INFINITY not in (soft, hard) and wanted > hard:
        raise ConfigError(f"MAX_CONNECTIONS: {wanted} descriptors are needed, and this system allows {hard}")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

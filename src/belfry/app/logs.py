"""The log for the person on call: one line a change of state, fields by name, never a payload (STYLE, logs)."""

import logging
import sys

import structlog


def set_up(*, verbose: bool = False) -> None:
    """Log to standard error, so that what a command prints stays its own."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG if verbose else logging.WARNING, force=True)
    if not verbose:
        # A warning for every request that is none: whoever reaches the port could fill the disk with them.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

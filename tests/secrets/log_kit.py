"""What the tests of logs and secrets share."""

import contextlib
import io
import logging
import sys
from collections.abc import Iterator

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@contextlib.contextmanager
def caught() -> Iterator[io.StringIO]:
    """Catch what is written to standard error, and put the logging back afterwards."""
    kept, hook = sys.stderr, sys.excepthook
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    sys.stderr = log = io.StringIO()
    try:
        yield log
    finally:
        sys.stderr, sys.excepthook = kept, hook
        root.handlers = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()


def pem() -> str:
    """Make a private key as GitHub gives it to an App."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()

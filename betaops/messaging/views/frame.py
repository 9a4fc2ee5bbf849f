"""The way to the vault that opens a mail."""

from typing import cast

from flask import current_app

from betaops.kernel.work import Platform
from betaops.web.application import Application


def platform() -> Platform:
    return cast(Application, current_app).platform

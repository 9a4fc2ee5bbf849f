"""For any WSGI server: `granian --interface wsgi wsgi:app`."""

import config
from betaops.app import create_app
from betaops.kernel import logging

settings = config.load()
logging.configure(settings.log_level)
app = create_app(settings)

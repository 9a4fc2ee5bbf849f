"""For any WSGI server: `granian --interface wsgi wsgi:app`."""

import config
from betaops.app import create_app

app = create_app(config.load())

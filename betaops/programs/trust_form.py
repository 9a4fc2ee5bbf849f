"""The form in which a product's people say whom it trusts."""

from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Identities, Trust
from betaops.web.forms import Form


class TrustForm(Form):
    identities = RadioField(
        _l("Whose word counts for who is asking"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(Identities.OPEN.value, _l("Anybody's: apps and pages say it themselves")),
            SelectChoice(Identities.SIGNED.value, _l("Your server's: it signs who somebody is")),
        ],
        description=_l(
            "With signatures, a request without one gets what a stranger gets: no cohort, nothing that is stored about a person."
        ),
    )
    servers_use_public_key = BooleanField(
        _l("Programs may read flags for servers with the public key"),
        description=_l(
            "Web pages never may. Anybody can write such a program, so it is safer to give your servers the secret key."
        ),
    )
    version = HiddenField()

    def fill(self, trust: Trust | None) -> None:
        self.identities.data = (trust.identities if trust else Identities.OPEN).value
        self.servers_use_public_key.data = trust is not None and trust.servers_use_public_key
        self.version.data = str(version_of(trust))


def version_of(trust: Trust | None) -> int:
    """A product without a row yet has the one that the first save begins with."""
    return trust.version if trust else 1

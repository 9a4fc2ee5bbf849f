"""What changes usage. Nobody commits here but the edge that called."""

from betaops.usage.service.adopting import adopt
from betaops.usage.service.ingesting import take
from betaops.usage.service.positions import move
from betaops.usage.service.summarising import summarise

__all__ = ["adopt", "move", "summarise", "take"]

"""The form that subscribes a channel: it finds what is typed, and shows what the fields mean."""

from collections.abc import Mapping
from types import MappingProxyType

from blocks import ids
from handlers.feature import ClickHandler, LookupHandler
from handlers.subscribing import filling, finding

ACTIONS: Mapping[str, ClickHandler] = MappingProxyType(
    {
        **dict.fromkeys((*finding.FINDERS, ids.SUBSCRIPTION_CHANGED), filling.changed),
        ids.SUBSCRIPTION_NEW: filling.new,
    }
)
LOOKUPS: Mapping[str, LookupHandler] = MappingProxyType(dict.fromkeys(finding.FINDERS, finding.find))

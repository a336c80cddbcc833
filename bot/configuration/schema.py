"""The JSON Schema of a configuration file, for editors and for whoever writes one by hand.

`python -m bot.configuration.schema > docs/patchforge.schema.json` renews the published one.
"""

import json
import sys

from bot.configuration.keys import FILE


def json_schema() -> str:
    """Return the schema as it is published."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PatchForge's .patchforge.yml",
        "description": "See docs/configuration.md. Filters, zones, countries and schedules are read "
        "more strictly by the bot than a schema can say.",
        **FILE.schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())

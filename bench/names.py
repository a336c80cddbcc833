"""What the contenders are called."""

BARE_JSON = "bare aiohttp, json"
FLOOR = "bare aiohttp, uvloop + msgspec"
SQLITE = "PatchForge, SQLite"
POSTGRES = "PatchForge, PostgreSQL"
REPLICAS = "PatchForge, PostgreSQL, 2 replicas"
PROBOT = "Probot"
NAMES = (BARE_JSON, FLOOR, SQLITE, POSTGRES, REPLICAS, PROBOT)

# What the rules are measured on.
ROUTING = "routing an event, its repository's first"
ROUTING_AGAIN = "routing an event, once more"
CODEOWNERS = "CODEOWNERS: reading it, and whose the files are"
TURNS = "whose turn: the rules alone"
HOME = "whose turn: an App Home, read from storage"
DIGEST = "a digest: read from storage, and rendered"

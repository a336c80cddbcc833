"""What the contenders are called."""

BARE_JSON = "bare aiohttp, json"
FLOOR = "bare aiohttp, uvloop + msgspec"
SQLITE = "PatchForge, SQLite"
POSTGRES = "PatchForge, PostgreSQL"
REPLICAS = "PatchForge, PostgreSQL, 2 replicas"
PROBOT = "Probot"
NAMES = (BARE_JSON, FLOOR, SQLITE, POSTGRES, REPLICAS, PROBOT)

"""The README's tables say what the code does."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings
from handlers import FEATURES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Their default is worked out from other variables or the terminal; the README says how.
WORKED_OUT = {"LLM_MODEL", "PUBLIC_URL", "LOG_FORMAT"}


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table under the heading, without its head."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def configuration() -> dict[str, str]:
    return {row[0].strip("`"): row[1] for row in table("Configuration")}


def test_the_configuration_table_lists_every_setting_and_no_other() -> None:
    assert list(configuration()) == [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - {name.lower() for name in WORKED_OUT}))
def test_the_configuration_table_gives_the_default_of(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = configuration()[name.upper()]
    if default in (None, (), "") or isinstance(default, SecretStr):
        assert shown in {"none", "required by `run`"}
    else:
        assert shown == f"`{default}`"


def test_the_configuration_table_names_what_run_cannot_do_without() -> None:
    required = {name for name, shown in configuration().items() if shown.startswith("required")}
    assert required == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GITHUB_WEBHOOK_SECRET"}


def test_the_command_table_lists_every_sub_command_as_it_is_typed_and_no_other() -> None:
    shown = {row[0].strip("`").replace("\\|", "|") for row in table("Commands")}
    assert shown == {f"/patchforge {command.usage}" for feature in FEATURES for command in feature.commands}


def test_every_local_link_leads_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name} links to {target}"

"""`patchforge inbox`: what GitHub sent, what became of it, and processing it once more."""

from typing import Annotated

import typer

Guid = Annotated[str, typer.Argument(help="The delivery's id, as GitHub and the list show it.")]


def application() -> typer.Typer:
    """Build the commands."""
    cli = typer.Typer(help="Look into what GitHub sent.", no_args_is_help=True)
    cli.command("list")(list_)
    cli.command()(show)
    cli.command()(retry)
    cli.command()(park)
    return cli


def list_(
    *,
    state: Annotated[str | None, typer.Option(help="Only these: new, done, ignored or failed.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only these events, such as pull_request.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only of this owner/name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
) -> None:
    """List deliveries, the latest first; times are UTC."""
    from bot.cli import deliveries  # noqa: PLC0415 - keeps the other commands quick

    deliveries.print_list(state, kind, repo, limit)


def show(guid: Guid) -> None:
    """Tell the path of one delivery: who wanted it, who did not, and why."""
    from bot.cli import deliveries  # noqa: PLC0415 - keeps the other commands quick

    deliveries.print_one(guid)


def retry(guid: Guid) -> None:
    """Process a delivery once more; what is shown already is not shown again."""
    from bot.cli import deliveries  # noqa: PLC0415 - keeps the other commands quick

    deliveries.retry(guid)


def park(
    guid: Guid,
    *,
    reason: Annotated[str, typer.Option(help="What to write down as its reason.")] = "parked by hand",
) -> None:
    """Set a delivery that waits aside, until somebody retries it."""
    from bot.cli import deliveries  # noqa: PLC0415 - keeps the other commands quick

    deliveries.park(guid, reason)

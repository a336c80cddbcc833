"""`patchforge jobs`: what is to leave the process, what did and did not, and setting it going or aside."""

from typing import Annotated

import typer

Number = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The job's number in the list.")]


def application() -> typer.Typer:
    """Build the commands."""
    cli = typer.Typer(help="Look into the ledger: all that leaves the process.", no_args_is_help=True)
    cli.command("list")(list_)
    cli.command()(show)
    cli.command()(retry)
    cli.command()(park)
    return cli


def list_(
    *,
    state: Annotated[
        str | None, typer.Option(help="Only these: ready, running, done, parked, failed or ambiguous.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, such as slack.show.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only what a delivery of this owner/name caused.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
) -> None:
    """List jobs, the latest first; times are UTC."""
    from bot.cli import ledger  # noqa: PLC0415 - keeps the other commands quick

    ledger.print_list(state, kind, repo, limit)


def show(number: Number) -> None:
    """Show one job with all that the ledger knows of it."""
    from bot.cli import ledger  # noqa: PLC0415 - keeps the other commands quick

    ledger.print_one(number)


def retry(number: Number) -> None:
    """Let a job that waits or was stopped run now, with all its attempts before it."""
    from bot.cli import ledger  # noqa: PLC0415 - keeps the other commands quick

    ledger.retry(number)


def park(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="What to write down as its reason.")] = "parked by hand",
) -> None:
    """Set a job that waits aside, until somebody retries it."""
    from bot.cli import ledger  # noqa: PLC0415 - keeps the other commands quick

    ledger.park(number, reason)

"""Who may change what is known of others."""

from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError


async def require_admin(context: Context, slack_user: str) -> None:
    """Raise UserError unless the person is an admin or owner of the workspace."""
    try:
        found = await context.slack.user(slack_user)
    except (Permanent, RetryLater):
        raise UserError("Slack does not tell me whether you are an admin; please try again.") from None
    if not (found.get("is_admin") or found.get("is_owner")):
        raise UserError(
            "Only an admin of this workspace can see and change who is who; ask one of them. Your own link "
            "is yours to change: `/patchforge link your-login`."
        )

"""The card: everything a channel needs to know of one pull request, in one compact message."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup
from bot.models import Pull, PullFacts, PullState, SlackMessage

_LABELS = 4
_REVIEWERS = 8


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card shows: `web_url` is GitHub's web address, `people` maps logins to Slack ids.

    `muted_by` is a Slack id.
    """

    facts: PullFacts
    waiting: pulls.Turn | None
    message_id: int
    web_url: str
    people: Mapping[str, str] = field(default_factory=dict)
    muted_by: str | None = None


def card(view: CardView) -> SlackMessage:
    """Render the card; once merged or closed it is one quiet line."""
    pull = view.facts.pull
    if pull.state is not PullState.OPEN:
        return _folded(view)
    stage = pulls.stage(view.facts)
    status = kit.lines([_status(view.facts), pulls.waiting(view.waiting, view.people)])
    blocks: list[Block] = [
        kit.section(pulls.EMOJI[stage], " ", kit.bold(pulls.title(view.web_url, pull))),
        kit.context(_about(pull)),
    ]
    if status:
        blocks.append(kit.section(status))
    if view.muted_by:
        blocks.append(kit.context(kit.join("🔕 Muted by ", kit.mention(view.muted_by))))
    return kit.message(_fallback(pull, stage), blocks, [_buttons(view)])


def _folded(view: CardView) -> SlackMessage:
    pull = view.facts.pull
    stage = pulls.stage(view.facts)
    who, at = pull.merged_by, pull.merged_at or pull.closed_at
    end = kit.join(
        stage.value,
        *((" by ", pulls.person(who, {})) if who else ()),
        *((" ", kit.ago(at)) if at else ()),
    )
    title = pulls.title(view.web_url, pull, 100)
    line = kit.join(pulls.EMOJI[stage], " ", title, kit.DOT, pulls.reference(pull), kit.DOT, end)
    return kit.message(_fallback(pull, stage), [kit.context(line)])


def _about(pull: Pull) -> Markup:
    labels = [kit.code(label, 30) for label in pull.labels[:_LABELS]]
    rest = len(pull.labels) - _LABELS
    if rest > 0:
        labels.append(Markup(f"+{rest}"))
    return kit.join(
        pulls.person(pull.author, {}),
        pulls.reference(pull),
        kit.join("→ ", kit.cut(pull.base, 60)),
        Markup(f"+{pull.additions:,} −{pull.deletions:,}"),  # noqa: RUF001 - the minus sign as GitHub shows it
        Markup(pulls.count(pull.changed_files, "file")),
        kit.join(*labels, sep=" "),
        kit.ago(pull.created_at),
        sep=kit.DOT,
    )


def _status(facts: PullFacts) -> Markup:
    said = facts.verdicts()
    shown = [
        kit.join(Markup(f"{pulls.VERDICT_EMOJI[verdict]} "), pulls.person(login, {}))
        for login, verdict in list(said.items())[:_REVIEWERS]
    ]
    teams = [kit.join("👀 ", kit.cut(team, 60)) for team in facts.pull.teams[: _REVIEWERS - len(shown)]]
    reviewers = pulls.listed([*shown, *teams], len(said) + len(facts.pull.teams))
    return kit.join(reviewers, pulls.summary(facts.checks), sep=kit.DOT)


def _buttons(view: CardView) -> Block:
    value = ids.encode(ids.CardRef(view.message_id))
    review = kit.button("Review", ids.CARD_REVIEW, value, url=pulls.url(view.web_url, view.facts.pull))
    if view.muted_by:
        return kit.actions(review, kit.button("Unmute", ids.CARD_UNMUTE, value))
    return kit.actions(review, kit.button("Mute", ids.CARD_MUTE, value))


def _fallback(pull: Pull, stage: pulls.Stage) -> str:
    title = kit.cut(pulls.one_line(pull.title), 150) or "(no title)"
    return kit.join(f"{stage.value.capitalize()}: {title} (", pulls.reference(pull), ")")

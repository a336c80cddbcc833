"""Which properties each block and element has, which it must have, and of what kind each is.

A shape is written as words: `name`, `name:kind` or `name!` when required (`name!:kind` for both). Kinds are
those of `Report.kind`; a bare name is an object that has a check of its own.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

BLOCKS: Mapping[str, str] = {
    "actions": "elements!:list",
    "alert": "text! level:default|info|warning|error|success",
    "card": "actions:list body hero_image icon subtitle title",
    "carousel": "elements!:list",
    "container": "child_blocks!:list default_collapsed:bool has_header_divider:bool icon is_collapsible:bool "
    "rich_text_title subtitle title width:narrow|standard|wide|full",
    "context": "elements!:list",
    "context_actions": "elements!:list",
    "data_table": "caption!:str rows!:list page_size:num row_header_column_index:num",
    "divider": "",
    "file": "external_id!:str source!:str",
    "header": "text!",
    "image": "alt_text!:str image_url:str slack_file:dict title",
    "input": "element! label! dispatch_action:bool hint optional:bool",
    "markdown": "text!:str",
    "plan": "title!:str tasks:list",
    "rich_text": "elements!:list",
    "section": "text fields:list accessory expand:bool",
    "table": "rows!:list column_settings:list",
    "task_card": "status!:pending|in_progress|complete|error task_id!:str title!:str details output "
    "sources:list",
    "video": "alt_text!:str thumbnail_url!:str title! video_url!:str author_name:str description "
    "provider_icon_url:str provider_name:str title_url:str",
}

_SELECT = "action_id:str confirm focus_on_load:bool placeholder"
_MULTI = f"{_SELECT} max_selected_items:num"
_TYPED = "action_id:str focus_on_load:bool placeholder dispatch_action_config:dict"

ELEMENTS: Mapping[str, str] = {
    "button": "text! accessibility_label:str action_id:str confirm style:primary|danger url:str value:str",
    "channels_select": f"{_SELECT} initial_channel:str response_url_enabled:bool",
    "checkboxes": "options!:list action_id:str confirm focus_on_load:bool initial_options:list",
    "conversations_select": f"{_SELECT} default_to_current_conversation:bool filter:dict "
    "initial_conversation:str response_url_enabled:bool",
    "datepicker": f"{_SELECT} initial_date:str",
    "datetimepicker": "action_id:str confirm focus_on_load:bool initial_date_time:num",
    "email_text_input": f"{_TYPED} initial_value:str",
    "external_select": f"{_SELECT} initial_option min_query_length:num",
    "feedback_buttons": "negative_button!:dict positive_button!:dict action_id:str",
    "file_input": "action_id:str filetypes:list max_files:num",
    "icon_button": "icon!:str text! accessibility_label:str action_id:str confirm value:str "
    "visible_to_user_ids:list",
    "image": "alt_text!:str image_url:str slack_file:dict",
    "multi_channels_select": f"{_MULTI} initial_channels:list",
    "multi_conversations_select": f"{_MULTI} default_to_current_conversation:bool filter:dict "
    "initial_conversations:list",
    "multi_external_select": f"{_MULTI} initial_options:list min_query_length:num",
    "multi_static_select": f"{_MULTI} initial_options:list option_groups:list options:list",
    "multi_users_select": f"{_MULTI} initial_users:list",
    "number_input": f"{_TYPED} is_decimal_allowed!:bool initial_value:str max_value:str min_value:str",
    "overflow": "options!:list action_id:str confirm",
    "plain_text_input": f"{_TYPED} initial_value:str max_length:num min_length:num multiline:bool",
    "radio_buttons": "options!:list action_id:str confirm focus_on_load:bool initial_option",
    "rich_text_input": f"{_TYPED} initial_value max_lines:num min_lines:num",
    "static_select": f"{_SELECT} initial_option option_groups:list options:list",
    "timepicker": f"{_SELECT} initial_time:str timezone:str",
    "url_text_input": f"{_TYPED} initial_value:str",
    "users_select": f"{_SELECT} initial_user:str",
    "workflow_button": "text! workflow!:dict accessibility_label:str action_id:str confirm "
    "style:primary|danger",
}

RICH_TEXT: Mapping[str, str] = {
    "broadcast": "range!:here|channel|everyone style:dict",
    "channel": "channel_id!:str style:dict",
    "color": "value!:str style:dict",
    "date": "format!:str timestamp!:num fallback:str style:dict url:str",
    "emoji": "name!:str style:dict unicode:str url:str",
    "link": "url!:str style:dict text:str unsafe:bool",
    "rich_text_list": "elements!:list style!:bullet|ordered border:num indent:num offset:num",
    "rich_text_preformatted": "elements!:list border:num language:str",
    "rich_text_quote": "elements!:list border:num",
    "rich_text_section": "elements!:list",
    "team": "team_id!:str style:dict",
    "text": "text!:str style:dict",
    "user": "user_id!:str style:dict",
    "usergroup": "usergroup_id!:str style:dict",
}

SELECTS = frozenset(
    f"{multi}{what}_select"
    for multi in ("", "multi_")
    for what in ("static", "external", "users", "conversations", "channels")
)
_EVERYWHERE = SELECTS | {"checkboxes", "datepicker", "datetimepicker", "radio_buttons", "timepicker"}
IN_SECTION = _EVERYWHERE | {"button", "image", "overflow", "workflow_button"}
IN_ACTIONS = _EVERYWHERE | {"button", "overflow", "rich_text_input", "workflow_button"}
IN_INPUT = _EVERYWHERE | {
    "email_text_input",
    "file_input",
    "number_input",
    "plain_text_input",
    "rich_text_input",
    "url_text_input",
}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})


@dataclass(frozen=True)
class Shape:
    """The properties of one type: name → kind, and the names that must be there."""

    kinds: Mapping[str, str]
    required: frozenset[str]


@functools.cache
def shape(words: str) -> Shape:
    """Read a shape from its words."""
    kinds: dict[str, str] = {}
    required: set[str] = set()
    for word in words.split():
        name, _, kind = word.partition(":")
        if name.endswith("!"):
            name = name[:-1]
            required.add(name)
        kinds[name] = kind or "any"
    return Shape(kinds, frozenset(required))

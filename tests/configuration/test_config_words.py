"""What people type after `/patchforge config`."""

import pytest

from bot.configuration.request import Act, ConfigRequest, parse_config
from bot.errors import UserError


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", ConfigRequest(Act.EXPLAIN)),
        ("acme/API", ConfigRequest(Act.SHOW, "acme/api")),
        ("<https://github.com/acme/api>", ConfigRequest(Act.SHOW, "acme/api")),
        ("acme/*", ConfigRequest(Act.SHOW, "acme/*")),
        ("acme/.patchforge", ConfigRequest(Act.SHOW, "acme/*")),
        ("allow acme/api", ConfigRequest(Act.ALLOW, "acme/api")),
        ("Disallow acme/*", ConfigRequest(Act.DISALLOW, "acme/*")),
        ("allow acme/.patchforge people", ConfigRequest(Act.ALLOW, "acme/*", people=True)),
    ],
)
def test_it_is_read(typed: str, asked: ConfigRequest) -> None:
    assert parse_config(typed) == asked


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("alow acme/api", "did you mean `allow`"),
        ("what", "choose from `owner/repo`, `allow`, `disallow`"),
        ("allow", "Say whose file, such as `/patchforge config allow acme/payments-api`."),
        (
            "allow acme/api people",
            "Only an organisation's file says who is who: `config allow acme/* people`.",
        ),
        ("allow acme/* everything", "only `people` may follow `owner/*`"),
        ("acme/api acme/web", "One repository at a time; leave `acme/web` out."),
    ],
)
def test_what_is_not_understood_says_what_to_write(typed: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_config(typed)
    assert sentence in caught.value.sentence

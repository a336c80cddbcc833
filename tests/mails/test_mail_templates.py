"""A template of one's own holds fixed placeholders, and can do no harm."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.mails.templates import MOST_BYTES, Templates, built_in, load, problem
from tests.mails.mail_kit import approved
from tests.world import open_world

HTML = '<p style="color: red">{{ note }}</p><p>{{ reason }} <a href="{{ unsubscribe_url }}">Bye</a></p>'
TEXT = "ACME says: {{ note }}\n\n{{ closing }}\n\n{{ reason }} {{ unsubscribe_url }}\n"


def test_the_built_in_templates_keep_the_rules_for_others() -> None:
    usual = built_in("note")
    assert problem(usual.html, html=True) is None
    assert problem(usual.text, html=False) is None


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("<script>x</script>", "<script> is not allowed"),
        ('<img src="https://evil.example/p.png">', "<img> is not allowed"),
        ("<form></form>", "<form> is not allowed"),
        ("<iframe></iframe>", "<iframe> is not allowed"),
        ("<svg/onload=x>", "<svg> is not allowed"),
        ('<link rel="stylesheet" href="https://evil.example/x.css">', "<link> is not allowed"),
        ('<p onclick="x()">', "the attribute onclick is not allowed"),
        ('<td background="https://evil.example/p.png">', "the attribute background is not allowed"),
        ('<p style="background: url(https://evil.example/p.png)">', "style must not hold url("),
        ("<style>@import 'https://evil.example/x.css';</style>", "<style> must not hold @import"),
        ("<style>p { background: URL (x) }</style>", "<style> must not hold URL ("),
        ("<style>.x { content: '{{ title }}' }</style>", "<style> must not hold {{"),
        ("<style>p { background: u\\72l(x) }</style>", "<style> must not hold \\"),
        ('<a href="javascript:x()">x</a>', "href must be"),
        ('<a href="{{ title }}">x</a>', "href must be"),
        ('<a href="https://evil.example/{{ title }}">x</a>', "href must be"),
        ('<a href="//evil.example">x</a>', "href must be"),
        ('<p title="{{ title }}">x</p>', "title must not hold a placeholder"),
        ('<meta http-equiv="refresh" content="0;url=https://evil.example">', "the attribute http-equiv"),
        ("<!-- {{ title }} -->", "a comment must hold plain words only"),
        ("<!--[if mso]><img><![endif]-->", "a comment must hold plain words only"),
        ("<?php x ?>", "<?php x ? is not allowed"),
        ("{{ secret }}", "{{ secret }} is none of its placeholders"),
        ("{{ note.__class__ }}", "it holds more than placeholders"),
        ("{% for x in y %}", "it holds more than placeholders"),
        ("x" * MOST_BYTES, "it is larger than"),
    ],
)
def test_what_a_template_must_not_hold_is_named(added: str, says: str) -> None:
    assert says in (problem(HTML + added, html=True) or "")


@pytest.mark.parametrize("name", ["note", "reason", "unsubscribe_url"])
def test_what_every_e_mail_needs_must_be_there(name: str) -> None:
    assert problem(TEXT.replace(f"{{{{ {name} }}}}", ""), html=False) == f"{{{{ {name} }}}} is missing"


def test_values_are_escaped_and_hold_no_placeholders_of_their_own() -> None:
    html, text = (
        Templates()
        .of("acme/x")
        .fill({"title": '<img src="x"> & {{ note }}', "note": "A <b>.", "closing": ""}, "<p>safe</p>")
    )
    assert "&lt;img src=&quot;x&quot;&gt; &amp; {{ note }}" in html
    assert "<p>safe</p>" in html
    assert '<img src="x"> & {{ note }}' in text


def test_each_owner_has_a_folder_and_the_rest_is_the_usual(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(TEXT)
    (tmp_path / "ACME").mkdir()
    (tmp_path / "ACME" / "note.html").write_text(HTML)
    found = load(tmp_path)
    assert (found.of("acme/pay").html, found.of("acme/pay").text) == (HTML, TEXT)
    assert (found.of("octo/x").html, found.of("octo/x").text) == (built_in("note").html, TEXT)
    assert load(None).of("acme/pay") == built_in("note")


@pytest.mark.parametrize("content", [b"<p>{{ note }}</p>", b"\xff", b"x" * (MOST_BYTES + 1)])
def test_a_wrong_template_is_named_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "note.html").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith("MAIL_TEMPLATES: ")
    assert "note.html" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="MAIL_TEMPLATES: no such folder"):
        load(tmp_path / "none")


async def test_an_organisation_s_own_template_is_what_arrives(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "acme"
    folder.mkdir(parents=True)
    (folder / "note.html").write_text(HTML)
    (folder / "note.txt").write_text(TEXT)
    async with open_world(sqlite_url, mail_templates=folder.parent) as world:
        await approved(world, "✓ Jonas Weber (acme.example) sent")
        (mail,) = world.mail.messages
        assert mail.text.startswith("ACME says: ")
        assert mail.html.startswith('<p style="color: red"><p>')

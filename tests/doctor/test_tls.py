"""The doctor and TLS: what is wrong with a certificate is told in a sentence that says what to do."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.doctor.doctor_kit import found_in
from tests.world import World


def _certificate(folder: Path, *, name: str = "127.0.0.1", begins: int = -2, ends: int = 2) -> Path:
    """Write a self-signed certificate with its key; `begins` and `ends` are days from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.asynccontextmanager
async def _server(certificate: Path | None) -> AsyncIterator[int]:
    """Listen with the certificate, or without TLS, and hang up on everybody."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_an_unknown_authority_is_told_wherever_it_is_met(followed: World, tmp_path: Path) -> None:
    async with _server(_certificate(tmp_path)) as port:
        found = await found_in(
            followed,
            slack_api_url=f"https://127.0.0.1:{port}/api/",
            github_api_url=f"https://127.0.0.1:{port}",
            groq_base_url=f"https://127.0.0.1:{port}",
            public_url=f"https://127.0.0.1:{port}",
            smtp_port=port,
            smtp_security="tls",
        )
    for about in ("Slack bot token", "GitHub", "Language model", "E-mail", "PUBLIC_URL"):
        mark, says = found[about]
        assert mark == "fix", about
        assert "an authority that this machine does not know" in says, (about, says)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"begins": -3, "ends": -1}, "has expired"),
        ({"begins": 1, "ends": 3}, "is not valid yet"),
        ({"name": "127.0.0.2"}, "is for another name"),
    ],
)
async def test_what_is_wrong_with_a_known_certificate_is_told(
    followed: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: dict[str, Any],
    words: str,
) -> None:
    certificate = _certificate(tmp_path, **made)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with _server(certificate) as port:
        mark, says = (await found_in(followed, github_api_url=f"https://127.0.0.1:{port}"))["GitHub"]
    assert mark == "fix"
    assert words in says


async def test_a_server_without_tls_is_told(followed: World) -> None:
    async with _server(None) as port:
        mark, says = (await found_in(followed, github_api_url=f"https://127.0.0.1:{port}"))["GitHub"]
    assert mark == "fix"
    assert "TLS cannot be agreed on" in says

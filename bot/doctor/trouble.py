"""Say in a sentence why a connection could not be made."""

import ssl
from collections.abc import Iterator

# OpenSSL's numbers for what is wrong with a certificate.
_NOT_YET, _EXPIRED = 9, 10
_OTHER_NAMES = {62, 63, 64}
_UNKNOWN_ISSUERS = {18, 19, 20, 21}


def reason(error: BaseException) -> str:
    """Return what to do about TLS if that is behind the error, or else the error's own words."""
    for behind in _chain(error):
        # aiohttp's own is one of these too, but does not say what is wrong.
        if isinstance(behind, ssl.SSLCertVerificationError) and hasattr(behind, "verify_code"):
            return _of_certificate(behind)
        if isinstance(behind, ssl.SSLError) and not isinstance(behind, ssl.SSLCertVerificationError):
            said = behind.reason or "no common version"
            return f"TLS cannot be agreed on there ({said}): is it the right port, and no plain HTTP?"
    return str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Go from an error to those behind it; a chain may bite its own tail."""
    seen, behind = set[int](), [error]
    while behind:
        one = behind.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            behind += [other for other in (one.__context__, one.__cause__) if other is not None]


def _of_certificate(error: ssl.SSLCertVerificationError) -> str:
    code = error.verify_code
    if code == _EXPIRED:
        return "the server's certificate has expired: whoever runs it must renew it"
    if code == _NOT_YET:
        return "the server's certificate is not valid yet: is this machine's clock right?"
    if code in _OTHER_NAMES:
        return "the server's certificate is for another name: check the address"
    if code in _UNKNOWN_ISSUERS:
        return (
            "the server's certificate is signed by an authority that this machine does not know: "
            "set SSL_CERT_FILE to a file with your own authorities and the usual ones"
        )
    return f"the server's certificate is not accepted: {error.verify_message}"

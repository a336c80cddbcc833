"""A language model that answers over Groq's HTTP protocol, well or badly, as it is told.

`LlmServer.start()` listens on a free port of 127.0.0.1. Give `base_url` to a Groq client as it is
(it adds `/openai/v1/...` itself) and `base_url + "/openai/v1"` to an OpenAI client; the key is `api_key`.
`mode` may be changed at any moment; `requests` is the ledger of what was asked and answered.
`on_call("completions", phase)` sees each question `before` it is read and `after`, before it is answered;
where it says False the connection breaks there.
"""

from sandbox.llm.server import MODES, LlmRequest, LlmServer, Mode

__all__ = ["MODES", "LlmRequest", "LlmServer", "Mode"]

"""A bot reduced to its calls: what a test sends to the sandbox, and the answer as it came over the wire."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.sandbox import Sandbox


class Answer(dict[str, Any]):
    """The JSON of an answer and its HTTP status."""

    status: int

    @property
    def result(self) -> Any:
        assert self["ok"] is True, self
        return self["result"]

    @property
    def refusal(self) -> str:
        assert self["ok"] is False and self["error_code"] == self.status, self
        return self["description"]


class Caller:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def __call__(self, method: str, **parameters: Any) -> Answer:
        """POST the parameters as JSON."""
        return await self.post(method, json=parameters)

    async def post(self, method: str, *, token: str = "", **how: Any) -> Answer:
        url = f"{self.sandbox.url}/bot{token or self.sandbox.token}/{method}"
        async with self.session.post(url, **how) as response:
            answer = Answer(await response.json())
            answer.status = response.status
            return answer

    async def phone(self, verb: str, path: str, **how: Any) -> Any:
        async with self.session.request(verb, f"{self.sandbox.url}{path}", **how) as response:
            return await response.json()

"""What a tab does beside what it shows: requests, console, errors; what none may ever do is checked at its end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request


class Watch:
    """Listens to one tab from its beginning."""

    def __init__(self, page: Page) -> None:
        self.console: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self.requests: list[Request] = []
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.on("request", self._asked)
        page.on("dialog", self._interrupted)

    def _said(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _failed(self, error: Error) -> None:
        self.errors.append(str(error))

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def _interrupted(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def bodies(self, path: str) -> list[Any]:
        """The JSON bodies sent to a path of the API, in order."""
        return [one.post_data_json for one in self.requests if one.post_data and urlsplit(one.url).path == path]

    def check(self, host: str) -> None:
        """No mistake of the page, nothing that its policy forbids, no dialog, and no word to another host."""
        assert not self.errors, self.errors
        assert not self.dialogs, self.dialogs
        forbidden = [text for text in self.console if "Content Security Policy" in text or "Refused to" in text]
        assert not forbidden, forbidden
        hosts = {urlsplit(one.url).netloc for one in self.requests if one.url.startswith(("http", "ws"))}
        assert hosts <= {host}, hosts

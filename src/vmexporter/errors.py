"""Every failure a user can meet: one class per thing the user can do something about.

A message is one sentence, ``cannot <verb> <object>: <why>``; ``hint`` says what to try. ``code`` stands in JSON
answers, tests and docs; ``exit_status`` is the command line's, ``http_status`` the page's. No secret and no raw label
value belongs into a message or a hint.
"""

from __future__ import annotations

from typing import ClassVar


class VmexporterError(Exception):
    """Base of all errors that are told to the user as they are."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(VmexporterError):
    """What the user typed or sent cannot be meant; ``field`` names the place."""

    code = "invalid_input"
    exit_status = 2
    http_status = 400

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class ServerUnreachable(VmexporterError):
    """No usable answer came: no connection, a broken one, a stall, or a server that says it is overloaded (429, 5xx).

    Attributes:
        retry_after_s: how long the server asked to wait, if it did.
        stalled: nothing was read for the stall timeout, which may mean that the request was too heavy.
        status: the HTTP status, where one was the reason.
        unsent: no connection came about, so the server cannot have seen anything of the request.
    """

    code = "server_unreachable"
    exit_status = 3
    http_status = 502

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retry_after_s: float | None = None,
        stalled: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        self.stalled = stalled
        self.status = status
        self.unsent = False


class AccessDenied(VmexporterError):
    """The server wants other credentials (401, 403)."""

    code = "access_denied"
    exit_status = 4
    http_status = 403


class EndpointMissing(VmexporterError):
    """Something answered, but not the API that was asked for (404, 405, 501, or a path that it does not serve)."""

    code = "endpoint_missing"
    exit_status = 5
    http_status = 404


class QueryRejected(VmexporterError):
    """The server understood the path and refused what was sent (400, 413, 422, or an error text after a 200).

    Attributes:
        status: the HTTP status, where one was the reason.
    """

    code = "query_rejected"
    exit_status = 6
    http_status = 422

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class PartialData(VmexporterError):
    """The server cannot answer completely, because a part of it is down."""

    code = "partial_data"
    exit_status = 7
    http_status = 503


class BadExportLine(VmexporterError):
    """The server's export stream holds something that is no line of the export format."""

    code = "bad_export_line"
    exit_status = 8
    http_status = 502


class BundleDamaged(VmexporterError):
    """A bundle, an interrupted export or a map is not what its checksums or its form promise."""

    code = "bundle_damaged"
    exit_status = 9
    http_status = 422


class LeakFound(VmexporterError):
    """Something private would have left the machine; nothing did.

    Attributes:
        kind: what it was taken for.
        place: where it stood, in words that tell nothing private.
    """

    code = "leak_found"
    exit_status = 10
    http_status = 500

    def __init__(self, message: str, *, hint: str = "", kind: str = "", place: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.place = place


class OutputFailed(VmexporterError):
    """The result cannot be written: no space, no permission, the name is taken."""

    code = "output_failed"
    exit_status = 11
    http_status = 507


class ImportDiffers(VmexporterError):
    """An import arrived, but the target has something else than was sent."""

    code = "import_differs"
    exit_status = 12
    http_status = 502

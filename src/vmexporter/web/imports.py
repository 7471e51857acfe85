"""The imports of this server."""

from __future__ import annotations

from vmexporter.bundle.uploads import Uploads
from vmexporter.web.outputs import OutputFolder


class Imports:
    """Imports and what was handed over for them."""

    def __init__(self, folder: OutputFolder) -> None:
        self.uploads = Uploads(folder.root)

    def remove_upload(self, identity: str) -> None:
        """Remove an upload."""
        self.uploads.remove(identity)

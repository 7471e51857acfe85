"""What the routes of imports take: the request models of ``core.importing``, and which file is meant."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from vmexporter.core.formats import Format
from vmexporter.core.importing.request import ImportOptions, ImportRequest
from vmexporter.core.request import Connection, Model
from vmexporter.web.bodies import ConnectionBody, Text

_LONGEST_ADDRESS = 1 << 16


class SourceBody(Model):
    """One file: an ``upload`` by its id, or a ``path`` below the output folder."""

    upload: Text = ""
    path: Text = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.upload) == bool(self.path):
            raise ValueError("a file is an upload or a path, one of the two")
        return self


class CheckBody(Model):
    """A file to be checked; ``force`` takes what is sound of a damaged one."""

    source: SourceBody
    force: bool = False


class TargetBody(ConnectionBody):
    """Where an import goes; ``insert_url`` is where data is taken in, if that is another address."""

    insert_url: str = Field(default="", max_length=_LONGEST_ADDRESS, repr=False)

    def target(self) -> ImportRequest:
        """The request that changes nothing."""
        return ImportRequest(connection=self.connection, insert_url=self.insert_url)


class TargetTestBody(TargetBody):
    """A target to be tried with an empty body of this form."""

    format: Format = "jsonl"


class ImportBody(TargetBody):
    """An import, or the preflight of one."""

    source: SourceBody
    options: ImportOptions = ImportOptions()
    force: bool = False

    def request(self) -> ImportRequest:
        """The request that flows understand."""
        return self.target().model_copy(update={"options": self.options, "force": self.force})


class ImportResumeBody(TargetBody):
    """What an interrupted import needs again; without a connection, the address it was begun with."""

    connection: Connection = Connection(url="")


class RememberBody(Model):
    """Whether addresses of targets are kept from now on; switched off, those that are kept are deleted."""

    remember: bool

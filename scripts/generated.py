"""Writes the files that follow from the code, so that nobody has to keep them: `make generated`.

``tests/rules/test_generated.py`` fails when one of them is not what this would write.
"""

from __future__ import annotations

import json
from pathlib import Path

from scripts import api_reference, cli_reference, completions
from scripts.commandtree import tree
from scripts.manpage import man_page
from vmexporter import errors
from vmexporter.core.configfile import config_schema

ROOT = Path(__file__).resolve().parents[1]


def texts() -> dict[str, str]:
    """Path from the project's root → what it should hold."""
    groups, commands = tree()
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and each is not errors.VmexporterError]
    known = [each for each in kinds if issubclass(each, errors.VmexporterError)]
    return {
        "docs/cli.md": cli_reference.reference(),
        "docs/api-reference.md": api_reference.reference(),
        "docs/config.schema.json": json.dumps(config_schema(), indent=2) + "\n",
        "packaging/man/vmexporter.1": man_page(groups, commands, known),
        "packaging/completions/vmexporter.bash": completions.bash(groups, commands),
        "packaging/completions/_vmexporter": completions.zsh(groups, commands),
        "packaging/completions/vmexporter.fish": completions.fish(groups, commands),
    }


def main() -> None:
    """Write them."""
    for name, text in texts().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

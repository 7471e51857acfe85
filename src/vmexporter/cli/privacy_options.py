"""The options that say what becomes of labels, and the policy file that a company can share.

A policy file is TOML: ``level``, ``words``, and a table ``[labels]`` of label = "keep" | "map" | "drop". What stands on
the command line is added to it, and its level wins.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vmexporter.cli.models import build_model
from vmexporter.errors import InvalidInput

if TYPE_CHECKING:
    from vmexporter.core.request import ObfuscationChoice

_PRIVACY = "Privacy"
_ACTIONS = ("keep", "map", "drop")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PolicyOptions:
    """What happens to label values."""

    level: Annotated[
        str,
        typer.Option(help="support (default), strict, or none (only secrets are removed).", rich_help_panel=_PRIVACY),
    ] = ""
    obfuscate: Annotated[
        bool,
        typer.Option(help="Pseudonyms for private values; --no-obfuscate is --level none.", rich_help_panel=_PRIVACY),
    ] = True
    policy: Annotated[
        Path | None, typer.Option(help="Policy file (TOML); see vmexporter policy.", rich_help_panel=_PRIVACY)
    ] = None
    keep_label: Annotated[
        list[str] | None,
        typer.Option(help="Leave this label's values as they are. Repeatable.", rich_help_panel=_PRIVACY),
    ] = None
    map_label: Annotated[
        list[str] | None, typer.Option(help="Map all values of this label. Repeatable.", rich_help_panel=_PRIVACY)
    ] = None
    drop_label: Annotated[
        list[str] | None, typer.Option(help="Leave this label out. Repeatable.", rich_help_panel=_PRIVACY)
    ] = None
    words_file: Annotated[
        Path | None,
        typer.Option(
            help="File with words that must vanish wherever they stand, one a line.", rich_help_panel=_PRIVACY
        ),
    ] = None

    def resolve(self, *, one_way: bool = False) -> ObfuscationChoice:
        """The choice, policy file and words file read.

        Raises:
            InvalidInput: the options contradict each other, or a file is not what it should be.
        """
        from vmexporter.core.request import ObfuscationChoice

        shared = _policy_file(self.policy) if self.policy else {}
        labels: dict[str, str] = shared.get("labels", {})
        chosen = {"keep": self.keep_label or (), "map": self.map_label or (), "drop": self.drop_label or ()}
        labels = labels | {label: action for action, named in chosen.items() for label in named}
        by_action = {
            f"{action}_labels": tuple(
                dict.fromkeys([*(label for label, does in labels.items() if does == action), *chosen[action]])
            )
            for action in _ACTIONS
        }
        if not self.obfuscate and self.level not in {"", "none"}:
            raise InvalidInput("cannot use --level with --no-obfuscate: they contradict", field="level")
        level = "none" if not self.obfuscate else self.level or shared.get("level", "support")
        words = (*shared.get("words", ()), *_words_file(self.words_file))
        return build_model(ObfuscationChoice, level=level, words=words, one_way=one_way, **by_action)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrivacyOptions(PolicyOptions):
    """The same, and the map of an earlier export."""

    map: Annotated[
        Path | None,
        typer.Option(help="Map of an earlier export: its pseudonyms stay the same.", rich_help_panel=_PRIVACY),
    ] = None
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help="File with the passphrase of the map; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt.",
            rich_help_panel=_PRIVACY,
        ),
    ] = None

    def choice(self) -> ObfuscationChoice:
        """:meth:`resolve`, checked against the map.

        Raises:
            InvalidInput: as there.
        """
        choice = self.resolve()
        if self.map and not choice.enabled:
            raise InvalidInput("cannot use --map without obfuscation: they contradict", field="map")
        return choice


@dataclasses.dataclass(frozen=True, kw_only=True)
class MapOptions(PrivacyOptions):
    """The same, and what becomes of the map of this export."""

    encrypt_map: Annotated[
        bool, typer.Option("--encrypt-map", help="Write the map encrypted by a passphrase.", rich_help_panel=_PRIVACY)
    ] = False
    one_way: Annotated[
        bool,
        typer.Option("--one-way", help="Keep no map: nobody can turn the pseudonyms back.", rich_help_panel=_PRIVACY),
    ] = False

    def choice(self) -> ObfuscationChoice:
        """:meth:`resolve`, checked against the options of the map.

        Raises:
            InvalidInput: as there.
        """
        choice = self.resolve(one_way=self.one_way)
        if not choice.enabled and (self.map or self.encrypt_map or self.one_way):
            raise InvalidInput(
                "cannot use --map, --encrypt-map or --one-way without obfuscation: there is no map then", field="map"
            )
        if self.one_way and (self.map or self.encrypt_map):
            raise InvalidInput(
                "cannot use --one-way with --map or --encrypt-map: a one-way export keeps no map", field="one-way"
            )
        return choice


def _policy_file(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", "") or "it is not text").lower()
        raise InvalidInput(f"cannot read the policy {path}: {why}", field="policy") from None
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")")
        raise InvalidInput(f"cannot read the policy {path}: it is no TOML ({where})", field="policy") from None
    unknown = sorted(set(found) - {"level", "words", "labels"})
    if unknown:
        raise InvalidInput(
            f"cannot use the policy {path}: nobody knows {', '.join(unknown)}",
            hint='it may have level = "...", words = [...], and [labels] with label = "keep" | "map" | "drop"',
            field="policy",
        )
    labels, words = found.get("labels", {}), found.get("words", [])
    if not isinstance(labels, dict) or not all(action in _ACTIONS for action in labels.values()):
        raise InvalidInput(f'cannot use the policy {path}: [labels] takes "keep", "map" or "drop"', field="policy")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidInput(f"cannot use the policy {path}: words is a list of texts", field="policy")
    return found


def _words_file(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", "") or "it is not text").lower()
        raise InvalidInput(f"cannot read {path}: {why}", field="words-file") from None
    return [line.strip() for line in text.split("\n") if line.strip() and not line.startswith("#")]

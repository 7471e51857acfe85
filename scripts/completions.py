"""Completions for bash, zsh and fish, made of the command tree: they ask no program, so that a key press never waits.

Each is two tables, of words after a command and of options that take a file or one of some words, and a few lines of
the shell around them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scripts.commandtree import Command, Group, Parameter

_BASH = """\
# bash completion for vmexporter; generated from the command line itself.
_vmexporter() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path="" word
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$path/$word" in
{steps}
        esac
    done
    case "$previous" in
{values}
    esac
    case "$path" in
{words}
    esac
}}
complete -F _vmexporter vmexporter
"""


def bash(groups: Sequence[Group], commands: Sequence[Command]) -> str:
    """The script for bash."""
    paths = [*(group.path for group in groups if group.path), *(command.path for command in commands)]
    steps = [f'            "{"/".join(path.rpartition(" ")[::2])}") path="{path}" ;;' for path in paths]
    files = _flags(commands, lambda each: each.is_path)
    values = [f"    {'|'.join(files)}) compopt -o default; return ;;"]
    for each in _with_choices(commands):
        reply = f'COMPREPLY=($(compgen -W "{" ".join(each.choices)}" -- "$current"))'
        values.append(f"    {'|'.join(each.flags)}) {reply}; return ;;")
    words = []
    for group in groups:
        inner = " ".join(name for name, _ in group.words)
        words.append(f'    "{group.path}") COMPREPLY=($(compgen -W "{inner}" -- "$current")) ;;')
    for command in commands:
        flags = " ".join([*(f for option in command.options for f in option.flags if f.startswith("--")), "--help"])
        reply = f'COMPREPLY=($(compgen -W "{flags}" -- "$current"))'
        words.append(f'    "{command.path}") [[ $current == -* ]] && {reply} || compopt -o default ;;')
    return _BASH.format(steps="\n".join(steps), values="\n".join(values), words="\n".join(words))


def zsh(groups: Sequence[Group], commands: Sequence[Command]) -> str:
    """The script for zsh."""
    lines = ["#compdef vmexporter", "# zsh completion for vmexporter; generated from the command line itself.", ""]
    for command in commands:
        options = [f"        {_zsh_option(option)} \\" for option in command.options]
        lines += [f"{_function(command.path)}() {{", "    _arguments -s \\", *options]
        lines += ["        '(- *)--help[Show the help]' '*:file:_files'", "}", ""]
    for group in reversed(groups):
        lines += [
            f"{_function(group.path)}() {{",
            "    local curcontext=$curcontext state line",
            "    local -a known=(",
        ]
        lines += [f"        {_quoted(f'{name}:{about}')}" for name, about in group.words]
        lines += ["    )", "    _arguments -C '(- *)--help[Show the help]' '1: :->word' '*:: :->rest'"]
        lines += ["    case $state in", "        word) _describe command known ;;", "        rest) case $line[1] in"]
        lines += [f"            {name}) {_function(f'{group.path} {name}'.strip())} ;;" for name, _ in group.words]
        lines += ["        esac ;;", "    esac", "}", ""]
    return "\n".join([*lines, '_vmexporter "$@"', ""])


def fish(groups: Sequence[Group], commands: Sequence[Command]) -> str:
    """The script for fish."""
    lines = ["# fish completion for vmexporter; generated from the command line itself.", "complete -c vmexporter -f"]
    for group in groups:
        names = " ".join(name for name, _ in group.words)
        here = f"{_after(group.path)}; and not __fish_seen_subcommand_from {names}"
        lines += [f"complete -c vmexporter -n '{here}' -a {name} -d {_quoted(about)}" for name, about in group.words]
    for command in commands:
        where = f"complete -c vmexporter -n '{_after(command.path)}'"
        lines += [f"{where} -F"] if any(each.is_path and not each.flags for each in command.parameters) else []
        lines += [f"{where} {_fish_option(option)}" for option in command.options]
    return "\n".join(lines) + "\n"


def _zsh_option(option: Parameter) -> str:
    value = ""
    if option.metavar:
        choices = f"({' '.join(option.choices)})" if option.choices else "_files" if option.is_path else " "
        value = f":{option.name}:{choices}"
    about = option.about.replace("[", "(").replace("]", ")").replace(":", "\\:")
    return " ".join(_quoted(f"*{flag}[{about}]{value}") for flag in option.flags)


def _fish_option(option: Parameter) -> str:
    parts = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    parts += [f"-r -F -d {_quoted(option.about)}" if option.is_path else f"-d {_quoted(option.about)}"]
    if option.metavar and not option.is_path:
        parts += [f"-x -a {_quoted(' '.join(option.choices))}" if option.choices else "-x"]
    return " ".join(parts)


def _flags(commands: Sequence[Command], wanted: Callable[[Parameter], bool]) -> list[str]:
    options = (option for command in commands for option in command.options)
    return sorted({flag for option in options if wanted(option) for flag in option.flags})


def _with_choices(commands: Sequence[Command]) -> list[Parameter]:
    options = (option for command in commands for option in command.options if option.choices)
    return list({option.flags: option for option in options}.values())


def _function(path: str) -> str:
    return "_" + "_".join(["vmexporter", *path.split()])


def _after(path: str) -> str:
    words = path.split()
    return "; and ".join(f"__fish_seen_subcommand_from {word}" for word in words) if words else "__fish_use_subcommand"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

"""A fragment as YAML a person can read: one line a figure, with the words that belong to it above."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from orm_sim.calibrate.fragment import Fragment

_WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off"}


def yaml_text(fragment: Fragment, header: tuple[str, ...]) -> str:
    """The text of the file.

    Parameters
    ----------
    fragment : Fragment
        What is written.
    header : tuple of str
        Paragraphs for the comment at the top; each is wrapped.

    Returns
    -------
    str
        YAML that reads back as `fragment.data`.
    """
    lines = [line for paragraph in header for line in _comment(paragraph, "")]
    lines += _mapping(fragment.data, (), fragment.comments)
    return "\n".join(lines) + "\n"


def _comment(words: str, indent: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ") or [
        f"{indent}#"
    ]


def _mapping(data: dict[str, Any], at: tuple[str, ...], comments: dict[tuple[str, ...], str]) -> list[str]:
    indent, lines = "  " * len(at), []
    for key, value in data.items():
        here = (*at, key)
        if here in comments:
            lines += _comment(comments[here], indent)
        start = f"{indent}{_scalar(key)}:"
        if isinstance(value, dict) and not _is_leaf(value):
            lines += [start, *_mapping(value, here, comments)]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [start, *(f"{indent}  - {_flow(each)}" for each in value)]
        elif isinstance(value, list):
            lines += textwrap.wrap(
                f"{start} {_flow(value)}", _WIDTH, subsequent_indent=f"{indent}  ", break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
        else:
            lines.append(f"{start} {_flow(value)}")
    return lines


def _is_leaf(value: dict[str, Any]) -> bool:
    return not any(isinstance(each, dict | list) for each in value.values())


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return (
        text
        if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
        else json.dumps(text, ensure_ascii=False)
    )

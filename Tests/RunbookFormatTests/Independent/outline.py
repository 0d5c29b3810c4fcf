"""Reads the fences and headings of Markdown guides without any of Runbook's code.

Standard input is a JSON list of texts; standard output is a JSON list, for each text
{"fences": [{"line", "language", "content"}], "headings": [{"line", "level", "text"}]}, as markdown-it-py's tokens give them.
"""

import json
import sys

from markdown_it import MarkdownIt
from tokens import plain


def body(source):
    """The text with front matter made blank, so that lines keep their numbers."""
    lines = source.replace("\r\n", "\n").split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        lines[: end + 1] = [""] * (end + 1)
    return "\n".join(lines)


def outline(source):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body(source))
    fences, headings = [], []
    for index, token in enumerate(tokens):
        if token.type == "fence":
            words = token.info.split()
            fences.append(
                {
                    "line": token.map[0] + 1,
                    "language": words[0].split("{")[0].lower() if words else "",
                    "content": token.content,
                }
            )
        if token.type == "heading_open":
            text = plain(tokens[index + 1].children or [])
            headings.append({"line": token.map[0] + 1, "level": int(token.tag[1]), "text": text.strip()})
    return {"fences": fences, "headings": headings}


json.dump([outline(text) for text in json.load(sys.stdin)], sys.stdout)

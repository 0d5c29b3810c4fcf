"""Reads the task items of Markdown guides without any of Runbook's code.

Standard input is a JSON list of texts; standard output is a JSON list, for each text the list of its items as
{"line", "text", "checked", "depth"}.

The rule is the one of the specification, read over markdown-it-py's tokens: a list item whose first block is a
paragraph, whose source begins with [ ], [x] or [X] and white space. mdit-py-plugins' task list plugin has the same rule,
but cuts the box out of the first inline token, which loses text where that token is a link, and knows neither lines nor
depth; so its verdict is taken for whether an item is one, and the rest is computed here.
"""

import json
import re
import sys

from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin
from tokens import plain

BOX = re.compile(r"\[([ xX])\][ \t\n\v\f\r]")


def strip_box(text):
    # With a link definition named x the box is a link, and its brackets are no text.
    return (text[3:] if text.startswith("[") else text[1:]).strip()


def items(source):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(source)
    judged = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(tasklists_plugin).parse(source)
    found, around = [], []
    for index, token in enumerate(tokens):
        if token.type == "list_item_close":
            around.pop()
        if token.type != "list_item_open":
            continue
        box = None
        if tokens[index + 1].type == "paragraph_open":
            box = BOX.match(tokens[index + 2].content)
        is_task = "task-list-item" in (judged[index].attrGet("class") or "")
        assert is_task == (box is not None), (source, token.map)
        around.append(box is not None)
        if box:
            found.append(
                {
                    "line": token.map[0] + 1,
                    "text": strip_box(plain(tokens[index + 2].children)),
                    "checked": box.group(1) != " ",
                    "depth": sum(around),
                }
            )
    return found


json.dump([items(text) for text in json.load(sys.stdin)], sys.stdout)

"""Headings, fences and task items of a Markdown guide, read line by line: another reader than the server's, on purpose
a simple one. It knows what the guides of these tests hold, not all of CommonMark."""

import html
import re

FENCE = re.compile(r"^(?P<indent>\s*(?:>\s?)?(?:[-*+]\s+)?)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
ITEM = re.compile(r"^[\s>]*(?:[-*+]|\d+[.)])[ \t]+\[([ xX])\][ \t]+(.*)$")


def words(text):
    return " ".join(text.split())


def plain(markdown):
    """The text that a reader sees of one line."""
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    codes = []

    def keep(match):
        codes.append(match.group(2).strip())
        return f"\x00{len(codes) - 1}\x00"

    text = re.sub(r"(`+)(.+?)\1", keep, text)
    text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    text = re.sub(r"(\*\*|~~)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    text = html.unescape(text)
    return words(re.sub("\x00(\\d+)\x00", lambda match: codes[int(match.group(1))], text))


def read(source):
    """(headings, fences, items), each a list of texts in the order of the source."""
    headings, fences, items = [], [], []
    lines = re.split(r"\r\n|\n|\r", source)
    if lines[0] == "---":
        lines = lines[lines.index("---", 1) + 1:]
    fence = None
    for line in lines:
        if fence is not None:
            ticks, indent, body = fence
            bare = re.sub(r"^\s*>\s?", "", line) if ">" in indent else line
            if re.fullmatch(rf"\s*{re.escape(ticks[0])}{{{len(ticks)},}}\s*", bare):
                fences.append("\n".join(body))
                fence = None
            else:
                depth = 0 if ">" in indent else len(indent)
                body.append(bare[min(depth, len(bare) - len(bare.lstrip(" "))):])
            continue
        if match := FENCE.match(line):
            fence = (match["ticks"], match["indent"], [])
        elif match := HEADING.match(line):
            headings.append(plain(match[2]))
        elif match := ITEM.match(line):
            items.append(plain(match[2]))
    if fence is not None:
        fences.append("\n".join(fence[2]))
    return headings, fences, items

"""What the readers of markdown-it-py's tokens have in common."""


def plain(tokens):
    """The text of inline tokens as it is read, without marks."""
    text = ""
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            text += " "
        elif token.type == "image":
            text += plain(token.children or [])
        elif token.type in ("text", "code_inline", "html_inline"):
            text += token.content
    return text

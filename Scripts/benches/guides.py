"""Guides as teams write them, made up from a fixed seed: prose, commands, items, tables, links, nesting."""

import random
from itertools import accumulate

SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
TONGUES = ["sh", "bash", "console", "yaml", "json", "sql", ""]


class Author:
    """Writes guides, each another, the same ones for the same seed."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        made = {"".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 4))) for _ in range(4000)}
        # Sets have no order of their own.
        self.words = sorted(made)
        self.random.shuffle(self.words)
        # Few words are frequent and many are rare, as in any text.
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def said(self, count: int):
        return self.random.choices(self.words, cum_weights=self.weights, k=count)

    def sentence(self):
        words = self.said(self.random.randint(6, 16))
        if self.random.random() < 0.3:
            words[2] = f"`{words[2]}`"
        if self.random.random() < 0.2:
            words[4] = f"[{words[4]}](https://{words[5]}.invalid/{words[1]})"
        if self.random.random() < 0.2:
            words[3] = f"**{words[3]}**"
        return " ".join(words).capitalize() + "."

    def guide(self, length: int):
        """A guide of about so many bytes, and how many steps and items it has."""
        parts, size, steps, items = [f"# {' '.join(self.said(4)).capitalize()}\n"], 0, 0, 0
        while size < length:
            title = f"## {' '.join(self.said(3)).capitalize()}\n"
            prose = " ".join(self.sentence() for _ in range(self.random.randint(2, 5))) + "\n"
            kind = self.random.choice(["fence", "fence", "fence", "items", "table", "quote", "nested"])
            if kind == "fence":
                tongue = self.random.choice(TONGUES)
                body, is_step = self.fence(tongue)
                steps += is_step
            elif kind == "items":
                count = self.random.randint(2, 9)
                body = "".join(f"{'  ' * (n % 3)}- [{' x'[n % 2]}] {self.sentence()}\n" for n in range(count))
                items += count
            elif kind == "table":
                rows = [self.said(4) for _ in range(self.random.randint(2, 8))]
                body = "".join(f"| {' | '.join(row)} |\n" for row in [rows[0], ["---"] * 4, *rows[1:]])
            elif kind == "quote":
                body = f"> {self.sentence()}\n> {self.sentence()}\n"
            else:
                lines, is_step = self.fence("sh")
                body = f"1. {self.sentence()}\n\n" + "".join(f"   {line}\n" for line in lines.splitlines())
                steps += is_step
            part = f"{title}\n{prose}\n{body}"
            parts.append(part)
            size += len(part)
        return "\n".join(parts), steps, items

    def fence(self, tongue: str):
        """A fence, and whether it is a step."""
        if tongue in ("yaml", "json", "sql", ""):
            body = "\n".join(": ".join(self.said(2)) for _ in range(6))
        else:
            prompt = "$ " if tongue == "console" else ""
            commands = [f"{self.said(1)[0]} --{self.said(1)[0]} {' '.join(self.said(2))}" for _ in range(4)]
            body = "\n".join(prompt + command for command in commands)
        return f"```{tongue}\n{body}\n```\n", tongue in ("sh", "bash", "console")

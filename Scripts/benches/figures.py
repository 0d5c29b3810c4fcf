"""What a bench found: figures with their goals, as text, as the README's table, and as JSON."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


class Wrong(Exception):
    """Something is not slow but wrong: no figure counts then."""


def shown(number):
    """Three digits that mean something, and whole numbers from a hundred up."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


@dataclass
class Figure:
    """One measured thing, ours and perhaps a peer's, a sample a round."""

    bench: str
    name: str
    unit: str
    peer: str = ""
    # Peer over ours instead of ours over the peer: for times, where it says how many times as fast ours is.
    peer_over_ours: bool = False
    # ("ratio" or "value", "at least" or "at most", number); None for what has no goal.
    goal: tuple[str, str, float] | None = None
    ours: list[float] = field(default_factory=list)
    peers: list[float] = field(default_factory=list)

    def add(self, ours, peer=None):
        self.ours.append(ours)
        if peer is not None:
            self.peers.append(peer)

    @property
    def key(self):
        """What the README's table knows it by."""
        return self.bench, self.name

    @property
    def ratios(self):
        """One a round: what slows a round down slows both."""
        pairs = zip(self.ours, self.peers, strict=True) if self.peers else []
        return [peer / ours if self.peer_over_ours else ours / peer for ours, peer in pairs]

    @property
    def is_met(self):
        if self.goal is None:
            return None
        of, direction, limit = self.goal
        value = median(self.ratios if of == "ratio" else self.ours)
        return value >= limit if direction == "at least" else value <= limit

    @property
    def verdict(self):
        return {None: "", True: "met", False: "missed"}[self.is_met]

    @property
    def cells(self):
        """A row of the README's table."""
        return [
            self.bench,
            self.name,
            spread(self.ours, self.unit),
            f"{self.peer}: {spread(self.peers, self.unit)}" if self.peers else "",
            spread(self.ratios, "×") if self.peers else "",
            goal_text(self.goal, self.unit),
            self.verdict,
        ]

    @property
    def json(self):
        return {
            "bench": self.bench, "name": self.name, "unit": self.unit, "ours": self.ours, "peer": self.peer or None,
            "peer_over_ours": self.peer_over_ours, "peers": self.peers, "ratios": self.ratios, "goal": self.goal,
            "met": self.is_met,
        }  # fmt: skip

    @classmethod
    def parsed(cls, json):
        """From what `json` gave."""
        names = ("bench", "name", "unit", "peer_over_ours", "goal", "ours", "peers")
        return cls(peer=json["peer"] or "", **{name: json[name] for name in names})


def spread(samples, unit):
    """The median, and the least and the most where there are several."""
    middle = f"{shown(median(samples))} {unit}"
    return middle if len(samples) == 1 else f"{middle} ({shown(min(samples))}–{shown(max(samples))})"


def goal_text(goal, unit):
    if goal is None:
        return ""
    of, direction, limit = goal
    return f"{'≥' if direction == 'at least' else '≤'} {limit:g} {'×' if of == 'ratio' else unit}"


def judged(figures, readme: Path):
    """What is to be said of missed goals, and whether one of them is not in the README's table."""
    listed = listed_as_missed(readme)
    missed = [figure for figure in figures if figure.is_met is False and figure.key not in listed]
    met = [figure for figure in figures if figure.is_met and figure.key in listed]
    words = [f"missed, and not listed as missed in the README: {', '.join(figure.key)}" for figure in missed]
    words += [f"met, though the README lists it as missed: {', '.join(figure.key)}" for figure in met]
    return words, bool(missed)


HEADER = ["bench", "figure", "Runbook", "beside it", "ratio", "goal", ""]


def markdown(figures):
    """The table, ready for the README."""
    rows = [HEADER, ["---"] * len(HEADER)] + [figure.cells for figure in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def listed_as_missed(readme: Path):
    """The rows under the README's heading "Figures" whose last column says "missed": bench and figure."""
    missed = set()
    under = False
    for line in readme.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            under = line.lstrip("#").strip().startswith("Figures")
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if under else []
        if line.startswith("|") and len(cells) == len(HEADER) and cells[-1].startswith("missed"):
            missed.add((cells[0], cells[1]))
    return missed

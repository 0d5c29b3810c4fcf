// What HTML alone does not give the keyboard. Without this all can be reached as well, but each line's number is a stop.

// What scrolls sideways is a stop, so that the arrow keys can scroll it; what has room enough is none.
const widths = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const element of document.querySelectorAll(".guide :is(pre, table), .command")) widths.observe(element);

// Output is one stop, however many lines it has: Enter goes into it, the arrow keys from line to line, Escape out again.
for (const link of document.querySelectorAll(".terminal li > a")) link.tabIndex = -1;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".terminal")) target.ariaDescription = "Enter goes to its lines, the arrow keys from one to the next.";
});

document.addEventListener("keydown", (event) => {
  const terminal = event.target.closest?.(".terminal");
  if (!terminal || event.altKey || event.ctrlKey || event.metaKey) return;
  const line = event.target.closest(".terminal li");
  const next = line
    ? { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling,
      Home: line.parentElement.firstElementChild, End: line.parentElement.lastElementChild }[event.key]
    : event.key === "Enter" && terminal.querySelector("li:last-child");
  if (next) next.querySelector("a").focus();
  else if (line && event.key === "Escape") terminal.focus();
  else return;
  event.preventDefault();
});

// A line that was pressed, or pressed again, keeps the focus, and the arrow keys go on from there.
addEventListener("click", ({ target }) =>
  target.matches(".terminal li > a") && setTimeout(() => target.focus({ preventScroll: true })));

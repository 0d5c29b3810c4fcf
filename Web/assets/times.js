// Every <time datetime> in words and in the reader's own zone, absolute on hover; every [data-since] as a running duration.
const absolute = new Intl.DateTimeFormat("en-GB", {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});
const day = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "short", day: "numeric" });

function words(date, now) {
  const seconds = Math.round((now - date) / 1000);
  const [count, unit] = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [7 * 86400, 86400, "d"]]
    .filter(([limit]) => Math.abs(seconds) < limit).map(([, size, unit]) => [Math.floor(Math.abs(seconds) / size), unit])[0] ?? [];
  if (unit === undefined) return day.format(date);
  if (unit === "s") return seconds < -10 ? "in a moment" : "just now";
  return seconds < 0 ? `in ${count} ${unit}` : `${count} ${unit} ago`;
}

function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

// Written only when it differs: the observer below would see itself, and a screen reader would hear nothing new.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function showTimes(root) {
  const now = Date.now();
  const times = root.querySelectorAll("time[datetime]");
  for (const time of root.matches?.("time[datetime]") ? [root, ...times] : times) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    if (!time.title) time.title = absolute.format(date);
    write(time, words(date, now));
  }
}

function showDurations() {
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, elapsed(Date.now() - Date.parse(element.dataset.since)));
  }
}

showTimes(document);
showDurations();
setInterval(() => document.hidden || showTimes(document), 15_000);
setInterval(() => document.hidden || showDurations(), 1000);
document.addEventListener("visibilitychange", () => document.hidden || showTimes(document));
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) if (node instanceof Element) showTimes(node);
  }
}).observe(document.body, { childList: true, subtree: true });

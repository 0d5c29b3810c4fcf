// Pages that say what is the case. When the journal has news, the parts marked [data-live] are taken anew from the page
// itself: what is the case is put into words in one place, on the server.
const root = document.querySelector("[data-news]");
let source = null;
let seen = "";
let retry = 2000;
let isStale = false;
let isBusy = false;

// A run's events come in swarms: those of a moment are one look.
async function follow() {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  while (isStale) {
    await new Promise((resume) => setTimeout(resume, 250));
    isStale = false;
    if (!await takeIn()) setTimeout(() => document.hidden || follow(), 5000);
  }
  isBusy = false;
}

async function takeIn() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [mine, fresh] = [document, page].map((place) => [...place.querySelectorAll("[data-live]")]);
  // It has other parts by now: the first run of all has begun, or the session has ended.
  if (mine.map((part) => part.id).join() !== fresh.map((part) => part.id).join()) return location.reload();
  mine.forEach((part, index) => renewal[part.dataset.live]?.(part, fresh[index]));
  return true;
}

function renewText(part, fresh) {
  if (part.textContent !== fresh.textContent) part.textContent = fresh.textContent;
}

// Rows that say the same stay as they are, with the reader's focus and selection in them.
function renewRows(list, fresh) {
  const focused = document.activeElement?.closest("[data-key]");
  const place = list.contains(focused) ? [focused.dataset.key, document.activeElement.href] : null;
  const known = new Map([...list.children].map((row) => [row.dataset.key, row]));
  const rows = [...fresh.children].map((row) => {
    const old = known.get(row.dataset.key);
    return old && (isBeingWritten(old) || print(old) === print(row)) ? old : opened(document.adoptNode(row), old);
  });
  // Its place is kept when a row goes, so that nothing below jumps.
  list.style.minBlockSize = `${list.getBoundingClientRect().height}px`;
  for (const row of known.values()) if (!rows.includes(row)) row.remove();
  let next = list.firstElementChild;
  for (const row of rows) {
    if (row === next) next = next.nextElementSibling;
    else list.insertBefore(row, next);
  }
  if (!place || list.contains(document.activeElement)) return;
  const row = rows.find((row) => row.dataset.key === place[0]);
  const links = [...row?.querySelectorAll("a") ?? []];
  (links.find((link) => link.href === place[1]) ?? links[0])?.focus({ preventScroll: true });
}

// What the reader has opened stays open.
function opened(row, old) {
  const words = [...old?.querySelectorAll("details[open] > summary") ?? []].map((summary) => summary.textContent);
  for (const summary of row.querySelectorAll("details > summary")) {
    if (words.includes(summary.textContent)) summary.parentElement.open = true;
  }
  return row;
}

// What somebody is typing is never taken away; the server says what has changed when it is sent.
function isBeingWritten(row) {
  return [...row.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
}

function renewState(part, fresh) {
  part.dataset.state = fresh.dataset.state;
  renewText(part, fresh);
}

function renewValue(part, fresh) {
  part.value = fresh.value;
}

function renewWhole(part, fresh) {
  if (part.contains(document.activeElement) || isBeingWritten(part) || print(part) === print(fresh)) return;
  part.replaceChildren(...fresh.childNodes);
}

const renewal = { text: renewText, rows: renewRows, state: renewState, value: renewValue, whole: renewWhole };

// A row without what passes by itself.
function print(row) {
  const copy = row.cloneNode(true);
  // What somebody has opened stays open, with what they have typed in it.
  for (const part of [copy, ...copy.querySelectorAll("details")]) part.removeAttribute("open");
  for (const time of copy.querySelectorAll("time, [data-since]")) {
    time.textContent = "";
    time.removeAttribute("title");
  }
  return copy.outerHTML;
}

function open() {
  const url = new URL(root.dataset.news, location.href);
  if (seen) url.searchParams.set("after", seen);
  source = new EventSource(url);
  source.addEventListener("journal", (event) => { seen = event.lastEventId; follow(); });
  source.addEventListener("open", () => { retry = 2000; });
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(() => document.hidden || open(), retry);
    retry = Math.min(retry * 2, 30_000);
  });
}

function close() {
  source?.close();
  source = null;
}

if (root) {
  document.addEventListener("visibilitychange", () => { close(); if (!document.hidden) open(); });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted && !document.hidden) open(); });
  if (!document.hidden) open();
}

// A run while one looks on: states, output and durations as the server sends them. The page is whole without this; where it
// ends, this goes on, by the rules of RunPage+Output.swift.
const byId = (id) => document.getElementById(id);
const root = byId("page-run");
const live = byId("page-live");
const jump = byId("page-jump");
const settled = new Set(["succeeded", "failed", "cancelled", "rejected", "rolled-back"]);
const longestLine = 2000;
const mostLines = 2000;

let source = null;
let cursor = null;
let retry = 2000;
let isOver = false;
let seen = Number(root.dataset.after);
let queue = [];
let tail = null;
let isFollowing = true;
// By step, attempt and stream: the line that is not ended yet.
const openLines = new Map();
// By step and attempt: the list of its lines.
const lists = new Map();
// What the next frame shows: by list, the lines that are new; and those shown already that grew.
const freshLines = new Map();
const changedLines = new Set();

// ---- the stream

function open() {
  if (source || isOver) return;
  const url = new URL(root.dataset.events, location.href);
  if (cursor) url.searchParams.set("after", cursor);
  source = new EventSource(url);
  source.addEventListener("open", () => { retry = 2000; say("Live: this page follows the run."); });
  source.addEventListener("run", (event) => take(event, showRun));
  source.addEventListener("step", (event) => take(event, showStep));
  source.addEventListener("output", (event) => take(event, (chunk) => {
    if (queue.push(chunk) === 1) requestAnimationFrame(showOutput);
  }));
  source.addEventListener("error", () => {
    if (isOver) return end();
    if (badge().dataset.state === "interrupted") return rest();
    say("The connection is lost; trying again.");
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(() => document.hidden || open(), retry);
    retry = Math.min(retry * 2, 30_000);
  });
}

function take(event, show) {
  cursor = event.lastEventId || cursor;
  show(JSON.parse(event.data));
}

function close() {
  source?.close();
  source = null;
  showJump();
}

function end() {
  close();
  say("The run is over.");
}

// Nothing comes before a person has said what happened: the server ends the stream, and it is enough to look now and then.
function rest() {
  close();
  say("The run waits for somebody to say what happened.");
  setTimeout(() => document.hidden || open(), 15_000);
}

function say(text) {
  live.hidden = false;
  if (live.textContent !== text) live.textContent = text;
}

// ---- states

function badge() {
  return document.querySelector("#page-head .state");
}

function stepElement(id) {
  return document.querySelector(`[data-step="${CSS.escape(id)}"]`);
}

function showStep(step) {
  const element = stepElement(step.id);
  if (!element) return;
  const last = step.attempts?.at(-1);
  // What runs always may be what cleans up: then one can end that too, and only the server knows.
  if (step.state === "running" && element.dataset.state !== "running" && "always" in element.dataset) refresh();
  element.dataset.state = step.state;
  showSaid(element.querySelector("[data-said]"), step.waits_for ?? step.reason);
  const id = CSS.escape(step.id);
  for (const place of document.querySelectorAll(`[data-step="${id}"], [data-node="${id}"]`)) {
    place.querySelector(".mark").dataset.state = step.state;
    place.querySelector(".word").textContent = step.state;
  }
  const number = element.querySelector("summary .number");
  if (last?.started && !last.finished) number.dataset.since = last.started;
  if (last?.finished) {
    delete number.dataset.since;
    number.textContent = duration(Date.parse(last.finished) - Date.parse(last.started));
  }
  if (step.state === "running") {
    element.open = true;
    element.closest(".fold")?.setAttribute("open", "");
  }
  showProgress();
}

function showSaid(element, sentence) {
  element.hidden = !sentence;
  element.firstChild.textContent = sentence ? sentence[0].toUpperCase() + sentence.slice(1) : "";
}

function showProgress() {
  const steps = [...document.querySelectorAll("[data-step]")];
  const done = steps.filter((step) => step.dataset.state === "succeeded").length;
  byId("page-done").textContent = `${done} of ${steps.length} done`;
  const running = steps.filter((step) => step.dataset.state === "running");
  if (!running.length) return;
  const at = steps.indexOf(running[0]);
  const names = running.map((step) => step.dataset.step).join(", ");
  byId("page-sentence").textContent =
    running.length > 1 ? `At several steps at once: ${names}.` : `At step ${at + 1} of ${steps.length}, ${names}.`;
  const here = document.querySelector("#page-head .here");
  if (here) here.hash = `#${encodeURIComponent(steps[at].id)}`;
}

function showRun(run) {
  for (const step of run.steps ?? []) showStep(step);
  const { dataset } = badge();
  if (run.waits_for) byId("page-sentence").textContent = run.waits_for;
  if (run.rollback && !document.querySelector("#page-head .back")) refresh();
  if (dataset.state === run.state) return;
  badge().textContent = dataset.state = run.state;
  refresh();
  if (!settled.has(run.state)) return;
  // The last output may still be under way: the stream ends by itself, or in a while.
  isOver = true;
  setTimeout(end, 5000);
}

// What one can do depends on the state, and only the server knows: head, facts and questions are taken from the page itself.
async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = page.title;
  for (const id of ["page-head", "page-about"]) {
    const fresh = page.getElementById(id);
    if (fresh) renew(byId(id), document.adoptNode(fresh));
  }
  for (const fresh of page.querySelectorAll("[data-step]")) {
    const mine = stepElement(fresh.dataset.step);
    if (!mine) continue;
    mine.querySelector(".facts-line").textContent = fresh.querySelector(".facts-line").textContent;
    mine.querySelector(".question")?.remove();
    const question = fresh.querySelector(".question");
    if (question) mine.append(document.adoptNode(question));
  }
}

// What the reader has opened stays open, and the focus stays where it was.
function renew(mine, fresh) {
  const opened = [...mine.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
  const focused = mine.contains(document.activeElement) ? document.activeElement : null;
  mine.replaceWith(fresh);
  const same = (element) => element.textContent === focused.textContent;
  if (focused) [...fresh.querySelectorAll(focused.localName)].find(same)?.focus({ preventScroll: true });
}

function duration(time) {
  // As the server writes it, which never rounds up.
  const tenths = Math.max(0, Math.floor(time / 100));
  const seconds = Math.floor(tenths / 10);
  if (seconds < 10) return `${seconds}.${tenths % 10} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// ---- output

// What came since the last frame is shown at once: of a flood only those lines become elements that the page will keep.
function showOutput() {
  const before = isShown(tail) ? tail.getBoundingClientRect().bottom : null;
  for (const chunk of queue.splice(0)) {
    if (chunk.n <= seen) continue;
    seen = chunk.n;
    append(chunk);
  }
  for (const [list, fresh] of freshLines) place(list, fresh);
  freshLines.clear();
  for (const line of changedLines) {
    if (line.element) line.element.lastChild.textContent = displayed(line.raw);
  }
  changedLines.clear();
  if (isFollowing && before !== null && isShown(tail)) scrollBy(0, tail.getBoundingClientRect().bottom - before);
  showJump();
}

function append({ step, attempt, stream, text }) {
  const list = lines(step, attempt);
  if (!list) return;
  const key = `${step}\n${attempt}\n${stream}`;
  const parts = text.split("\n");
  parts.forEach((part, index) => {
    const isEnded = index < parts.length - 1;
    if (!isEnded && part === "") return;
    const line = openLines.get(key) ?? newLine(list, step, stream);
    line.raw += part;
    if (line.element) changedLines.add(line);
    if (isEnded) openLines.delete(key); else openLines.set(key, line);
  });
}

function newLine(list, step, stream) {
  list.dataset.count = Number(list.dataset.count) + 1;
  const line = { raw: "", element: null, number: list.dataset.count, step, isError: stream === "stderr" };
  if (!freshLines.has(list)) freshLines.set(list, []);
  freshLines.get(list).push(line);
  return line;
}

function place(list, fresh) {
  const kept = fresh.slice(-mostLines);
  const surplus = list.childElementCount + fresh.length - mostLines;
  for (let left = Math.min(surplus, list.childElementCount); left > 0; left--) list.firstElementChild.remove();
  list.append(...kept.map(lineElement));
  tail = list.lastElementChild ?? tail;
  if (surplus <= 0 || list.dataset.cut) return;
  list.dataset.cut = "true";
  const textContent = "Earlier lines are in the whole output, above.";
  list.closest(".terminal").before(Object.assign(document.createElement("p"), { className: "note", textContent }));
}

function lineElement(line) {
  const element = document.createElement("li");
  const link = document.createElement("a");
  const words = document.createElement("span");
  element.id = `${line.step}-${line.number}`;
  if (line.isError) element.className = "err";
  link.href = `#${encodeURIComponent(element.id)}`;
  link.textContent = line.number;
  // The terminal is one stop of the keyboard, see keys.js.
  link.tabIndex = -1;
  words.textContent = displayed(line.raw);
  element.append(link, words);
  line.element = element;
  return element;
}

// The list for an attempt's lines: the server's, or a new one. The page's last open lines are gone on with.
function lines(step, attempt) {
  const name = `${step}\n${attempt}`;
  if (!lists.get(name)?.isConnected) lists.set(name, findLines(step, attempt));
  return lists.get(name);
}

function findLines(step, attempt) {
  const element = stepElement(step);
  if (!element) return null;
  let block = element.querySelector(`.attempt[data-attempt="${Number(attempt)}"]`);
  if (!block?.querySelector(".terminal")) {
    const fresh = byId("page-attempt").content.firstElementChild.cloneNode(true);
    fresh.dataset.attempt = attempt;
    fresh.querySelector(".terminal").ariaLabel = `Output of ${step}`;
    element.querySelectorAll(":scope > .attempt").forEach((old) => old === block || yieldNames(old, step));
    element.querySelectorAll(":scope > .silent").forEach((old) => old.remove());
    if (block) block.replaceWith(fresh);
    else element.insertBefore(fresh, element.querySelector(".question"));
    block = fresh;
  }
  const list = block.querySelector("ol");
  if (list.dataset.count === undefined) {
    list.dataset.count = list.lastElementChild?.querySelector("a").textContent ?? 0;
    for (const open of list.querySelectorAll("[data-open]")) {
      const stream = open.classList.contains("err") ? "stderr" : "stdout";
      openLines.set(`${step}\n${attempt}\n${stream}`, { raw: open.lastChild.textContent, element: open });
    }
  }
  return list;
}

// `#step-12` means the latest attempt; lines of the one before it take the attempt into their name.
function yieldNames(block, step) {
  const name = `${step}.${block.dataset.attempt}-`;
  for (const line of block.querySelectorAll("li[id]")) {
    if (line.id.startsWith(name)) continue;
    line.id = name + line.firstChild.textContent;
    line.firstChild.hash = `#${encodeURIComponent(line.id)}`;
  }
}

function displayed(raw) {
  const plain = raw
    .replace(/\x1b(?:\[[^\x40-\x7e]*[\x40-\x7e]?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x20-\x2f]*[^\x20-\x2f[\]]?)/g, "")
    .replace(/\r+$/, "")
    .replace(/^[^]*\r/, "")
    .replace(/[\x00-\x08\x0a-\x1f\x7f]/g, (control) => control === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + control.charCodeAt(0)));
  return plain.length > longestLine ? `${Array.from(plain).slice(0, longestLine).join("")}…` : plain;
}

// ---- following

function isShown(element) {
  return (element?.getClientRects().length ?? 0) > 0;
}

// Only while there is something live to jump to.
function showJump() {
  jump.hidden = isFollowing || !source || !isShown(tail);
}

function tailIsInSight() {
  if (!isShown(tail)) return true;
  const { top, bottom } = tail.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight + 40;
}

if (root.dataset.events) {
  tail = [...root.querySelectorAll("[data-latest] .terminal li:last-child")].at(-1) ?? null;
  isFollowing = tailIsInSight();
  addEventListener("scroll", () => { isFollowing = tailIsInSight(); showJump(); }, { passive: true });
  jump.addEventListener("click", () => { isFollowing = true; showJump(); tail?.scrollIntoView({ block: "center" }); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(); });
  addEventListener("pagehide", close);
  addEventListener("pageshow", () => document.hidden || open());
}

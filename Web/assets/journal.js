// New events of the journal appear at its top. The stream only says that there is news; the rows are the server's own, taken
// from the page itself, so that an event is put into words in one place.
const list = document.getElementById("page-journal");
let source = null;
let timer = 0;
let retry = 2000;

function newest() {
  return Number(list.querySelector("[data-seq]")?.dataset.seq ?? 0);
}

async function takeIn() {
  timer = 0;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  // A failed fetch loses nothing: the next event asks again for all that is newer.
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const last = newest();
  const fetched = [...page.querySelectorAll("#page-journal > [data-seq]")];
  const rows = fetched.filter((row) => Number(row.dataset.seq) > last);
  if (rows.length === fetched.length && page.querySelector(".next")) return startAgain(page);
  for (const row of rows) row.classList.add("new");
  // Above what is being read, the browser's scroll anchoring keeps the reader's place.
  list.prepend(...rows.map((row) => document.adoptNode(row)));
  const sentence = page.getElementById("page-sentence");
  if (sentence) document.getElementById("page-sentence").textContent = sentence.textContent;
}

// More came at once than a page holds: what lies between is on the next one, and a list with a hole would be a lie.
function startAgain(page) {
  const move = (parent) => [...parent.childNodes].map((node) => document.adoptNode(node));
  list.replaceChildren(...move(page.getElementById("page-journal")));
  document.getElementById("page-sentence").replaceChildren(...move(page.getElementById("page-sentence")));
  document.querySelector(".next")?.remove();
  list.after(document.adoptNode(page.querySelector(".next")));
}

function open() {
  const url = new URL(list.dataset.events, location.href);
  if (newest() > 0) url.searchParams.set("after", newest());
  source = new EventSource(url);
  source.addEventListener("journal", () => { timer ||= setTimeout(takeIn, 500); });
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

if (list?.dataset.events) {
  document.addEventListener("visibilitychange", () => { close(); if (!document.hidden) open(); });
  addEventListener("pagehide", close);
  if (!document.hidden) open();
}

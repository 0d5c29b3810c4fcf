// What is found while one types: the page that the form would lead to, taken in without leaving this one.
const form = document.querySelector("form[role=search]");
const field = form?.querySelector("[type=search]");
let last = field?.value.trim();
let asked = 0;

async function find() {
  const typed = field.value.trim();
  // What has no word yet would be refused.
  if (typed === last || !/[\p{L}\p{N}]/u.test(typed)) return;
  last = typed;
  const number = ++asked;
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  // A refused word is a word that is not finished; what was found before stays.
  if (!answer?.ok || number !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return;
  for (const id of ["page-found", "page-sentence"]) {
    const [mine, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!mine || !fresh) return;
    mine.replaceChildren(...fresh.childNodes);
  }
  history.replaceState(null, "", url);
}

let wait = null;
field?.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(find, 150); });

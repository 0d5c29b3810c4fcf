// Buttons that copy. They stay hidden without a script, and where the browser has no clipboard for us (plain HTTP).
if (navigator.clipboard) {
  // Of a guide every fence: what runs of it, without prompts and what came out.
  for (const pre of document.querySelectorAll("article.guide pre:not(.raw)")) {
    const text = pre.cloneNode(true);
    for (const part of text.querySelectorAll(".prompt, samp")) part.remove();
    let head = pre.closest(".fence")?.querySelector("header") ?? pre.closest("figure")?.querySelector("figcaption");
    if (!head) {
      const figure = document.createElement("figure");
      figure.className = "code";
      head = document.createElement("figcaption");
      pre.before(figure);
      figure.append(head, pre);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.dataset.copy = text.textContent;
    button.textContent = "Copy";
    // What copies stands before what runs.
    head.insertBefore(button, head.querySelector(":scope > .button"));
  }
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

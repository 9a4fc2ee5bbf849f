// The panel beside a list. Its link is a page of its own; here that page is fetched and only its panel shown.

import { say } from "./live.js";

const place = () => document.querySelector("[data-panel-place]");
const list = location.href;
let from = null;
let asked = 0;

async function load(url, { push, focus }) {
  const mine = ++asked;
  let page = null;
  try {
    const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && !answer.redirected) page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { /* below: the page itself is asked */ }
  if (mine !== asked) return;
  const content = page?.querySelector("[data-panel-content]");
  if (!content || !place()) return void (location.href = url);
  place().replaceChildren(document.adoptNode(content));
  if (push) history.pushState({ panel: true }, "", url);
  else history.replaceState({ panel: true }, "", url);
  mark(url);
  if (focus) content.focus({ preventScroll: true });
  else say(content.querySelector("h2")?.textContent ?? "");
  document.dispatchEvent(new CustomEvent("enhance", { detail: content }));
}

function mark(url) {
  for (const row of document.querySelectorAll("[data-rows] > tr")) {
    const isOpen = [...row.querySelectorAll("a[data-panel]")].some((link) => link.href === new URL(url, location.href).href);
    if (isOpen) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
}

function close(href) {
  place().replaceChildren();
  history.pushState({}, "", href);
  mark("about:blank");
  (from?.isConnected ? from : document.querySelector("a[data-panel]"))?.focus();
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest?.("a[data-panel]");
  if (link && place()) {
    event.preventDefault();
    from = link;
    return void load(link.href, { push: true, focus: true });
  }
  const away = event.target.closest?.("a[data-panel-close]");
  if (away && place()) { event.preventDefault(); close(away.href); }
});

document.addEventListener("peek", (event) => { from = event.target; load(event.target.href, { push: false, focus: false }); });

document.addEventListener("keydown", (event) => {
  const away = document.querySelector("[data-panel-content] a[data-panel-close]");
  if (event.key !== "Escape" || !away || event.defaultPrevented || document.querySelector("dialog[open], details[data-menu][open]")) return;
  if (event.target.closest("input, textarea, select")) return void event.target.blur();
  close(away.href);
});

addEventListener("popstate", () => {
  if (location.href === list && !document.querySelector("[data-panel-content]")) return;
  location.reload();
});

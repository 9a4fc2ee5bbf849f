// Single keys. Any element may carry data-key: its key clicks it, or focuses it when it is a field.
// G then a letter follows the link of the navigation with that data-go. All of it can be switched off (WCAG 2.1.4).

import { show } from "./overlays.js";

const GOING_MS = 1200;
let going = 0;

const isTyping = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog, [popover]:popover-open");

function press(element) {
  if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
  } else element.click();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return void import("./palette.js").then(({ open }) => open());
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (document.documentElement.dataset.keys === "off" || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  if (Date.now() - going < GOING_MS) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (key === "g") return void (going = Date.now());
  if (key === "?") { event.preventDefault(); return help(); }
  const owner = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((element) => element.checkVisibility());
  if (owner) { event.preventDefault(); press(owner); }
});

/** The list of keys, with those that only this page has. */
export function help() {
  if (document.querySelector("dialog.keys-dialog")) return;
  const source = document.querySelector("template[data-keys-title]");
  show((dialog) => {
    const head = Object.assign(document.createElement("header"), { className: "dialog-head" });
    head.append(Object.assign(document.createElement("h2"), { textContent: source.dataset.keysTitle }));
    const close = Object.assign(document.createElement("button"), { className: "icon-button", type: "button", textContent: "×" });
    close.dataset.close = "";
    close.setAttribute("aria-label", source.dataset.close);
    head.append(close);
    const list = source.content.cloneNode(true).querySelector("dl");
    for (const element of document.querySelectorAll("[data-key][data-key-label]")) {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      term.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key.toUpperCase() }));
      row.append(term, Object.assign(document.createElement("dd"), { textContent: element.dataset.keyLabel }));
      list.append(row);
    }
    dialog.append(head, list);
  }, "dialog keys-dialog", source.dataset.keysTitle);
}

// Single keys. Any element may carry data-key: its key clicks it, or focuses it when it is a field.
// G then a letter goes to a page of the navigation. All of it can be switched off (WCAG 2.1.4).

import { show } from "./overlays.js";

const GOING_MS = 1200;
let going = 0;

const isTyping = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog, [popover]:popover-open");

/** Letter to link: each page of the navigation has the first letter of its name that none before it took. */
function places() {
  const found = new Map();
  for (const link of document.querySelectorAll("#navigation .side-group a")) {
    const letter = [...name(link).toLowerCase()].find((each) => /\p{L}/u.test(each) && !found.has(each));
    if (letter) found.set(letter, link);
  }
  return found;
}

const name = (link) => link.querySelector("span").textContent.trim();

function press(element) {
  if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
    return;
  }
  element.click();
  // A menu that was opened by its key is walked by arrows from its opener.
  if (element.matches("summary")) element.focus();
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
    const link = places().get(key);
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
    const add = (keys, meaning) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      for (const key of keys) term.append(Object.assign(document.createElement("kbd"), { textContent: key.toUpperCase() }), " ");
      row.append(term, Object.assign(document.createElement("dd"), { textContent: meaning }));
      list.append(row);
    };
    for (const element of document.querySelectorAll("[data-key][data-key-label]")) add([element.dataset.key], element.dataset.keyLabel);
    for (const [letter, link] of places()) add(["G", letter], name(link));
    dialog.append(head, list);
  }, "dialog keys-dialog", source.dataset.keysTitle);
}

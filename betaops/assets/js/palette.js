// The command palette: people, surveys, flags from the server, pages of the navigation from the page.

import { show } from "./overlays.js";

const WAIT_MS = 120;
const words = () => document.querySelector("template[data-palette]").dataset;
let dialog = null;

function pages(query) {
  const found = [...document.querySelectorAll("#navigation .side-group a, .page-actions > a[href]")]
    .map((link) => ({ label: (link.querySelector("span") ?? link).textContent.trim(), url: link.getAttribute("href"), note: "" }))
    .filter((item) => item.label.toLowerCase().includes(query.toLowerCase()));
  return found.length ? [{ label: words().pages, items: found.slice(0, 8) }] : [];
}

export function open() {
  if (dialog?.open) return dialog.close();
  const text = words();
  const input = Object.assign(document.createElement("input"), { type: "text", placeholder: text.placeholder, autocomplete: "off", spellcheck: false });
  const list = Object.assign(document.createElement("div"), { className: "palette-list", id: "palette-list" });
  const status = Object.assign(document.createElement("div"), { className: "visually-hidden" });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": text.placeholder })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.title);
  status.setAttribute("role", "status");
  dialog = show((box) => box.append(input, list, status), "palette", text.title);
  let request = null;
  let waiting = 0;
  let at = 0;

  const items = () => [...list.querySelectorAll("[role=option]")];
  const mark = (index) => {
    const all = items();
    at = all.length ? (index + all.length) % all.length : 0;
    all.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    input.setAttribute("aria-activedescendant", all[at]?.id ?? "");
    all[at]?.scrollIntoView({ block: "nearest" });
  };
  const draw = (groups, none = text.none) => {
    let count = 0;
    list.replaceChildren(...groups.map((group) => {
      const part = document.createElement("div");
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", group.label);
      part.append(Object.assign(document.createElement("div"), { className: "palette-group", textContent: group.label, ariaHidden: "true" }));
      for (const item of group.items) {
        const link = Object.assign(document.createElement("a"), { className: "palette-item", href: item.url, id: `palette-${count++}`, tabIndex: -1 });
        link.setAttribute("role", "option");
        link.append(Object.assign(document.createElement("span"), { textContent: item.label }));
        if (item.note) link.append(Object.assign(document.createElement("small"), { textContent: item.note }));
        part.append(link);
      }
      return part;
    }));
    if (!count) list.replaceChildren(Object.assign(document.createElement("p"), { className: "palette-none", textContent: none }));
    status.textContent = count ? text.count.replace("{n}", count) : none;
    mark(0);
  };
  const ask = async () => {
    const query = input.value.trim();
    request?.abort();
    if (!query) return draw(pages(""), text.hint);
    request = new AbortController();
    try {
      const answer = await fetch(`${text.url}?q=${encodeURIComponent(query)}`, { signal: request.signal, headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      draw([...(await answer.json()).groups, ...pages(query)]);
    } catch (error) {
      if (error.name !== "AbortError") draw(pages(query), text.failed);
    }
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, WAIT_MS); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); items()[at]?.click(); }
  });
  list.addEventListener("click", () => dialog.close());
  ask();
}

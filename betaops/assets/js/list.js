// Lists: J and K move, X chooses, shift chooses a range, the bulk bar counts, more rows come in place, columns can be hidden.

import { say } from "./live.js";

const rows = () => [...document.querySelectorAll("[data-rows] > tr")];
const ticks = (form) => [...document.querySelectorAll("[data-select-row]")].filter((tick) => tick.form === form);
let last = null;

function count(form) {
  const chosen = ticks(form).filter((tick) => tick.checked);
  const all = form.querySelector("[data-bulk-all]");
  const label = form.querySelector("[data-bulk-count]");
  const everything = all?.checked && all.closest("label").innerText.match(/[\d.,\s  ]*\d/)?.[0].trim();
  label.textContent = label.dataset.bulkCount.replace("{n}", everything || chosen.length);
  const page = document.querySelector(`[data-select="${form.id}"] [data-select-page]`);
  if (page) {
    page.checked = chosen.length > 0 && chosen.length === ticks(form).length;
    page.indeterminate = chosen.length > 0 && !page.checked;
  }
  if (!chosen.length && all) all.checked = false;
}

document.addEventListener("click", (event) => {
  const tick = event.target.closest?.("[data-select-row]");
  if (tick && event.shiftKey && last?.form === tick.form) {
    const all = ticks(tick.form);
    const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = tick.checked;
  }
  if (tick) last = tick;
  const clear = event.target.closest?.("[data-bulk-clear]");
  if (clear) {
    for (const each of ticks(clear.form)) each.checked = false;
    count(clear.form);
    document.querySelector(`[data-select="${clear.form.id}"] [data-select-page]`)?.focus();
  }
});

document.addEventListener("change", (event) => {
  const page = event.target.closest("[data-select-page]");
  if (page) {
    const form = document.getElementById(page.closest("[data-select]").dataset.select);
    if (!form) return;
    for (const tick of ticks(form)) tick.checked = page.checked;
    count(form);
  } else if (event.target.matches("[data-select-row], [data-bulk-all]") && event.target.form) count(event.target.form);
});

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("at"));
  const at = now < 0 ? Math.max(0, all.findIndex((row) => row.getAttribute("aria-current"))) : now + step;
  const row = all[Math.min(all.length - 1, Math.max(0, at))];
  for (const each of all) each.classList.toggle("at", each === row);
  const link = row.querySelector(".primary a") ?? row.querySelector("a, input");
  link?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (link?.matches("[data-panel]") && document.querySelector("[data-panel-content]")) link.dispatchEvent(new CustomEvent("peek", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") { event.preventDefault(); move(key === "j" ? 1 : -1); }
  else if (key === "x") {
    const row = event.target.closest("[data-rows] > tr") ?? document.querySelector("[data-rows] > tr.at");
    row?.querySelector("[data-select-row]")?.click();
  }
});

/** "Next" becomes "Show more": the next page's rows are put under these, and the address of the rest stays honest. */
document.addEventListener("click", async (event) => {
  const more = event.target.closest?.("[data-more]");
  const body = document.querySelector("[data-rows]");
  if (!more || !body || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  more.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(more.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = [...page.querySelectorAll("[data-rows] > tr")];
    body.append(...fresh);
    const pager = page.querySelector("[data-pager]");
    const next = pager?.querySelector("[data-more]");
    if (next) more.href = next.getAttribute("href"); else more.remove();
    columns();
    rename();
    (fresh[0]?.querySelector(".primary a") ?? fresh[0]?.querySelector("a, input"))?.focus();
    say(body.closest("[data-added]")?.dataset.added.replace("{n}", fresh.length) ?? "");
  } catch {
    location.href = more.href;
  }
  more.removeAttribute("aria-busy");
});

const rename = () => document.querySelectorAll("[data-more] span").forEach((span) => { span.textContent = span.parentElement.dataset.more; });

/** Which columns are shown is each browser's own choice, kept under the table's name. */
function columns() {
  for (const wrap of document.querySelectorAll("[data-columns]")) {
    const key = `columns:${wrap.dataset.columns}`;
    const heads = [...wrap.querySelectorAll("thead th[data-column]")];
    const read = () => { try { return new Set(JSON.parse(localStorage[key] ?? "[]")); } catch { return new Set(); } };
    const apply = () => {
      const hidden = read();
      for (const head of heads) {
        const off = hidden.has(head.dataset.column);
        for (const row of wrap.querySelectorAll("tr")) if (row.cells[head.cellIndex]) row.cells[head.cellIndex].hidden = off;
      }
    };
    apply();
    if (wrap.dataset.chooser || heads.length < 3) continue;
    wrap.dataset.chooser = "1";
    const chooser = document.createElement("details");
    chooser.className = "menu end column-chooser-menu";
    chooser.dataset.menu = "";
    const opener = Object.assign(document.createElement("summary"), { className: "button ghost sm" });
    opener.append(Object.assign(document.createElement("span"), { textContent: wrap.dataset.columnsLabel }));
    const sheet = Object.assign(document.createElement("div"), { className: "menu-sheet" });
    for (const head of heads.slice(1)) {
      const label = Object.assign(document.createElement("label"), { className: "choice menu-item" });
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !read().has(head.dataset.column) });
      box.addEventListener("change", () => {
        const hidden = read();
        if (box.checked) hidden.delete(head.dataset.column); else hidden.add(head.dataset.column);
        try { localStorage[key] = JSON.stringify([...hidden]); } catch { /* not kept, still applied */ }
        apply();
      });
      label.append(box, Object.assign(document.createElement("span"), { textContent: head.innerText.trim() }));
      sheet.append(label);
    }
    chooser.append(opener, sheet);
    const near = document.querySelectorAll("[data-columns]").length > 1 ? wrap.parentElement : document;
    const tools = near.querySelector(".filters-end") ?? near.querySelector(".filters");
    if (tools) tools.append(chooser);
    else {
      const line = Object.assign(document.createElement("div"), { className: "column-chooser" });
      line.append(chooser);
      wrap.before(line);
    }
  }
}

columns();
rename();
for (const form of document.querySelectorAll("[data-bulk]")) count(form);

// The console. Everything works without it; each part is loaded only where the page has something for it.

import "./forms.js";
import "./overlays.js";
import { help } from "./keys.js";

const PARTS = [
  ["[data-rows]", "list"],
  ["a[data-panel], [data-panel-content]", "panel"],
  ["[data-drop], [data-environment]", "report"],
  ["[data-copy]", "copy"],
  ["[data-watch]", "watch"],
  ["[data-fresh]", "fresh"],
  ["form[data-preview]", "preview"],
];

for (const [selector, name] of PARTS) if (document.querySelector(selector)) import(`./${name}.js`);

function enhance(root) {
  const selects = [...root.querySelectorAll("select[data-combobox]")];
  if (selects.length) import("./combobox.js").then(({ combobox }) => selects.forEach(combobox));
}

enhance(document);
document.addEventListener("enhance", (event) => enhance(event.detail));

for (const key of document.querySelectorAll("[data-palette-key]")) {
  if (/Mac|iPhone|iPad/.test(navigator.platform)) key.textContent = "⌘K";
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-open-palette]")) import("./palette.js").then(({ open }) => open());
  if (event.target.closest?.("[data-open-keys]")) help();
});

// Theme, density and keys change at once and are kept by the server.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-appearance]") || !event.submitter) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  document.documentElement.dataset[name] = value;
  for (const button of form.querySelectorAll(`button[name="${name}"]`)) button.setAttribute("aria-pressed", String(button.value === value));
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer || (answer.type !== "opaqueredirect" && !answer.ok)) location.reload();
}, true);

// Of tabs that do not fit, the present one is in view.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.scrollIntoView({ inline: "nearest", block: "nearest" });

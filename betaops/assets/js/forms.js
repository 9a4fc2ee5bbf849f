// Forms: what is wrong takes focus, nothing is sent twice, nothing typed is lost.

const UNLOCK_AFTER_MS = 10_000;

/** The error summary takes focus; its lines move focus into their fields. */
function summary() {
  const box = document.querySelector("[data-error-summary]");
  if (!box) return;
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
  box.addEventListener("click", (event) => {
    const target = event.target.closest("a") && document.getElementById(event.target.closest("a").hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (target.closest(".field") ?? target).scrollIntoView({ block: "start" });
    (target.matches("input, select, textarea, button") ? target : target.querySelector("input, select, textarea"))?.focus({ preventScroll: true });
  });
}

/** A form is sent once: a second press while the first is under way does nothing. */
function guard() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return void event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    const free = () => { delete form.dataset.sent; event.submitter?.removeAttribute("aria-busy"); };
    setTimeout(free, UNLOCK_AFTER_MS);
    addEventListener("pageshow", free, { once: true });
  });
}

/** Leaving a form with changes that were not sent asks first. */
function unsaved() {
  const dirty = new Set();
  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    if (form.querySelector('[aria-invalid="true"]')) dirty.add(form);
    form.addEventListener("input", () => dirty.add(form));
    form.addEventListener("submit", () => dirty.delete(form));
  }
  addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });
}

const isKept = (field) => field.name && !field.matches('[type="password"], [type="hidden"], [type="file"], button');

function written(form) {
  return [...form.elements].filter(isKept).filter((field) => !field.matches('[type="checkbox"], [type="radio"]') || field.checked)
    .map((field) => [field.name, field.value]);
}

function write(form, entries) {
  for (const field of [...form.elements].filter(isKept)) {
    const values = entries.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.matches('[type="checkbox"], [type="radio"]')) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

/** A form with data-keep is kept in this browser until it was received: a closed tab or a dead network loses nothing. */
function keep() {
  const forms = [...document.querySelectorAll("form[data-keep]")];
  const key = (form) => `draft:${form.dataset.keep}`;
  const here = new Set(forms.map(key));
  const arrived = document.querySelector("[data-flashes] .flash");
  for (let index = localStorage.length - 1; index >= 0; index--) {
    const name = localStorage.key(index);
    if (name.startsWith("draft:") && (arrived || !here.has(name)) && JSON.parse(localStorage[name]).sent) localStorage.removeItem(name);
  }
  for (const form of forms) {
    const first = JSON.stringify(written(form));
    const draft = localStorage[key(form)] && JSON.parse(localStorage[key(form)]);
    if (draft && JSON.stringify(draft.entries) !== first && !form.querySelector("[data-error-summary]")) {
      write(form, draft.entries);
      import("./live.js").then(({ toast }) => toast(form.dataset.kept, {
        action: { label: form.dataset.discard, run: () => { localStorage.removeItem(key(form)); write(form, JSON.parse(first)); } },
      }));
    }
    const save = (sent) => { localStorage[key(form)] = JSON.stringify({ entries: written(form), sent }); };
    let waiting;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(save, 300, false); });
    form.addEventListener("submit", () => { clearTimeout(waiting); save(true); });
  }
}

/** Filters leave nothing empty in the address. */
function filters() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filter]")) return;
    for (const field of event.target.elements) if (field.name && field.value === "") field.disabled = true;
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-filter] :disabled").forEach((field) => { field.disabled = false; }));
}

summary();
guard();
unsaved();
filters();
try { keep(); } catch { /* storage is off or full: the form works as a plain one */ }

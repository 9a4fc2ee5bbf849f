// A survey page that answers at once: questions appear as soon as their condition holds, what is typed is kept.
// Everything works without it: the server judges and shows the same.

const form = document.querySelector("form[data-survey]");
const SAVE_AFTER_MS = 700;
let waiting = null, running = null, again = false, sent = false;

// -- Conditions. The server sends them as nested lists (surveys/instant.py) with the meaning of surveys/expressions.

const isEmpty = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)
  || (typeof value === "object" && !Array.isArray(value) && Object.values(value).every(isEmpty));
const typed = (value) => {
  if (typeof value !== "string" || !value) return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (/^0\d/.test(value) || /^\d{16,}$/.test(value.trim())) return value;
  const number = Number(value.replace(/^([^,]*),([^,]*)$/, "$1.$2"));
  return value.trim() && Number.isFinite(number) ? number : value;
};
const same = (left, right) => {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right) && !(Array.isArray(left) !== Array.isArray(right));
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item) => right.some((one) => same(item, one)));
  if (typeof left === "object" || typeof right === "object") return false;
  if (typeof left === "string" && typeof right === "string") return left.trim().toLowerCase() === right.trim().toLowerCase();
  if (typeof left === "boolean" && typeof right === "string" || typeof right === "boolean" && typeof left === "string") return String(left) === String(right).toLowerCase();
  return Number(left) === Number(right);
};
const more = (left, right) => !isEmpty(left) && !isEmpty(right)
  && (typeof left === "string" && typeof right === "string" ? left > right : Number(left) > Number(right));
const has = (left, right) => {
  if (Array.isArray(left)) return left.length > 0 && (Array.isArray(right) ? right : [right]).every((one) => left.some((item) => same(item, one)));
  if (isEmpty(left) || !right) return null;
  return String(left).toLowerCase().includes(String(right).toLowerCase());
};
const any = (left, right) => {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(right);
  if (!Array.isArray(left)) return Boolean(has(right, left));
  return (Array.isArray(right) ? right : [right]).some((one) => has(left, one));
};
const MEANING = {
  and: (left, right) => left && right, or: (left, right) => left || right, negate: (value) => !value,
  empty: isEmpty, notempty: (value) => !isEmpty(value),
  equal: same, notequal: (left, right) => !same(left, right),
  greater: more, less: (left, right) => more(right, left),
  greaterorequal: (left, right) => same(left, right) || more(left, right),
  lessorequal: (left, right) => same(left, right) || more(right, left),
  contains: (left, right) => Boolean(has(left, right)),
  notcontains: (left, right) => isEmpty(left) && !isEmpty(right) || has(left, right) === false,
  anyof: any, noneof: (left, right) => !any(left, right),
  allof: (left, right) => !(isEmpty(left) && !isEmpty(right)) && (Array.isArray(right) ? right : [right]).every((one) => has(left, one)),
};
function value([kind, ...parts], answers) {
  if (kind === "value") return parts[0];
  if (kind === "name") return typed(answers[parts[0]]);
  const inner = parts.map((part) => value(part, answers));
  return kind === "list" ? inner : MEANING[kind](...inner);
}

// -- The page.

const known = JSON.parse(form.dataset.known || "{}");

function answers() {
  const found = { ...known };
  for (const field of form.elements) {
    if (!field.name || field.name.startsWith("__") || field.matches("button, [type=hidden]")) continue;
    const row = /^(.*)\[(.*)\]$/.exec(field.name);
    const name = (row ? row[1] : field.name).toLowerCase();
    const checks = field.matches("[type=checkbox]");
    if (checks || field.matches("[type=radio]")) {
      if (!field.checked) continue;
      if (row) found[name] = { ...found[name], [row[2]]: field.value };
      else found[name] = checks ? [...(found[name] ?? []), field.value] : field.value;
    } else if (field.value !== "") found[name] = field.value;
  }
  return found;
}

function show(element, isShown) {
  if (element.hidden !== isShown) return;
  element.hidden = !isShown;
  element.disabled = !isShown;
}

function judge() {
  const now = answers();
  for (const element of form.querySelectorAll("[data-if]")) show(element, value(JSON.parse(element.dataset.if), now) === true);
  for (const mark of form.querySelectorAll('[name="__on"]')) mark.disabled = mark.closest("fieldset[disabled]") !== null;
  for (const box of form.querySelectorAll(".comment-beside")) {
    const other = box.parentElement.querySelector('input[value="other"], option[value="other"]');
    if (other) box.hidden = !(other.checked || other.selected);
  }
}

// -- Keeping. One request at a time; the newest state wins.

const state = form.querySelector("[data-save-state]");

// What the survey itself has set. A field that somebody has changed since it was sent stays theirs.
function fill(name, values, given) {
  const fields = [...form.elements].filter((field) => field.name === name);
  const now = new FormData(form).getAll(name);
  if (String(now) !== String(given) || String(now.map((each) => String(each).trim()).filter(Boolean)) === String(values)) return;
  for (const field of fields) {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  judge();
}

async function save() {
  if (!form.dataset.draft || sent) return;
  if (running) { again = true; return; }
  const given = new FormData(form);
  try {
    // Files go with the page, once; a draft of every keystroke would send them again and again.
    for (const field of form.querySelectorAll("[type=file]")) given.delete(field.name);
    running = fetch(form.dataset.draft, { method: "POST", body: given, headers: { "X-Requested-With": "fetch" }, credentials: "omit" });
    const answer = await (await running).json();
    if (answer.saved && !sent) {
      form.dataset.draft = answer.draft + location.search;
      form.action = answer.draft.replace(/\/draft$/, "") + location.search;
      history.replaceState(null, "", answer.address);
      const shown = new Set(answer.shown);
      for (const element of form.querySelectorAll("[data-element]:not([data-if])")) show(element, shown.has(element.dataset.element));
      for (const place of form.querySelectorAll("[data-output]")) {
        if (place.dataset.output in answer.calculated) place.textContent = answer.calculated[place.dataset.output];
      }
      for (const [name, values] of Object.entries(answer.filled)) fill(name, values, given.getAll(name));
      state.textContent = form.dataset.saved;
    }
  } catch { state.textContent = form.dataset.unsavedNote; }
  running = null;
  if (again) { again = false; save(); }
}

// -- Kinds that are easier with a script. What is sent stays in the fields that were there without one.

const typedNow = () => form.dispatchEvent(new Event("input"));
const say = (words) => { const live = document.querySelector("[data-live]"); if (live) live.textContent = words; };

function slide(field, group) {
  const range = Object.assign(document.createElement("input"), { type: "range", className: "slider-range", min: field.dataset.min, max: field.dataset.max, step: field.dataset.step });
  range.setAttribute("aria-label", [group.querySelector("legend").textContent.trim(), field.labels[0].textContent.trim()].filter((words, place, all) => all.indexOf(words) === place).join(": "));
  const follow = () => { range.classList.toggle("unset", field.value === ""); if (field.value !== "") range.value = field.value.replace(",", "."); };
  range.addEventListener("input", () => { field.value = range.value; range.classList.remove("unset"); });
  field.addEventListener("input", follow);
  range.value = (Number(range.min) + Number(range.max)) / 2;
  follow();
  field.before(range);
}

function rank(list) {
  const place = (item) => item.querySelector("select");
  const lines = () => [...list.children];
  const keep = Object.assign(document.createElement("button"), { type: "button", className: "button ghost sm", textContent: list.dataset.keep });
  function write(moved) {
    lines().forEach((item, index) => { place(item).value = String(index + 1); });
    keep.hidden = true;
    if (moved) say(list.dataset.note.replace("{place}", place(moved).value).replace("{count}", list.children.length));
    typedNow();
  }
  for (const item of lines().sort((one, other) => (place(one).value || 99) - (place(other).value || 99))) {
    list.append(item);
    place(item).hidden = true;
    const words = item.querySelector(".ranking-words").textContent.trim();
    const line = item.querySelector("label");
    for (const [label, sign, step] of [[list.dataset.up, "↑", -1], [list.dataset.down, "↓", 1]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button secondary sm", textContent: sign });
      button.setAttribute("aria-label", `${label}: ${words}`);
      button.addEventListener("click", () => {
        const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
        if (other) (step < 0 ? other.before(item) : other.after(item));
        write(item);
        button.focus();
      });
      line.after(button);
      line.parentElement.append(button);
    }
    item.draggable = true;
    item.addEventListener("dragstart", () => item.classList.add("dragged"));
    item.addEventListener("dragend", () => { item.classList.remove("dragged"); write(item); });
    item.addEventListener("dragover", (event) => {
      const dragged = list.querySelector(":scope > .dragged");
      if (!dragged || dragged === item) return;
      event.preventDefault();
      lines().indexOf(dragged) < lines().indexOf(item) ? item.after(dragged) : item.before(dragged);
    });
  }
  keep.hidden = lines().every((item) => place(item).value);
  keep.addEventListener("click", () => write(null));
  list.after(keep);
}

function searched(list) {
  const field = Object.assign(document.createElement("input"), { type: "search", className: "control" });
  field.setAttribute("aria-label", list.dataset.searched);
  field.placeholder = list.dataset.searched;
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = field.value.trim().toLowerCase();
    for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(wanted) && !label.querySelector("input").checked;
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  list.before(field);
}

for (const group of form.querySelectorAll("[data-slider]")) for (const field of group.querySelectorAll("input")) slide(field, group.closest("fieldset"));
for (const list of form.querySelectorAll("[data-ranking]:not([data-some])")) rank(list);
for (const list of form.querySelectorAll("[data-searched]")) searched(list);

form.addEventListener("input", () => {
  judge();
  state.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(save, SAVE_AFTER_MS);
});
// A longer text from somewhere else is marked, for whoever reads the answers.
form.addEventListener("paste", (event) => {
  const pasted = form.elements.namedItem("__pasted");
  if (pasted && event.target.matches("textarea, input") && event.clipboardData?.getData("text").length > 40) pasted.value = "1";
});
form.addEventListener("submit", () => { sent = true; clearTimeout(waiting); });
addEventListener("pageshow", (event) => { sent = false; if (event.persisted) judge(); });
// Ctrl+Enter (or Cmd) sends the page from inside a long answer.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector('.survey-actions [value="next"]'));
});
judge();

// -- What is left of a page's time. When it runs out the server notes it; where the survey says so, the page is sent.

const clock = document.querySelector("[data-seconds-left]");
if (clock) {
  const until = Date.now() + 1000 * Number(clock.dataset.secondsLeft);
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left) setTimeout(tick, 1000);
    else if ("movesOn" in clock.dataset && !sent) form.requestSubmit(form.querySelector('.survey-actions [value="next"]'));
  };
  tick();
}

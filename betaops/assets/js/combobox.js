// A select that is searched by typing (ARIA 1.2 combobox with a list). The select stays and is what is sent.

let number = 0;

export function combobox(select) {
  if (select.multiple || select.options.length < 8 || select.dataset.combobox === "on") return;
  select.dataset.combobox = "on";
  const id = `combobox-${++number}`;
  const box = Object.assign(document.createElement("div"), { className: `combobox ${[...select.classList].find((name) => name.startsWith("width-")) ?? ""}` });
  const input = Object.assign(document.createElement("input"), { type: "text", className: "control", autocomplete: "off", spellcheck: false, id: select.id });
  const list = Object.assign(document.createElement("ul"), { id, hidden: true });
  for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", select.labels[0]?.innerText ?? "");
  select.removeAttribute("id");
  select.hidden = true;
  select.before(box);
  box.append(input, list);
  const shown = () => select.selectedOptions[0]?.text.trim() ?? "";
  input.value = shown();
  let at = -1;

  const isOpen = () => !list.hidden;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (index) => {
    const items = [...list.children];
    at = items.length ? (index + items.length) % items.length : -1;
    items.forEach((item, place) => item.classList.toggle("at", place === at));
    if (at >= 0) { input.setAttribute("aria-activedescendant", items[at].id); items[at].scrollIntoView({ block: "nearest" }); }
  };
  const open = (query = "") => {
    const wanted = query.trim().toLocaleLowerCase();
    const options = [...select.options].filter((option) => option.text.toLocaleLowerCase().includes(wanted));
    list.replaceChildren(...options.map((option) => {
      const item = Object.assign(document.createElement("li"), { id: `${id}-${option.index}`, textContent: option.text });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(option.selected));
      item.dataset.index = option.index;
      return item;
    }));
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(Math.max(0, options.findIndex((option) => option.selected)));
  };
  const choose = (item) => {
    select.selectedIndex = Number(item.dataset.index);
    input.value = shown();
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => { if (!isOpen()) { input.select(); open(); } });
  input.addEventListener("blur", () => { input.value = shown(); close(); });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) choose(item); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen()) mark(at + (event.key === "ArrowDown" ? 1 : -1)); else open();
    } else if (event.key === "Enter" && isOpen()) { event.preventDefault(); if (list.children[at]) choose(list.children[at]); }
    else if (event.key === "Escape" && isOpen()) { event.preventDefault(); event.stopPropagation(); input.value = shown(); close(); }
  });
}

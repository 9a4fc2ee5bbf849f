// Says things to eyes and ears: a toast where the page has a place for them, always the live region.

const place = () => document.querySelector("[data-live]");

/** Announce `text` politely to screen readers. */
export function say(text) {
  const region = place();
  if (!region) return;
  if (region.classList.contains("toasts")) return void toast(text);
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Show `text` for a while; `action` is {label, run}. Stays while it is pointed at or focused. */
export function toast(text, { action = null, seconds = 6 } = {}) {
  const region = place();
  if (!region?.classList.contains("toasts")) return void (region && (region.textContent = text));
  const box = Object.assign(document.createElement("div"), { className: "toast" });
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => { box.remove(); action.run(); });
    box.append(button);
  }
  region.append(box);
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : box.remove());
  setTimeout(leave, seconds * 1000);
}

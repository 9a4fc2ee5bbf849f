// Says things to ears (the live region) and to eyes (a toast, where the page has a place for them).

/** Announce `text` politely to screen readers. */
export function say(text) {
  const region = document.querySelector("[data-live]");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Show `text` for a while; `action` is {label, run}. Stays while it is pointed at or focused. */
export function toast(text, { action = null, seconds = 6 } = {}) {
  const place = document.querySelector("[data-toasts]");
  say(text);
  if (!place) return;
  const box = Object.assign(document.createElement("div"), { className: "toast" });
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => { box.remove(); action.run(); });
    box.append(button);
  }
  place.append(box);
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : box.remove());
  setTimeout(leave, seconds * 1000);
}

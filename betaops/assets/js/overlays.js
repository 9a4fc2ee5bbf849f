// Dialogs and menus. Both open without this module (popover, details); with it dialogs are modal and menus mind the keys.

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[popovertarget]");
  const dialog = opener && document.getElementById(opener.getAttribute("popovertarget"));
  if (dialog?.matches("dialog[data-dialog]")) {
    event.preventDefault();
    if (opener.matches("[data-close]")) return void dialog.close();
    opener.closest("[data-menu]")?.removeAttribute("open");
    if (dialog.matches(":popover-open")) dialog.hidePopover();
    if (!dialog.open) dialog.showModal();
  } else if (event.target.matches?.("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details[data-menu]") || !menu.open) return;
  for (const other of openMenus()) if (other !== menu && !other.contains(menu)) other.open = false;
  const sheet = menu.querySelector(".menu-sheet");
  menu.classList.remove("up");
  const { bottom, height, right, left } = sheet.getBoundingClientRect();
  menu.classList.toggle("up", bottom > innerHeight && menu.getBoundingClientRect().top > height);
  if (right > innerWidth) menu.classList.add("end");
  if (left < 0) menu.classList.remove("end");
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const items = [...menu.querySelectorAll(".menu-sheet :is(a, button):not(:disabled)")];
    if (!items.length || event.target.matches("select, input")) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = items.indexOf(document.activeElement);
    items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length].focus();
    event.preventDefault();
  }
});

/** A dialog made by a script: `fill(dialog)` puts its content in; removed when closed. */
export function show(fill, className, label) {
  const dialog = Object.assign(document.createElement("dialog"), { className });
  dialog.setAttribute("aria-label", label);
  fill(dialog);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) dialog.close(); });
  dialog.showModal();
  return dialog;
}

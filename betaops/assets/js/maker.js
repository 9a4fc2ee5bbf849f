// The survey builder: elements are dragged by their grip, in their page, into groups, and onto a page in the outline.
// The arrows beside it do the same by keyboard. What moves where is decided by the server.

const START_PX = 4;
const EDGE_PX = 60;
const form = document.querySelector("[data-maker-move]");
let drag = null;

function begin(event, grip) {
  const item = grip.closest("[data-spot]");
  drag = { item, pointer: event.pointerId, x: event.clientX, y: event.clientY, marker: null, page: null };
  grip.setPointerCapture(event.pointerId);
}

function lift() {
  drag.marker = document.createElement("li");
  drag.marker.className = "maker-drop";
  drag.marker.setAttribute("aria-hidden", "true");
  drag.item.classList.add("lifted");
}

function over(x, y) {
  const below = document.elementsFromPoint(x, y);
  mark(below.map((each) => each.closest("[data-end]")).find(Boolean));
  if (drag.page) return drag.marker.remove();
  const item = below.map((each) => each.closest("[data-spot]")).find((each) => each && !drag.item.contains(each));
  if (item) {
    const box = item.getBoundingClientRect();
    return y < box.top + box.height / 2 ? item.before(drag.marker) : item.after(drag.marker);
  }
  const list = below.map((each) => each.closest("[data-list]")).find((each) => each && !drag.item.contains(each));
  if (list && !list.children.length) list.append(drag.marker);
}

function mark(page) {
  drag.page?.classList.remove("over");
  drag.page = page ?? null;
  drag.page?.classList.add("over");
}

function target() {
  if (drag.page) return drag.page.dataset.end;
  if (!drag.marker?.isConnected) return null;
  const next = drag.marker.nextElementSibling;
  if (next) return next.dataset.spot;
  const list = drag.marker.parentElement;
  return `${list.dataset.list}.${list.children.length - 1}`;
}

function end(drops) {
  if (!drag) return;
  const to = drops && drag.marker ? target() : null;
  if (to) {
    form.elements.at.value = drag.item.dataset.spot;
    form.elements.to.value = to;
  }
  drag.marker?.remove();
  drag.page?.classList.remove("over");
  drag.item.classList.remove("lifted");
  drag = null;
  if (to) form.requestSubmit();
}

if (form) {
  document.addEventListener("pointerdown", (event) => {
    const grip = event.button === 0 && event.target.closest("[data-grip]");
    if (grip) begin(event, grip);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.marker && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < START_PX) return;
    if (!drag.marker) lift();
    if (event.clientY < EDGE_PX) scrollBy(0, -EDGE_PX / 4);
    if (event.clientY > innerHeight - EDGE_PX) scrollBy(0, EDGE_PX / 4);
    over(event.clientX, event.clientY);
  });
  document.addEventListener("pointerup", () => end(true));
  document.addEventListener("pointercancel", () => end(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(false); });
}

// The answers of the question that a condition asks about are offered while its answer is typed.
const asked = document.querySelector("select[data-answers]");
if (asked) {
  const answers = JSON.parse(asked.dataset.answers);
  const list = document.getElementById("condition-answers");
  asked.addEventListener("change", () => {
    list.replaceChildren(...(answers[asked.value] ?? []).map((words) => Object.assign(document.createElement("option"), { value: words })));
  });
}

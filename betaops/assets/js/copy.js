// Copy buttons beside keys, links and snippets.

import { say } from "./live.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const input = button.closest(".copy")?.querySelector("input");
  const text = input?.value ?? button.closest("[data-code]").querySelector("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.copy;
    setTimeout(() => { label.textContent = before; }, 2000);
    say(button.dataset.copy);
  } catch {
    input?.select();
  }
});

// A job's progress: the element with data-watch is fetched again from this very page until it no longer carries it.
// A link with data-fetched is what everybody waits for: it is followed as soon as it is there.

import { say } from "./live.js";

// What is small is there soon.
const FIRST_MS = 500, EVERY_MS = 1500;

async function look(id) {
  const now = document.getElementById(id);
  if (!now?.hasAttribute("data-watch")) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page && page.getElementById(id);
      if (page && !fresh) return void location.reload();
      if (fresh) {
        now.replaceWith(document.adoptNode(fresh));
        if (!fresh.hasAttribute("data-watch")) {
          say(fresh.innerText);
          fresh.querySelector("[data-fetched]")?.click();
        }
      }
    } catch { /* the network is away: try again in a moment */ }
  }
  setTimeout(look, EVERY_MS, id);
}

document.querySelectorAll("[data-watch][id]").forEach((element) => setTimeout(look, FIRST_MS, element.id));

// Numbers that grow while somebody looks at them: parts with data-fresh are fetched again from this very page, all at once.
// A part in which somebody is at work stays as it is; so does everything in a tab that nobody sees.

const EVERY_MS = 4000;
// A page that was left open all day asks nothing any more, and keeps nobody signed in.
const LONGEST_MS = 30 * 60_000;

const parts = () => [...document.querySelectorAll("[data-fresh][id]")];
const isInUse = (part) => part.contains(document.activeElement) || (!getSelection().isCollapsed && part.contains(getSelection().anchorNode));

// Every page has tokens of its own for the forms on it: they are no news.
const said = (part) => part.outerHTML.replace(/ name="csrf_token" value="[^"]*"/g, "");

// What somebody unfolded stays unfolded.
function keepOpen(part, found) {
  const before = part.querySelectorAll("details"), after = found.querySelectorAll("details");
  if (before.length === after.length) after.forEach((each, at) => each.toggleAttribute("open", before[at].open));
}

async function look() {
  const waiting = document.hidden ? [] : parts().filter((part) => !isInUse(part));
  if (waiting.length) {
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
      const page = answer.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of page ? waiting : []) {
        const found = page.getElementById(part.id);
        if (found) keepOpen(part, found);
        if (found && said(found) !== said(part) && !isInUse(part)) part.replaceWith(document.adoptNode(found));
      }
    } catch { /* the network is away: try again in a moment */ }
  }
  if (parts().length && performance.now() < LONGEST_MS) setTimeout(look, EVERY_MS);
}

// What somebody has chosen there and not sent yet would be gone.
document.addEventListener("input", (event) => event.target.closest("[data-fresh]")?.removeAttribute("data-fresh"));
setTimeout(look, EVERY_MS);

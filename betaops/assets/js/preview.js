// A form that shows what it would come to: its fields go to data-preview as a query, the answer into data-preview-into.

const WAIT_MS = 250;

for (const form of document.querySelectorAll("form[data-preview]")) {
  const place = document.getElementById(form.dataset.previewInto);
  let timer, asked;

  async function show() {
    asked?.abort();
    asked = new AbortController();
    const url = new URL(form.dataset.preview, location.href);
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrf_token" && !/password/.test(name)) url.searchParams.append(name, value);
    }
    try {
      const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" }, signal: asked.signal });
      if (answer.ok) place.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
    } catch { /* superseded, or the network is away: what stands there stays */ }
  }

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, WAIT_MS); });
  // What was typed before this script ran, or what the browser put back, is not in what the server drew.
  if ([...form.elements].some((field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue)) show();
}

// Passkeys: asks the browser to make or use one and sends its answer with the form.
// Forms stay hidden where the browser has none, so that nobody meets a dead button.

const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON !== undefined;

async function options(form) {
  const headers = { "X-Requested-With": "fetch", "X-CSRFToken": form.querySelector('[name$="csrf_token"]').value };
  const answer = await fetch(form.dataset.options, { method: "POST", headers });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return answer.json();
}

async function credential(form) {
  const given = await options(form);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given) });
}

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const button = form.querySelector("button");
    const problem = form.querySelector("[data-passkey-error]");
    if (button.disabled) return;
    button.disabled = problem.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify((await credential(form)).toJSON());
      form.submit();
    } catch {
      problem.hidden = false;
      button.disabled = false;
    }
  });
}

/** Say what the server refused. */
export class HttpError extends Error {
  constructor(status, path) {
    super(`${path} answered ${status}`);
    this.status = status;
  }
}

function signIn() {
  location.assign("/login");
}

async function ask(path, options) {
  const answer = await fetch(path, { credentials: "same-origin", ...options });
  if (answer.status === 401 || answer.redirected) signIn();
  if (!answer.ok) throw new HttpError(answer.status, path);
  return answer.json();
}

/** Get JSON from AppV2; an ended login leads to the login page. */
export function getJson(path, signal) {
  return ask(path, { headers: { Accept: "application/json" }, signal });
}

/** Put JSON to AppV2. */
export function putJson(path, value) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  return ask(path, { method: "PUT", headers, body: JSON.stringify(value) });
}

// One file on its way: straight to S3 where it is large and the browser can, else to our server.

// Nothing was imported; the message says why.
export class Refused extends Error {}
class BrokenOff extends Error {}

const BROKEN_OFF =
  "The connection was lost before the file arrived. Nothing was imported; try again.";
const STOPPED = "Stopped. Nothing was imported.";
const LOGGED_OUT = "You are logged out. Log in in another tab, then try again.";

export class Sending {
  #request = null;
  #stopped = false;

  // `form` has the choices, the token and the addresses; `progress(sent, total)` is called often.
  constructor(file, form, isForecast, progress) {
    this.file = file;
    this.form = form;
    this.isForecast = isForecast;
    this.progress = progress;
  }

  stop() {
    this.#stopped = true;
    this.#request?.abort();
  }

  // The HTML of the import that was started. Throws Refused.
  async run() {
    const { directFrom, directTo } = this.form.dataset;
    const size = this.file.size;
    if (size >= Number(directFrom) && size <= Number(directTo)) {
      const result = await this.#direct();
      if (result) return result;
    }
    return this.#throughServer();
  }

  async #throughServer() {
    const body = new FormData();
    for (const [name, value] of this.#choices()) body.append(name, value);
    if (this.isForecast) body.append("dry_run", "true");
    body.append("file", this.file); // last, so that the rest is known when its bytes arrive
    const answer = await this.#post(this.form.action, body, { "HX-Request": "true" });
    if (answer.status === 201) return answer.responseText;
    throw new Refused(sentence(answer));
  }

  // null where the file has to go through the server.
  async #direct() {
    const granted = await this.#presign();
    if (!granted) return null;
    const body = new FormData();
    for (const [name, value] of Object.entries(granted.fields)) body.append(name, value);
    body.append("file", this.file);
    try {
      await this.#post(granted.url, body, {});
    } catch (error) {
      // S3 cannot be reached from here, or the connection broke off: what came is to be seen.
      const arrived = await this.#confirm(granted.import.id);
      if (arrived || error instanceof BrokenOff) return arrived;
      throw error;
    }
    return this.#confirm(granted.import.id);
  }

  async #presign() {
    const choices = Object.fromEntries(this.#choices());
    const answer = await this.#ask(this.form.dataset.presign, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({
        file_name: this.file.name,
        size: this.file.size,
        on_conflict: choices.on_conflict,
        encoding: choices.encoding,
        dry_run: this.isForecast,
        kind: choices.kind ?? "",
        format: choices.format ? Number(choices.format) : null,
      }),
    });
    return answer?.status === 201 ? answer.json() : null;
  }

  // Whether the file is in the bucket: the HTML of its import, else null and nothing is left.
  async #confirm(id) {
    const address = this.form.dataset.confirmUpload.replace(/[0-]{36}/, id);
    const answer = await this.#ask(address, { method: "POST" });
    return answer?.status === 200 ? answer.text() : null;
  }

  async #ask(address, options) {
    const token = this.form.elements.csrfmiddlewaretoken.value;
    try {
      return await fetch(address, {
        ...options,
        redirect: "error",
        headers: { ...options.headers, "X-CSRFToken": token },
      });
    } catch {
      return null;
    }
  }

  *#choices() {
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string") yield [name, value];
    }
  }

  #post(address, body, headers) {
    return new Promise((resolve, reject) => {
      if (this.#stopped) throw new Refused(STOPPED);
      const request = new XMLHttpRequest();
      this.#request = request;
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) this.progress(event.loaded, event.total);
      };
      request.onload = () => resolve(request);
      request.onerror = () => reject(new BrokenOff(BROKEN_OFF));
      request.onabort = () => reject(new Refused(STOPPED));
      request.open("POST", address);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.send(body);
    });
  }
}

// What to tell of a failure, whatever it is.
export function reason(error) {
  return error instanceof Refused || error instanceof BrokenOff
    ? error.message
    : `The file could not be sent: ${error.message}. Reload the page and try again.`;
}

function sentence(answer) {
  const type = answer.getResponseHeader("Content-Type") || "";
  if (answer.status === 400 && type.startsWith("text/plain")) return answer.responseText;
  if (new URL(answer.responseURL).pathname.startsWith("/login")) return LOGGED_OUT;
  return `The server answered ${answer.status} and did not accept the file. Try again in a moment.`;
}

// The upload form as a list of files: drag and drop, checks before sending, progress and result
// beside each file. Without this script it is a plain form for one file.

import { fault, sizeInWords } from "./upload_checks.js";
import { reason, Sending } from "./upload_send.js";

const AT_ONCE = 2;

class Item {
  constructor(list, file) {
    this.list = list;
    this.file = file;
    this.isForecast = false;
    this.state = "waiting"; // then "sending", "sent" or "failed"
    const { content } = list.form.querySelector("[data-upload-item]");
    this.element = content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.part("size").textContent = sizeInWords(file.size);
    this.part("sending")
      .querySelector("progress")
      .setAttribute("aria-label", `Upload of ${file.name}`);
    for (const button of this.element.querySelectorAll("[data-action]")) {
      button.setAttribute("aria-description", file.name);
      button.addEventListener("click", () => this[button.dataset.action]());
    }
    this.say(list.faultOf(file, list.items));
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  say(sentence) {
    this.part("fault").textContent = sentence;
    this.isWrong = sentence !== "";
    this.show();
  }

  show() {
    const isWaiting = this.state === "waiting";
    const shown = {
      look: isWaiting && !this.isWrong,
      again: this.state === "failed",
      stop: this.state === "sending",
      remove: this.state !== "sending",
    };
    for (const [name, isShown] of Object.entries(shown)) {
      this.element.querySelector(`[data-action=${name}]`).hidden = !isShown;
    }
    this.element.querySelector("[data-action=remove]").textContent =
      this.state === "sent" ? "Hide" : "Remove";
    this.part("sending").hidden = this.state !== "sending";
    this.element.classList.toggle("upload-item-bad", this.isWrong);
  }

  get isReady() {
    return this.state === "waiting" && !this.isWrong;
  }

  async send() {
    this.state = "sending";
    this.say("");
    const { form } = this.list;
    this.sending = new Sending(this.file, form, this.isForecast, (sent, total) =>
      this.moved(sent, total),
    );
    this.moved(0, this.file.size);
    try {
      const html = await this.sending.run();
      this.state = "sent";
      const result = this.part("result");
      result.innerHTML = html;
      window.htmx.process(result);
      const what = this.isForecast ? "forecast" : "import";
      this.list.announce(`${this.file.name} has arrived; its ${what} has begun.`);
    } catch (error) {
      this.state = "failed";
      this.say(reason(error));
      this.list.announce(`${this.file.name}: ${reason(error)}`);
    }
    this.show();
  }

  moved(sent, total) {
    const bar = this.part("sending").querySelector("progress");
    bar.value = total ? (100 * sent) / total : 0;
    this.part("said").textContent =
      sent < total ? `${sizeInWords(sent)} of ${sizeInWords(total)}` : "Starting the import";
  }

  stop() {
    this.sending.stop();
  }

  again() {
    this.state = "waiting";
    this.say("");
    this.list.start();
  }

  look() {
    this.list.look(this);
  }

  // Goes on where its import asks how it is read, as soon as it does.
  sendAndAnswer() {
    this.isToBeAnswered = true;
    this.send();
  }

  remove() {
    this.list.remove(this);
  }
}

class UploadList {
  constructor(form) {
    this.form = form;
    this.items = [];
    this.input = form.querySelector("input[type=file]");
    this.element = form.querySelector("[data-upload-list]");
    this.error = form.querySelector("[data-upload-error]");
    this.drop = form.querySelector("[data-drop]");
    this.more = form.querySelector("[data-upload-more]");
    this.adopt();
    this.listen();
  }

  // Makes the plain form one for several files.
  adopt() {
    const { form, input, drop } = this;
    // unfold's script would look for the text input that its own file inputs have beside them.
    input.hasChangeListener = true;
    input.multiple = true;
    form.noValidate = true;
    form.querySelector("[data-drop-label]").textContent = "CSV files";
    form.querySelector("[data-drop-hint]").textContent += " You can drop files here.";
    form.querySelector("[data-look-form]").hidden = true; // each file has its own
    drop.classList.add("drop-many");
    // First what everybody needs. A form that is sent without this script has the file last.
    form.querySelector(".upload-buttons").before(form.querySelector(".upload-options"));
    this.sayOptions();
  }

  listen() {
    const { form, input, drop } = this;
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    form.addEventListener("change", () => this.sayOptions());
    this.more.addEventListener("click", () => this.clear());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(event.submitter?.name === "dry_run");
    });
    for (const kind of ["dragenter", "dragover"]) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.add("drop-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
    }
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
    this.element.addEventListener("htmx:afterSwap", (event) => this.ended(event.target));
    window.addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => item.state === "sending")) event.preventDefault();
    });
  }

  // What is chosen, beside the word that opens the choices.
  sayOptions() {
    const said = this.form.querySelector("[data-options-said]");
    const policy = this.form.querySelector("[name=on_conflict]:checked");
    const chosen = [policy?.closest("label").querySelector("b").textContent.toLowerCase()];
    for (const field of this.form.querySelectorAll(".encoding :is(input, select)")) {
      if (field.value) chosen.push(field.selectedOptions?.[0].text ?? field.value);
    }
    said.textContent = `: ${chosen.filter(Boolean).join(", ")}`;
  }

  // Makes room for others when all that is in the list was sent.
  clear() {
    for (const item of this.items) item.element.remove();
    this.items = [];
    this.renewed();
    this.input.focus();
  }

  renewed() {
    const isOver = this.items.length > 0 && this.items.every((item) => item.state === "sent");
    this.more.hidden = !isOver;
    document.querySelector("[data-preview]").hidden = true; // of a file that is not as it was
  }

  // `others` came before it. The name of a file that was sent may be used again, by a mended one.
  faultOf(file, others) {
    return fault(file, {
      kinds: this.input.accept.split(","),
      mostBytes: Number(this.form.dataset.maxBytes),
      names: others.filter((item) => item.state !== "sent").map((item) => item.file.name),
    });
  }

  add(files) {
    this.error.textContent = "";
    for (const file of files) {
      const item = new Item(this, file);
      this.items.push(item);
      this.element.append(item.element);
    }
    this.renewed();
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    item.element.remove();
    // Another one may have been wrong only because both had the same name.
    for (const [place, other] of this.items.entries()) {
      if (other.state === "waiting")
        other.say(this.faultOf(other.file, this.items.slice(0, place)));
    }
    this.renewed();
    this.input.focus();
  }

  submit(isForecast) {
    const ready = this.items.filter((item) => item.isReady);
    for (const item of ready) item.isForecast = isForecast;
    this.error.textContent = "";
    if (!ready.length) {
      const isWrong = this.items.some((item) => item.isWrong);
      this.error.textContent = isWrong
        ? "None of these files can be sent as it is. Choose another one."
        : "Choose a file.";
    }
    this.start();
  }

  start() {
    const busy = this.items.filter((item) => item.state === "sending").length;
    for (const item of this.items.filter((one) => one.isReady).slice(0, AT_ONCE - busy)) {
      item.send().finally(() => this.start());
    }
    this.renewed();
  }

  announce(sentence) {
    this.form.querySelector("[data-upload-announcer]").textContent = sentence;
  }

  // The result beside a file was renewed: told when the import has ended.
  ended(result) {
    if (result.dataset?.running !== "no") return;
    const item = this.items.find((one) => one.element.contains(result));
    const name = item.file.name;
    const page = result.querySelector("[data-answer-page]");
    if (item.isToBeAnswered && page) window.location.assign(page.href);
    const words = result.querySelector("[data-words]").textContent.trim();
    this.announce(`${name} is ${result.dataset.state}: ${words}`);
  }

  async look(item) {
    const { file } = item;
    const { lookBytes, lookBytesPacked, look } = this.form.dataset;
    const isPacked = !file.name.toLowerCase().endsWith(".csv");
    const body = new FormData(this.form);
    body.delete("file");
    body.append("size", file.size);
    body.append("file", file.slice(0, Number(isPacked ? lookBytesPacked : lookBytes)), file.name);
    const panel = document.querySelector("[data-preview]");
    panel.hidden = false;
    panel.textContent = `Reading ${file.name}.`;
    try {
      const answer = await fetch(look, {
        method: "POST",
        body,
        redirect: "error",
        headers: { "HX-Request": "true" },
      });
      if (!answer.ok && answer.status !== 400) throw new Error(`answered ${answer.status}`);
      panel.innerHTML = await answer.text();
      this.offerToAnswer(panel, item);
    } catch {
      panel.textContent = `The server could not read ${file.name}. Reload the page and try again.`;
    }
    panel.focus();
  }

  offerToAnswer(panel, item) {
    const button = panel.querySelector("[data-answer]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      panel.hidden = true;
      item.sendAndAnswer();
    });
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new UploadList(form);
